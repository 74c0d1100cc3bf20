"""Runs snippets as another user, or where namespaces are forbidden: a process of its own that takes them line by line.

Started as a script with `--user`, `--no-namespaces`, and `--last` for runs that are each the last of a worker. Each line
in is a JSON list of sources, which are run at once; each line out is a list of what came of them.
"""

import ctypes
import json
import os
import shutil
import socket
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path
from typing import Any

_NOBODY = 65534
_CLONE_NEWUSER = 0x1000_0000
_PR_SET_DUMPABLE = 4
_PR_SET_SECUREBITS = 28
_NO_ROOT = 0b11  # a root without capabilities gains none by starting a program
_AT_ONCE = 6
TIME_LIMIT_S = 1.0


def become_nobody() -> None:
    """Leaves root."""
    os.setgroups([])
    os.setresgid(_NOBODY, _NOBODY, _NOBODY)
    os.setresuid(_NOBODY, _NOBODY, _NOBODY)
    ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 1, 0, 0, 0)  # as if it had been started so: its /proc is its own


def forbid_namespaces() -> None:
    """Goes where no user namespace can be made, without the capabilities that would do instead of one."""
    libc = ctypes.CDLL(None, use_errno=True)
    uid, gid = os.getuid(), os.getgid()
    if libc.unshare(_CLONE_NEWUSER) == 0:
        for name, text in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1")):
            Path("/proc/self", name).write_text(text, "ascii")
        Path("/proc/sys/user/max_user_namespaces").write_text("0", "ascii")
    libc.prctl(_PR_SET_SECUREBITS, _NO_ROOT, 0, 0, 0)
    from quizkit.sandbox import kernel  # noqa: PLC0415 - only now, since the import must not come before the unshare

    kernel.drop_capabilities()


class Ground:
    """What a snippet could hurt: a file, a socket, this process. And what it must not have touched."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="victim-"))
        self.victim = self.folder / "victim"
        self.victim.write_text("untouched", "utf-8")
        self.victim.chmod(0o600)
        self._times = self.victim.stat()
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(self.folder / "socket"))
        self.socket.setblocking(False)
        os.environ["HOSTILE_SECRET"] = "open sesame"

    def constants(self, repository: str, numbers: dict[str, int]) -> str:
        """The lines that tell a snippet where to aim."""
        aims = {
            "REPO": repository,
            "VICTIM": str(self.victim),
            "SOCKET": str(self.folder / "socket"),
            "HOST": os.getpid(),
            "HOME_OUTSIDE": str(self.folder),
            "NR": numbers,
        }
        return "".join(f"{name} = {value!r}\n" for name, value in aims.items())

    def harm(self) -> str:
        """What was touched; nothing, it is to be hoped."""
        now = self.victim.stat() if self.victim.exists() else None
        if now is None or self.victim.read_text("utf-8") != "untouched":
            return "the file was written to"
        if (now.st_mode, now.st_uid, now.st_mtime) != (self._times.st_mode, self._times.st_uid, self._times.st_mtime):
            return "the file's owner, mode or time changed"
        if sorted(path.name for path in self.folder.iterdir()) != ["socket", "victim"]:
            return "something was put beside the file"
        try:
            return f"the socket heard {self.socket.recv(100)!r}"
        except BlockingIOError:
            return ""

    def clear(self) -> None:
        """Removes the file and the socket."""
        self.socket.close()
        shutil.rmtree(self.folder)


def main() -> None:
    """Serves until standard input ends."""
    if "--user" in sys.argv:
        become_nobody()
    if "--no-namespaces" in sys.argv:
        forbid_namespaces()
    from random import Random  # noqa: PLC0415 - as above

    from quizkit.grading import grade_source  # noqa: PLC0415
    from quizkit.sandbox.host import Sandbox  # noqa: PLC0415
    from tests.hostile.table import GOOD, NUMBERS  # noqa: PLC0415
    from tests.samples import check  # noqa: PLC0415

    expected = {"status": 200, "json": {"double": {"$expr": "n * 2"}}}
    checks = [check(given={"n": "int"}, request="GET /double/{{n}}", response=expected)]
    ground = Ground()
    aims = ground.constants(str(Path(__file__).resolve().parents[2]), NUMBERS)

    def grade(sandbox: Sandbox, source: str) -> dict[str, Any]:
        last = "--last" in sys.argv
        with Sandbox.start(TIME_LIMIT_S) if last else nullcontext(sandbox) as ours:
            ours.report()  # until then a new worker gets ready
            began = time.monotonic()
            verdict = grade_source(checks, source, ours, Random(), last=last)
        words = " ".join((verdict.message, *(result.message for result in verdict.checks)))
        return {"outcome": verdict.outcome.value, "words": words, "took_s": time.monotonic() - began}

    def both(sandbox: Sandbox, source: str) -> dict[str, Any]:
        told = grade(sandbox, aims + source)
        return {**told, "harm": ground.harm(), "good": grade(sandbox, GOOD)["outcome"]}

    with Sandbox.start(TIME_LIMIT_S) as sandbox, ThreadPoolExecutor(_AT_ONCE) as threads:
        say([item.name for item in sandbox.report() if item.held])
        for line in sys.stdin:
            say(list(threads.map(lambda source: both(sandbox, source), json.loads(line))))
    ground.clear()


def say(value: object) -> None:
    """One line of JSON."""
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
