"""The seccomp filter: which system calls a run may make. Numbers for x86-64 and, untested, aarch64.

What isn't in the tables below gets ENOSYS, as from a kernel that doesn't know it yet.
"""

import errno
import os
import struct
from collections.abc import Iterator
from typing import Final

from quizkit.sandbox import kernel

# name, number on x86-64, number on aarch64. A dash: the call isn't there.
# Computing, files (which Landlock bounds), threads, clocks, and talking over pipes that are open already.
_ALLOWED: Final = """
read 0 63, write 1 64, readv 19 65, writev 20 66, pread64 17 67, pwrite64 18 68, preadv 295 69, pwritev 296 70,
preadv2 327 286, pwritev2 328 287, close 3 57, close_range 436 436, lseek 8 62, dup 32 23, dup2 33 -, dup3 292 24,
pipe 22 -, pipe2 293 59, stat 4 -, fstat 5 80, lstat 6 -, newfstatat 262 79, statx 332 291, statfs 137 43, fstatfs 138
44, access 21 -, faccessat 269 48, faccessat2 439 439, readlink 89 -, readlinkat 267 78, getcwd 79 17, chdir 80 49,
fchdir 81 50, getdents 78 -, getdents64 217 61, mkdir 83 -, mkdirat 258 34, rmdir 84 -, unlink 87 -, unlinkat 263 35,
rename 82 -, renameat 264 38, renameat2 316 276, link 86 -, linkat 265 37, symlink 88 -, symlinkat 266 36, ftruncate
77 46, fallocate 285 47, fsync 74 82, fdatasync 75 83, flock 73 32, umask 95 166, sendfile 40 71, copy_file_range 326
285, fadvise64 221 223, readahead 187 213, mmap 9 222, mprotect 10 226, munmap 11 215, mremap 25 216, madvise 28 233,
brk 12 214, msync 26 227, mincore 27 232, membarrier 324 283, futex 202 98, futex_waitv 449 449, set_robust_list 273
99, set_tid_address 218 96, rseq 334 293, getcpu 309 168, sched_yield 24 124, sched_getaffinity 204 123,
sched_getscheduler 145 120, sched_getparam 143 121, sched_get_priority_max 146 125, sched_get_priority_min 147 126,
getpriority 140 141, rt_sigaction 13 134, rt_sigprocmask 14 135, rt_sigreturn 15 139, rt_sigpending 127 136,
rt_sigtimedwait 128 137, rt_sigsuspend 130 133, sigaltstack 131 132, signalfd 282 -, signalfd4 289 74, pause 34 -,
restart_syscall 219 128, alarm 37 -, setitimer 38 103, getitimer 36 102, timer_create 222 107, timer_settime 223 110,
timer_gettime 224 108, timer_delete 226 111, timer_getoverrun 225 109, timerfd_create 283 85, timerfd_settime 286 86,
timerfd_gettime 287 87, epoll_create 213 -, epoll_create1 291 20, epoll_ctl 233 21, epoll_wait 232 -, epoll_pwait 281
22, epoll_pwait2 441 441, eventfd 284 -, eventfd2 290 19, poll 7 -, ppoll 271 73, select 23 -, pselect6 270 72, sendto
44 206, recvfrom 45 207, sendmsg 46 211, recvmsg 47 212, shutdown 48 210, getsockname 51 204, getpeername 52 205,
getsockopt 55 209, setsockopt 54 208, getpid 39 172, getppid 110 173, gettid 186 178, getpgid 121 155, getpgrp 111 -,
getsid 124 156, getuid 102 174, geteuid 107 175, getgid 104 176, getegid 108 177, getgroups 115 158, getresuid 118
148, getresgid 120 150, capget 125 90, uname 63 160, sysinfo 99 179, getrusage 98 165, getrlimit 97 163, setrlimit 160
164, times 100 153, time 201 -, gettimeofday 96 169, clock_gettime 228 113, clock_getres 229 114, clock_nanosleep 230
115, nanosleep 35 101, getrandom 318 278, wait4 61 260, waitid 247 95, exit 60 93, exit_group 231 94
"""

# Landlock doesn't cover modes and times of files. `shutil.copy` and `Path.touch` live on though nothing happens.
_PRETENDED: Final = """
chmod 90 -, fchmod 91 52, fchmodat 268 53, utime 132 -, utimes 235 -, futimesat 261 -, sync 162 81
"""

# Nothing that a web app or a library of one calls: whoever does is breaking out, and the run ends here.
_FATAL: Final = """
ptrace 101 117, process_vm_readv 310 270, process_vm_writev 311 271, process_madvise 440 440, kcmp 312 272,
pidfd_getfd 438 438, bpf 321 280, perf_event_open 298 241, userfaultfd 323 282, io_uring_setup 425 425, io_uring_enter
426 426, io_uring_register 427 427, add_key 248 217, request_key 249 218, keyctl 250 219, unshare 272 97, setns 308
268, mount 165 40, umount2 166 39, pivot_root 155 41, chroot 161 51, open_tree 428 428, move_mount 429 429, fsopen 430
430, fsconfig 431 431, fsmount 432 432, fspick 433 433, mount_setattr 442 442, init_module 175 105, finit_module 313
273, delete_module 176 106, kexec_load 246 104, kexec_file_load 320 294, reboot 169 142, swapon 167 224, swapoff 168
225, acct 163 89, quotactl 179 60, quotactl_fd 443 443, syslog 103 116, iopl 172 -, ioperm 173 -, modify_ldt 154 -,
open_by_handle_at 304 265, fanotify_init 300 262, fanotify_mark 301 263, vhangup 153 58, sethostname 170 161,
setdomainname 171 162, settimeofday 164 170, clock_settime 227 112, adjtimex 159 171, clock_adjtime 305 266,
personality 135 92, memfd_secret 447 447, nfsservctl 180 42, vmsplice 278 75
"""

# What a library may try and can live without: processes, other people's sockets, signals, owners, shared memory.
_REFUSED: Final = """
fork 57 -, vfork 58 -, execve 59 221, execveat 322 281, bind 49 200, connect 42 203, listen 50 201, accept 43 202,
accept4 288 242, sendmmsg 307 269, recvmmsg 299 243, tkill 200 130, rt_sigqueueinfo 129 138, rt_tgsigqueueinfo 297
240, pidfd_open 434 434, pidfd_send_signal 424 424, setpgid 109 154, setsid 112 157, setpriority 141 140, ioprio_set
251 30, ioprio_get 252 31, sched_setaffinity 203 122, sched_setscheduler 144 119, sched_setparam 142 118,
sched_setattr 314 274, sched_getattr 315 275, setuid 105 146, setgid 106 144, setreuid 113 145, setregid 114 143,
setresuid 117 147, setresgid 119 149, setfsuid 122 151, setfsgid 123 152, setgroups 116 159, capset 126 91, seccomp
317 277, landlock_create_ruleset 444 444, landlock_add_rule 445 445, landlock_restrict_self 446 446, chown 92 -,
fchown 93 55, lchown 94 -, fchownat 260 54, truncate 76 45, mknod 133 -, mknodat 259 33, creat 85 -, setxattr 188 5,
lsetxattr 189 6, fsetxattr 190 7, removexattr 197 14, lremovexattr 198 15, fremovexattr 199 16, getxattr 191 8,
lgetxattr 192 9, fgetxattr 193 10, listxattr 194 11, llistxattr 195 12, flistxattr 196 13, memfd_create 319 279,
shmget 29 194, shmat 30 196, shmctl 31 195, shmdt 67 197, semget 64 190, semop 65 193, semctl 66 191, semtimedop 220
192, msgget 68 186, msgsnd 69 189, msgrcv 70 188, msgctl 71 187, mq_open 240 180, mq_unlink 241 181, mq_timedsend 242
182, mq_timedreceive 243 183, mq_notify 244 184, mq_getsetattr 245 185, inotify_init 253 -, inotify_init1 294 26,
inotify_add_watch 254 27, inotify_rm_watch 255 28, name_to_handle_at 303 264, mlock 149 228, mlock2 325 284, mlockall
151 230, munlock 150 229, munlockall 152 231, mbind 237 235, set_mempolicy 238 237, get_mempolicy 239 236,
migrate_pages 256 238, move_pages 279 239, syncfs 306 267, sync_file_range 277 84, splice 275 76, tee 276 77,
remap_file_pages 216 234, arch_prctl 158 -, get_robust_list 274 100, lookup_dcookie 212 18
"""

# Decided by an argument, below.
_CONDITIONAL: Final = """
clone 56 220, clone3 435 435, open 2 -, openat 257 56, openat2 437 437, socket 41 198, socketpair 53 199, utimensat
280 88, kill 62 129, tgkill 234 131, prctl 157 167, ioctl 16 29, fcntl 72 25, prlimit64 302 261
"""

_AUDIT_ARCH: Final = {"x86_64": 0xC000_003E, "aarch64": 0xC000_00B7}
_COLUMN: Final = {"x86_64": 1, "aarch64": 2}
_X32_BIT: Final = 0x4000_0000

_KILL: Final = 0x8000_0000
_ALLOW: Final = 0x7FFF_0000


def _error(number: int) -> int:
    return 0x0005_0000 | number


_EPERM: Final = _error(errno.EPERM)
_ENOSYS: Final = _error(errno.ENOSYS)

# Classic BPF: load a word, jump if equal, greater or equal, any bit set, mask, return.
_LOAD: Final = 0x20
_JEQ: Final = 0x15
_JGE: Final = 0x35
_JSET: Final = 0x45
_AND: Final = 0x54
_RETURN: Final = 0x06
_NR: Final = 0
_ARCH: Final = 4
_ARGUMENTS: Final = 16

_Instruction = tuple[int, int, int, int]
_OWN_PID: Final = 0x5EED_51D0  # stands for the process's own id until the filter is put on

_CLONE_THREAD: Final = 0x1_0000
_CLONE_NAMESPACES: Final = 0x7E02_0000  # all but the time namespace, whose bit means something else in clone
_FCNTL: Final = (
    *range(8),
    *range(36, 39),
    1030,
    1032,
)  # descriptors, flags, locks; not owners, signals, leases, pipe sizes
_IOCTL: Final = (
    0x5401,
    0x5413,
    0x541B,
    0x5421,
    0x5450,
    0x5451,
)  # is a terminal, its size, bytes waiting, blocking, on exec
_PRCTL: Final = (3, 15, 16, 39)  # a thread's name, and questions; not the death signal, not being traced


def _words(entry: str) -> tuple[str, str, str]:
    name, x86, arm = entry.split()
    return name, x86, arm


def _numbers(table: str, machine: str) -> dict[str, int]:
    rows = map(_words, table.split(","))
    column = _COLUMN[machine]
    return {row[0]: int(row[column]) for row in rows if row[column] != "-"}


def _argument(position: int) -> _Instruction:
    """Loads the low 32 bits: these arguments are ints, whose upper half the kernel ignores."""
    return (_LOAD, 0, 0, _ARGUMENTS + 8 * position)


def _return(action: int) -> _Instruction:
    return (_RETURN, 0, 0, action)


def _one_of(position: int, values: tuple[int, ...], otherwise: int) -> list[_Instruction]:
    """Allows the call where an argument is one of `values`."""
    tests = [(_JEQ, len(values) - nth, 0, value) for nth, value in enumerate(values)]
    return [_argument(position), *tests, _return(otherwise), _return(_ALLOW)]


def _threads_only() -> list[_Instruction]:
    """A thread is welcome; a process, in a namespace of its own or not, is not."""
    thread = (_JSET, 1, 0, _CLONE_THREAD)
    apart = (_JSET, 0, 1, _CLONE_NAMESPACES)
    return [_argument(0), thread, _return(_EPERM), apart, _return(_EPERM), _return(_ALLOW)]


def _no_truncating_read(position: int) -> list[_Instruction]:
    """Refuses to open for reading and empty the file at once, which older Landlocks let by."""
    access_and_truncate = os.O_ACCMODE | os.O_TRUNC
    bare = (_JEQ, 0, 1, os.O_TRUNC)
    return [_argument(position), (_AND, 0, 0, access_and_truncate), bare, _return(_EPERM), _return(_ALLOW)]


def _pretended_times(position: int) -> list[_Instruction]:
    """Pretends to set the times that `copystat` gives. `touch` gives none, and makes the file only where that is refused."""
    low, high = _ARGUMENTS + 8 * position, _ARGUMENTS + 8 * position + 4
    some_low, some_high = (_JEQ, 0, 2, 0), (_JEQ, 1, 0, 0)
    return [(_LOAD, 0, 0, low), some_low, (_LOAD, 0, 0, high), some_high, _return(_error(0)), _return(_EPERM)]


def _stream_pairs() -> list[_Instruction]:
    """A pair of connected Unix streams, as asyncio wants one. A datagram pair could send to any socket with a path."""
    unix = (_JEQ, 0, 3, 1)
    stream = (_JEQ, 1, 0, 1)
    return [_argument(0), unix, _argument(1), (_AND, 0, 0, 0xF), stream, _return(_EPERM), _return(_ALLOW)]


_CONDITIONS: Final = {
    "clone": _threads_only(),
    "clone3": [_return(_ENOSYS)],  # its flags lie in memory, where no filter sees them; libc falls back to clone
    "open": _no_truncating_read(1),
    "openat": _no_truncating_read(2),
    "openat2": [_return(_ENOSYS)],  # as clone3
    "socket": [_return(_EPERM)],
    "socketpair": _stream_pairs(),
    "kill": _one_of(0, (_OWN_PID,), _EPERM),
    "tgkill": _one_of(0, (_OWN_PID,), _EPERM),
    "prctl": _one_of(0, _PRCTL, _EPERM),
    "ioctl": _one_of(1, _IOCTL, _error(errno.ENOTTY)),
    "fcntl": _one_of(1, _FCNTL, _EPERM),
    "utimensat": _pretended_times(2),
    "prlimit64": _one_of(0, (0,), _EPERM),
}


def _actions(machine: str) -> dict[int, int]:
    groups = ((_ALLOWED, _ALLOW), (_PRETENDED, _error(0)), (_FATAL, _KILL), (_REFUSED, _EPERM))
    return {number: action for table, action in groups for number in _numbers(table, machine).values()}


def _intervals(actions: dict[int, int]) -> Iterator[tuple[int, int]]:
    """Runs of numbers with one action, as (first number, action), from the highest down to 0."""
    last = max(actions) + 1
    yield last, _ENOSYS
    for number in range(last - 1, -1, -1):
        action = actions.get(number, _ENOSYS)
        if number == 0 or actions.get(number - 1, _ENOSYS) != action:
            yield number, action


def _instructions(machine: str) -> Iterator[_Instruction]:
    yield (_LOAD, 0, 0, _ARCH)
    yield (_JEQ, 1, 0, _AUDIT_ARCH[machine])
    yield _return(_KILL)
    yield (_LOAD, 0, 0, _NR)
    yield (_JGE, 0, 1, _X32_BIT)
    yield _return(_KILL)
    for name, number in _numbers(_CONDITIONAL, machine).items():
        rule = _CONDITIONS[name]
        yield (_JEQ, 0, len(rule), number)
        yield from rule
    for first, action in _intervals(_actions(machine)):
        if first:
            yield (_JGE, 0, 1, first)
        yield _return(action)


def program(machine: str = kernel.MACHINE) -> bytes:
    """The filter for this architecture. Raises OSError where there is no table for it."""
    if machine not in _COLUMN:
        raise OSError(errno.ENOSYS, f"no table of system calls for {machine}")
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in _instructions(machine))


def put_on(code: bytes) -> None:
    """Filters this process from here on; in the filter its own id takes the place that was kept for it."""
    kernel.seccomp(code.replace(struct.pack("=I", _OWN_PID), struct.pack("=I", os.getpid())))
