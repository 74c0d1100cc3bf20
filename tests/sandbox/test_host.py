"""Runs from the host's side: what comes back, what is told of an end, many at once, and what stays afterwards."""

import gc
import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from quizkit.errors import NoSandbox
from quizkit.sandbox.host import Sandbox, probe
from quizkit.sandbox.policy import NEEDED, Limits
from quizkit.sandbox.protocol import Broken, Loaded, Look, Request, Response, Sight, Stopped
from tests.hostile.places import family

APP = "import os, time\nfrom fastapi import FastAPI\napp = FastAPI()\n"
ECHO = APP + "@app.get('/{n}')\ndef echo(n: int): return n\n"


def handler(body: str) -> str:
    return APP + "@app.get('/')\ndef read():\n    " + body.replace("\n", "\n    ") + "\n"


@pytest.fixture(scope="module")
def hasty() -> Iterator[Sandbox]:
    """Runs of at most a second, with little memory."""
    with Sandbox.start(1, Limits(memory=512 << 20, processes=40)) as started:
        started.protections()
        yield started


def ending(sandbox: Sandbox, source: str) -> Stopped:
    with sandbox.open({"main.py": source}) as run:
        loaded = run.load()
        reply = run.send(Request("GET", "/")) if isinstance(loaded, Loaded) else loaded
        assert isinstance(reply, Stopped), reply
        assert run.send(Request("GET", "/")) == reply, "an end is for good"
    return reply


@pytest.mark.parametrize(
    ("body", "reason", "detail"),
    [
        ("while True: pass", "timeout", "1 s"),
        ("os._exit(3)", "exited", "exit code 3"),
        ("os.kill(os.getpid(), 15)", "killed", "SIGTERM"),
        ("os.kill(os.getpid(), 31)", "blocked", ""),
        ("import ctypes; ctypes.CDLL(None).ptrace(16, 1, 0, 0)", "blocked", "system call"),
        ("os.write(4, b'x' * 8)", "too_big", "at most 4"),
        ("os.write(4, bytes(8))", "garbled", ""),
        ("os._exit(86)", "memory", "512 MiB"),
        ("os.close(4); time.sleep(9)", "killed", "its own pipe"),
        (
            "import threading\nthreading.stack_size(32768)\n"
            "for _ in range(60): threading.Thread(target=time.sleep, args=(9,)).start()\ntime.sleep(9)",
            "killed",
            "more than 40 threads",
        ),
    ],
)
def test_an_end_is_named(hasty: Sandbox, body: str, reason: str, detail: str) -> None:
    stopped = ending(hasty, handler(body))
    assert stopped.reason == reason
    assert detail in stopped.detail


@pytest.mark.parametrize(
    ("body", "cause"),
    [
        ("return 'x' * (1 << 33)", "memory"),
        ("try: return bytearray(1 << 33)\nexcept MemoryError as error: raise ValueError from error", "memory"),
        ("os.fork()", "blocked"),
        ("open('/etc/passwd')", "blocked"),
        ("raise PermissionError('of the app')", ""),
        ("raise ValueError", ""),
    ],
)
def test_an_exception_names_its_cause(hasty: Sandbox, body: str, cause: str) -> None:
    with hasty.open({"main.py": handler(body)}) as run:
        run.load()
        reply = run.send(Request("GET", "/"))
    assert isinstance(reply, Response)
    assert reply.raised is not None
    assert reply.raised.cause == cause


def test_a_claimed_time_is_held_against_the_clock(hasty: Sandbox) -> None:
    with hasty.open({"main.py": "import time\ntime.perf_counter = lambda: 0.0\n" + handler("time.sleep(0.3)")}) as run:
        run.load()
        reply = run.send(Request("GET", "/"))
    assert isinstance(reply, Response)
    assert reply.elapsed_s >= 0.2


def test_output_is_kept_from_its_beginning_and_capped(hasty: Sandbox) -> None:
    with hasty.open({"main.py": handler("print('first'); print('x' * 10_000_000)")}) as run:
        run.load()
        run.send(Request("GET", "/"))
    assert run.output.startswith(b"first\nxxx")
    assert len(run.output) <= 64 << 10


def test_a_look_at_the_output_ends_though_a_thread_prints_for_ever(hasty: Sandbox) -> None:
    source = handler(
        "import threading\ndef forever():\n    while True: os.write(1, b'x' * 4096)\n"
        "threading.Thread(target=forever, daemon=True).start()"
    )
    began = time.monotonic()
    with hasty.open({"main.py": source}) as run:
        run.load()
        run.send(Request("GET", "/"))
        sight = run.send(Look())
    assert isinstance(sight, Sight | Stopped)
    assert time.monotonic() - began < 4


def test_the_environment_is_what_the_check_gives(hasty: Sandbox) -> None:
    with hasty.open({"main.py": handler("return dict(os.environ) | {'cwd': os.getcwd()}")}, {"TOKEN": "7"}) as run:
        run.load()
        reply = run.send(Request("GET", "/"))
    assert isinstance(reply, Response)
    found = json.loads(reply.body)
    assert found.pop("cwd") == found["HOME"] == found["TMPDIR"]
    assert set(found) == {"HOME", "TMPDIR", "USER", "LANG", "PYTHONUTF8", "TOKEN"}


def test_a_scratch_is_fresh_and_gone_afterwards(hasty: Sandbox) -> None:
    source = handler("found = os.listdir('.'); open('left', 'w').write('x'); return [found, os.getcwd()]")
    for _ in range(2):
        with hasty.open({"main.py": source}) as run:
            run.load()
            reply = run.send(Request("GET", "/"))
        assert isinstance(reply, Response)
        found, place = json.loads(reply.body)
        assert found == ["main.py"]
        assert not Path(place).exists()


def test_many_runs_at_once_keep_apart(sandbox: Sandbox) -> None:
    def one(n: int) -> bool:
        with sandbox.open({"main.py": ECHO}) as run:
            assert run.load() == Loaded("app")
            replies = [run.send(Request("GET", f"/{n + k}")) for k in range(3)]
        return [reply.body for reply in replies if isinstance(reply, Response)] == [b"%d" % (n + k) for k in range(3)]

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(one, range(0, 6400, 100)))


def test_good_runs_stay_good_beside_hostile_ones(sandbox: Sandbox) -> None:
    over = threading.Event()

    def disturb(body: str) -> None:
        while not over.is_set():
            with sandbox.open({"main.py": APP + body}) as run:
                run.load()

    hostile = ["os._exit(1)", "import threading\nfor _ in range(90): threading.Thread(target=print).start()", "1 / 0"]
    with ThreadPoolExecutor(3) as pool:
        jobs = [pool.submit(disturb, body) for body in hostile]
        try:
            for n in range(40):
                with sandbox.open({"main.py": ECHO}) as run:
                    assert run.load() == Loaded("app")
                    reply = run.send(Request("GET", f"/{n}"))
                assert isinstance(reply, Response)
                assert reply.body == b"%d" % n
        finally:
            over.set()
        for job in jobs:
            job.result()


def _resident(pid: int | str) -> int:
    """What a process has in memory, in KiB; PSS, so that what is shared counts once."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii")
    return next(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:"))


@pytest.mark.slow
def test_a_thousand_runs_leave_nothing(tmp_path: Path) -> None:
    def rounds(count: int) -> tuple[int, int, int]:
        for n in range(count):
            with sandbox.open({"main.py": ECHO}) as run:
                run.load()
                assert isinstance(run.send(Request("GET", f"/{n}")), Response)
        gc.collect()
        while len(family(str(folder))) > without_runs:
            time.sleep(0.01)
        descriptors = len(list(Path("/proc/self/fd").iterdir()))
        return sum(map(_resident, family(str(folder)))), _resident("self"), descriptors

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(tmp_path))
        with Sandbox.start() as sandbox:
            without_runs = 3 if "namespaces" in sandbox.protections() else 2
            (folder,) = tmp_path.iterdir()
            before = rounds(50)
            after = rounds(1000)
            assert list(folder.iterdir()) == []
        assert list(tmp_path.iterdir()) == []
    assert after[0] - before[0] < 2048, "the worker grew"
    assert after[1] - before[1] < 2048, "the host grew"
    assert after[2] == before[2], "descriptors were left open"


@pytest.mark.parametrize(
    ("body", "reason", "detail"),
    [
        ("os.kill(os.getpid(), 9)", "killed", "SIGKILL"),
        ("os.kill(os.getpid(), 15)", "killed", "SIGTERM"),
        ("os._exit(3)", "exited", "3"),
        ("while True: pass", "timeout", "1 s"),
        ("import ctypes; ctypes.CDLL(None).syscall(101 if os.uname().machine == 'x86_64' else 117, 0, 0, 0, 0)", "blocked", ""),
    ],
)
def test_the_end_of_the_last_run_is_named_like_any_other(body: str, reason: str, detail: str) -> None:
    with Sandbox.start(1) as sandbox, sandbox.open({"main.py": APP + body}, last=True) as run:
        stopped = run.load()
    assert isinstance(stopped, Stopped)
    assert (stopped.reason, detail in stopped.detail) == (reason, True)


def test_nothing_follows_the_last_run() -> None:
    with Sandbox.start() as sandbox:
        with sandbox.open({"main.py": ECHO}) as run:
            run.load()
        with sandbox.open({"main.py": ECHO}, last=True) as run:
            assert isinstance(run.load(), Loaded)
            assert isinstance(run.send(Request("GET", "/")), Response)
            with pytest.raises(NoSandbox, match="last run"):
                sandbox.open({"main.py": ECHO})


def test_the_last_run_is_a_fork_while_another_is_alive() -> None:
    with Sandbox.start() as sandbox, sandbox.open({"main.py": ECHO}) as other:
        other.load()
        with sandbox.open({"main.py": ECHO}, last=True) as run:
            assert isinstance(run.load(), Loaded)
        assert isinstance(other.send(Request("GET", "/")), Response)


def test_the_last_run_holds_nothing_of_the_worker() -> None:
    """Its own five, and what its event loop opens."""
    source = handler("return [os.path.realpath(f'/proc/self/fd/{fd}') for fd in range(5, 64) if _open(fd)]") + (
        "def _open(fd):\n    try: os.fstat(fd)\n    except OSError: return False\n    return True\n"
    )
    with Sandbox.start() as sandbox:
        found = []
        for last in (False, True):
            with sandbox.open({"main.py": source}, last=last) as run:
                run.load()
                response = run.send(Request("GET", "/"))
                assert isinstance(response, Response)
                found.append(len(json.loads(response.body)))
    assert found[0] == found[1]


def test_a_worker_that_is_gone_is_said_to_be() -> None:
    sandbox = Sandbox.start()
    sandbox.close()
    with pytest.raises(NoSandbox):
        sandbox.open({"main.py": ECHO})


def test_every_protection_is_told_with_its_reason(sandbox: Sandbox) -> None:
    report = probe()
    assert {item.name for item in report} >= NEEDED
    assert all(item.reason for item in report)
    assert len({item.name for item in report}) == len(report)
    assert set(sandbox.protections()) == {item.name for item in report if item.held}
    assert set(sandbox.protections()) >= NEEDED
    assert {item.name for item in report if item.needed} == set(NEEDED)


def test_a_cold_start_gives_the_same_answers() -> None:
    with Sandbox.start(warm=False) as sandbox:
        assert set(sandbox.protections()) >= NEEDED
        with sandbox.open({"main.py": ECHO}) as run:
            assert run.load() == Loaded("app")
            reply = run.send(Request("GET", "/7"))
            assert isinstance(reply, Response)
            assert reply.body == b"7"
        assert ending(sandbox, handler("os._exit(3)")) == Stopped("exited", "exit code 3")
        assert ending(sandbox, handler("import ctypes; ctypes.CDLL(None).unshare(0)")).reason == "blocked"
        with sandbox.open({"main.py": APP + "1 / 0"}) as run:
            broken = run.load()
        assert isinstance(broken, Broken)
        assert broken.raised.exception == "ZeroDivisionError"


def test_limits_are_put_on() -> None:
    source = handler(
        "import resource\nreturn [resource.getrlimit(getattr(resource, 'RLIMIT_' + k))[0] for k in ('AS', 'NOFILE')]"
    )
    with Sandbox.start(limits=Limits(memory=600 << 20, open_files=99)) as sandbox, sandbox.open({"main.py": source}) as run:
        run.load()
        reply = run.send(Request("GET", "/"))
    assert isinstance(reply, Response)
    assert json.loads(reply.body) == [600 << 20, 99]


def test_all_but_the_scratch_is_read_only(sandbox: Sandbox) -> None:
    """Or a run could leave word to the next by when a library's file was read."""
    if "all else read-only" not in sandbox.protections():
        pytest.skip("needs a mount namespace")
    source = handler("return [bool(os.statvfs(path).f_flag & os.ST_RDONLY) for path in ('.', os.__file__, '/')]")
    with sandbox.open({"main.py": source}) as run:
        run.load()
        reply = run.send(Request("GET", "/"))
    assert isinstance(reply, Response)
    assert json.loads(reply.body) == [False, True, True]
