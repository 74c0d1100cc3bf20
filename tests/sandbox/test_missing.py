"""Machines that give less: older Landlocks, and kernels without a layer. What is missing is said, and the rest still holds."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from quizkit.sandbox import kernel
from tests.hostile.places import REPOSITORY, environment

# A filter that lets one system call be unknown and allows the rest, as an older kernel or a container's profile would.
WITHOUT = """
import struct, sys
from quizkit.sandbox import kernel
kernel.deny_new_privileges()
rules = [(0x20, 0, 0, 0), (0x15, 0, 1, {number}), (0x06, 0, 0, 0x00050026), (0x06, 0, 0, 0x7FFF0000)]
kernel.seccomp(b"".join(struct.pack("=HBBI", *rule) for rule in rules))
"""
PROBE = """
import json
from quizkit.sandbox.host import probe
print(json.dumps([(item.name, item.held, item.reason) for item in probe()]))
"""
RUN = """
from quizkit.sandbox.host import Sandbox
from quizkit.sandbox.protocol import Request
source = "from fastapi import FastAPI\\napp = FastAPI()\\n@app.get('/')\\ndef read(): return 7"
with Sandbox.start() as sandbox, sandbox.open({"main.py": source}) as run:
    run.load()
    print(run.send(Request("GET", "/")).body.decode())
"""
OLD_LANDLOCK = """
import os, sys
from quizkit.sandbox import kernel, landlock
kernel.landlock_abi = lambda: int(sys.argv[1])
scratches = sys.argv[2]
scratch, other = scratches + "/1", scratches + "/2"
rules = landlock.Rules(landlock.readable([], "/nowhere"), scratches)
kernel.deny_new_privileges()
rules.restrict(scratch)
def refused(work):
    try: work()
    except PermissionError: return True
    return False
open(scratch + "/file", "w").write("x")
os.mkdir(scratch + "/folder"); os.rename(scratch + "/file", scratch + "/moved")
assert open(os.__file__).read(10)
assert refused(lambda: open("/etc/passwd"))
assert refused(lambda: open(other + "/file"))
assert refused(lambda: os.listdir(scratches))
assert refused(lambda: open(other + "/file", "w"))
assert refused(lambda: open(os.__file__, "a"))
print("held")
"""


def python(code: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env=environment(),
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def probed(*missing: int) -> dict[str, tuple[bool, str]]:
    told: list[tuple[str, bool, str]] = json.loads(python("".join(WITHOUT.format(number=n) for n in missing) + PROBE))
    return {name: (held, reason) for name, held, reason in told}


def number(name: str) -> int:
    return {"unshare": {"x86_64": 272, "aarch64": 97}, "seccomp": {"x86_64": 317, "aarch64": 277}}[name][kernel.MACHINE]


@pytest.mark.parametrize("abi", range(1, 8))
def test_an_older_landlock_holds_what_it_knows(abi: int, tmp_path: Path) -> None:
    if abi > kernel.landlock_abi():
        pytest.skip("this kernel's Landlock is older")
    for run in ("1", "2"):
        (tmp_path / run).mkdir()
    (tmp_path / "2" / "file").touch()
    assert python(OLD_LANDLOCK, str(abi), str(tmp_path)).strip() == "held"


def test_a_kernel_without_landlock_is_said_to_be_one() -> None:
    found = probed(444)
    assert found["files"] == (False, "Function not implemented")
    assert found["system calls"][0]
    assert found["network"][0]


def test_a_kernel_without_namespaces_is_said_to_be_one() -> None:
    found = probed(number("unshare"))
    assert not found["namespaces"][0]
    assert "not implemented" in found["namespaces"][1]
    assert not found["scratch in memory"][0]
    assert all(found[name][0] for name in ("files", "network", "system calls", "limits"))


def test_a_kernel_without_filters_is_said_to_be_one() -> None:
    found = probed(number("seccomp"))
    assert not found["system calls"][0]
    assert not found["network"][0]
    assert found["files"][0]


@pytest.mark.parametrize("missing", [[444], ["unshare"], ["seccomp"], [444, "unshare"]], ids=str)
def test_what_is_there_still_runs_an_app(missing: list[Any]) -> None:
    numbers = [number(name) if isinstance(name, str) else name for name in missing]
    assert python("".join(WITHOUT.format(number=n) for n in numbers) + RUN).strip() == "7"
