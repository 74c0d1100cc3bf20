"""Every system call that Python has no function for, each in one place with its reason. Linux on x86-64 and aarch64.

The warden waits with all that is imported here in its memory, so `typing` isn't.
"""

import ctypes
import os
import struct

CLONE_NEWNS = 0x0002_0000
CLONE_NEWUTS = 0x0400_0000
CLONE_NEWIPC = 0x0800_0000
CLONE_NEWUSER = 0x1000_0000
CLONE_NEWPID = 0x2000_0000
CLONE_NEWNET = 0x4000_0000

MS_NOSUID = 0x2
MS_NODEV = 0x4
MS_NOEXEC = 0x8
MS_PRIVATE_RECURSIVE = 0x4_0000 | 0x4000

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PR_SET_NO_NEW_PRIVS = 38
_CAPABILITY_VERSION = 0x2008_0522
_SECCOMP_SET_MODE_FILTER = 1
_SECCOMP_FILTER_FLAG_TSYNC = 1
_LANDLOCK_CREATE_RULESET_VERSION = 1
_LANDLOCK_RULE_PATH_BENEATH = 1

_AT_FDCWD = -100
_AT_RECURSIVE = 0x8000
_MOUNT_ATTR_RDONLY = 0x1

# The Landlock calls and mount_setattr have the same numbers on every architecture; seccomp and capset do not.
_LANDLOCK_CREATE_RULESET = 444
_LANDLOCK_ADD_RULE = 445
_LANDLOCK_RESTRICT_SELF = 446
_MOUNT_SETATTR = 442
_NUMBERS = {"x86_64": {"seccomp": 317, "capset": 126}, "aarch64": {"seccomp": 277, "capset": 91}}

MACHINE = os.uname().machine
"""The architecture, under the name that the tables here use."""

_libc = ctypes.CDLL(None, use_errno=True)
_syscall = _libc.syscall
_syscall.restype = ctypes.c_long


def _check(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result


def _call(number: int, *arguments: object) -> int:
    wide = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    return _check(_syscall(ctypes.c_long(number), *wide))


def _number(name: str) -> int:
    try:
        return _NUMBERS[MACHINE][name]
    except KeyError:
        raise OSError(0, f"no table of system calls for {MACHINE}") from None


def die_with_parent(signal_number: int) -> None:
    """The kernel sends this signal when the parent goes, however it goes: nothing outlives the worker."""
    _check(_libc.prctl(_PR_SET_PDEATHSIG, signal_number, 0, 0, 0))


def deny_dumps() -> None:
    """No core file, and no process of the same user may read or trace this one."""
    _check(_libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0))


def deny_new_privileges() -> None:
    """A set-user-id program gains nothing from here on; also what lets an ordinary user install a filter."""
    _check(_libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))


def drop_capabilities() -> None:
    """Root's powers go while the user id stays, since Python itself may lie where only root can read."""
    header = struct.pack("=Ii", _CAPABILITY_VERSION, 0)
    _call(_number("capset"), header, bytes(24))


def unshare(flags: int) -> None:
    """Leaves the machine's namespaces: other processes, mounts and networks are then not there at all."""
    _check(_libc.unshare(ctypes.c_int(flags)))


def mount(source: str, target: str, kind: str, flags: int, options: str = "") -> None:
    """Mounts, inside the worker's own mount namespace: a scratch folder in memory, with a size."""
    texts = [os.fsencode(text) for text in (source, target, kind)]
    _check(_libc.mount(*texts, ctypes.c_ulong(flags), os.fsencode(options) or None))


def read_only(path: str, *, beneath: bool) -> None:
    """Makes the mount at `path` read-only, and with `beneath` all below it: nothing there changes, nor when it was read."""
    _set_read_only(path, _MOUNT_ATTR_RDONLY, 0, _AT_RECURSIVE if beneath else 0)


def writable(path: str) -> None:
    """The mount at `path` can be written to again."""
    _set_read_only(path, 0, _MOUNT_ATTR_RDONLY, 0)


def _set_read_only(path: str, attributes: int, without: int, flags: int) -> None:
    what = struct.pack("=QQQQ", attributes, without, 0, 0)
    _call(_MOUNT_SETATTR, _AT_FDCWD, os.fsencode(path), flags, what, len(what))


def landlock_abi() -> int:
    """How much of Landlock this kernel knows. Raises OSError where it is missing or switched off."""
    return _call(_LANDLOCK_CREATE_RULESET, None, 0, _LANDLOCK_CREATE_RULESET_VERSION)


def landlock_ruleset(attributes: bytes) -> int:
    """A new, empty set of rules: what is named in `attributes` will be denied but for the rules added."""
    return _call(_LANDLOCK_CREATE_RULESET, attributes, len(attributes), 0)


def landlock_allow(ruleset: int, fd: int, access: int) -> None:
    """Adds one rule: `access` to what lies beneath the open folder or file `fd`."""
    _call(_LANDLOCK_ADD_RULE, ruleset, _LANDLOCK_RULE_PATH_BENEATH, struct.pack("=Qi", access, fd), 0)


def landlock_restrict(ruleset: int) -> None:
    """Puts the rules on this process, for good."""
    _call(_LANDLOCK_RESTRICT_SELF, ruleset, 0)


def seccomp(program: bytes) -> None:
    """Puts a filter in front of every later system call of this process and its threads, for good."""
    code = ctypes.create_string_buffer(program, len(program))
    filter_of = struct.pack("@HP", len(program) // 8, ctypes.addressof(code))
    _call(_number("seccomp"), _SECCOMP_SET_MODE_FILTER, _SECCOMP_FILTER_FLAG_TSYNC, filter_of)
