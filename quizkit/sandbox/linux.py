"""What confines a run on Linux: each system call that takes something away from the child, with its reason."""

import ctypes
import os
import resource
import signal
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

_libc: Final = ctypes.CDLL(None, use_errno=True)

_PR_SET_PDEATHSIG: Final = 1
_PR_SET_DUMPABLE: Final = 4
_PR_SET_NO_NEW_PRIVS: Final = 38


@dataclass(frozen=True, slots=True)
class Limits:
    """What a run may use. Bytes and seconds."""

    memory: int = 1 << 30
    cpu_s: int = 30
    file_size: int = 64 << 20
    open_files: int = 256
    processes: int = 128


def confine(limits: Limits) -> tuple[str, ...]:
    """Puts the limits on this process for good; the names of those that hold."""
    held = [name for name, put_on in _PROTECTIONS if put_on(limits)]
    return tuple(held)


def _prctl(option: int, value: int) -> bool:
    return bool(_libc.prctl(option, value, 0, 0, 0) == 0)


def _dies_with_worker(_limits: Limits) -> bool:
    """The kernel kills the child when the worker goes, however the worker goes."""
    return _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _not_dumpable(_limits: Limits) -> bool:
    """No core files, and no other process of this user may read its memory."""
    return _prctl(_PR_SET_DUMPABLE, 0)


def _no_new_privileges(_limits: Limits) -> bool:
    """A set-user-id program started from here gains nothing."""
    return _prctl(_PR_SET_NO_NEW_PRIVS, 1)


def _resources(limits: Limits) -> bool:
    """Memory, processor time, file size, open files, core files: the kernel's own limits."""
    for what, value in (
        (resource.RLIMIT_AS, limits.memory),
        (resource.RLIMIT_CPU, limits.cpu_s),
        (resource.RLIMIT_FSIZE, limits.file_size),
        (resource.RLIMIT_NOFILE, limits.open_files),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(what)
        allowed = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(what, (allowed, allowed))
    return True


def _few_processes(limits: Limits) -> bool:
    """A bound on processes and threads. Root is not held by it."""
    if os.geteuid() == 0:
        return False
    resource.setrlimit(resource.RLIMIT_NPROC, (limits.processes, limits.processes))
    return True


_PROTECTIONS: Final[tuple[tuple[str, Callable[[Limits], bool]], ...]] = (
    ("dies with quizkit", _dies_with_worker),
    ("no core files", _not_dumpable),
    ("no new privileges", _no_new_privileges),
    ("memory, time and file limits", _resources),
)
