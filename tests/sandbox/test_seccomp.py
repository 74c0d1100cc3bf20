"""The filter, run by an interpreter of the few instructions that it uses, for both architectures."""

import struct

import pytest

from quizkit.sandbox import seccomp

ARCHITECTURE = {"x86_64": 0xC000_003E, "aarch64": 0xC000_00B7}
ALLOW, KILL, REFUSE, UNKNOWN, PRETEND, NO_TERMINAL = 0x7FFF0000, 0x80000000, 0x50001, 0x50026, 0x50000, 0x50019
OWN_PID = 4711


def decide(machine: str, number: int, *arguments: int, architecture: int | None = None) -> int:
    """What the filter says to a system call."""
    code = seccomp.program(machine).replace(struct.pack("=I", 0x5EED_51D0), struct.pack("=I", OWN_PID))
    arch = ARCHITECTURE[machine] if architecture is None else architecture
    data = struct.pack("=iIQ6Q", number, arch, 0, *[value & (1 << 64) - 1 for value in (*arguments, *[0] * 6)][:6])
    instructions = list(struct.iter_unpack("=HBBI", code))
    word = at = 0
    while True:
        kind, yes, no, k = instructions[at]
        at += 1
        match kind:
            case 0x06:
                return int(k)
            case 0x20:
                (word,) = struct.unpack_from("=I", data, k)
            case 0x54:
                word &= k
            case 0x15 | 0x35 | 0x45:
                taken = {0x15: word == k, 0x35: word >= k, 0x45: bool(word & k)}[kind]
                at += yes if taken else no
            case _:
                raise AssertionError(f"an instruction that isn't used: {kind:#x}")


# name, numbers on x86-64 and aarch64 as the kernel's headers give them, arguments, what is to come of it
CASES = [
    ("read", 0, 63, (), ALLOW),
    ("mmap", 9, 222, (), ALLOW),
    ("futex", 202, 98, (), ALLOW),
    ("exit_group", 231, 94, (), ALLOW),
    ("epoll_pwait", 281, 22, (), ALLOW),
    ("execve", 59, 221, (), REFUSE),
    ("execveat", 322, 281, (), REFUSE),
    ("ptrace", 101, 117, (), KILL),
    ("mount", 165, 40, (), KILL),
    ("unshare", 272, 97, (), KILL),
    ("setns", 308, 268, (), KILL),
    ("bpf", 321, 280, (), KILL),
    ("io_uring_setup", 425, 425, (), KILL),
    ("process_vm_writev", 311, 271, (), KILL),
    ("pidfd_open", 434, 434, (), REFUSE),
    ("fchmodat", 268, 53, (), PRETEND),
    ("utimensat, times given", 280, 88, (-100, 1, 0x7FFF_0000_1000), PRETEND),
    ("utimensat, times given above 4 GiB", 280, 88, (-100, 1, 0x7FFF_0000_0000), PRETEND),
    ("utimensat, now", 280, 88, (-100, 1, 0), REFUSE),
    ("fchownat", 260, 54, (), REFUSE),
    ("socket", 41, 198, (2, 1, 0), REFUSE),
    ("connect", 42, 203, (), REFUSE),
    ("socketpair, stream", 53, 199, (1, 1 | 0o2000000, 0), ALLOW),
    ("socketpair, datagram", 53, 199, (1, 2, 0), REFUSE),
    ("socketpair, packet", 53, 199, (1, 5, 0), REFUSE),
    ("socketpair, another family", 53, 199, (16, 1, 0), REFUSE),
    ("clone, a thread", 56, 220, (0x3D0F00,), ALLOW),
    ("clone, a process", 56, 220, (17,), REFUSE),
    ("clone, a thread in a namespace", 56, 220, (0x10010F00,), REFUSE),
    ("clone3", 435, 435, (), UNKNOWN),
    ("openat2", 437, 437, (), UNKNOWN),
    ("openat", 257, 56, (-100, 0, 0), ALLOW),
    ("openat, write and truncate", 257, 56, (-100, 0, 0o1001), ALLOW),
    ("openat, read and truncate", 257, 56, (-100, 0, 0o1000), REFUSE),
    ("openat, read and truncate, upper half set", 257, 56, (-100, 0, 0o1000 | 1 << 40), REFUSE),
    ("kill, itself", 62, 129, (OWN_PID, 9), ALLOW),
    ("kill, itself with the upper half set", 62, 129, (OWN_PID | 1 << 40, 9), ALLOW),
    ("kill, another", 62, 129, (1, 9), REFUSE),
    ("kill, all", 62, 129, (-1, 9), REFUSE),
    ("kill, its group", 62, 129, (0, 9), REFUSE),
    ("tgkill, itself", 234, 131, (OWN_PID, 5, 6), ALLOW),
    ("tgkill, another", 234, 131, (1, 1, 9), REFUSE),
    ("fcntl, get flags", 72, 25, (3, 3), ALLOW),
    ("fcntl, owner", 72, 25, (3, 8, 1), REFUSE),
    ("fcntl, signal", 72, 25, (3, 10, 9), REFUSE),
    ("fcntl, lock", 72, 25, (3, 37), ALLOW),
    ("fcntl, pipe size", 72, 25, (3, 1031, 1 << 20), REFUSE),
    ("ioctl, is it a terminal", 16, 29, (0, 0x5401), ALLOW),
    ("ioctl, type into it", 16, 29, (0, 0x5412), NO_TERMINAL),
    ("prctl, name", 157, 167, (15,), ALLOW),
    ("prctl, death signal", 157, 167, (1, 0), REFUSE),
    ("prctl, a filter", 157, 167, (22, 2), REFUSE),
    ("prlimit64, itself", 302, 261, (0, 7), ALLOW),
    ("prlimit64, another", 302, 261, (1, 7), REFUSE),
    ("a number not given yet", 5000, 5000, (), UNKNOWN),
    ("a number below all", -1, -1, (), KILL),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0])
@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_a_call_is_decided_as_it_should_be(machine: str, case: tuple[str, int, int, tuple[int, ...], int]) -> None:
    _, x86, arm, arguments, expected = case
    assert decide(machine, x86 if machine == "x86_64" else arm, *arguments) == expected


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_another_architectures_calls_end_the_run(machine: str) -> None:
    assert decide(machine, 20, architecture=0x4000_0003) == KILL


def test_the_second_table_of_x86_64_ends_the_run() -> None:
    assert decide("x86_64", 0x4000_0000 + 39) == KILL


def test_old_calls_of_x86_64() -> None:
    assert decide("x86_64", 57) == REFUSE  # fork
    assert decide("x86_64", 58) == REFUSE  # vfork
    assert decide("x86_64", 2, 0, 0o1000) == REFUSE  # open, for reading, truncating
    assert decide("x86_64", 2, 0, 0) == ALLOW
    assert decide("x86_64", 90) == PRETEND  # chmod


def test_an_architecture_without_a_table_is_said_to_be_one() -> None:
    with pytest.raises(OSError, match="riscv64"):
        seccomp.program("riscv64")
