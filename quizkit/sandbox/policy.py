"""What a run may use, and what a machine gives to hold it to that. Words only, so the host loads nothing heavy.

They are named tuples, as in `protocol` and wherever else both sides of a cold check wait for their definition.
"""

import re
from typing import Any, Final, NamedTuple

NEEDED: Final = frozenset({"files", "network", "system calls", "limits"})
"""The protections without which a hostile snippet could read, reach or hurt something outside."""

LIBRARIES: Final = {
    "aiosqlite": ("aiosqlite",),
    "fastapi.templating": ("jinja2",),
    "jinja2": ("jinja2",),
    "jwt": ("jwt",),
    "python_multipart": ("python_multipart.multipart",),
    "sqlalchemy": ("sqlalchemy.orm", "sqlalchemy.ext.asyncio", "sqlalchemy.dialects.sqlite"),
}
"""What the worker may import for all later runs once a snippet has, and which modules that takes.

A fixed list, as what the worker imports runs unconfined.
"""

_IMPORTED: Final = r"(?m)^[ \t]*(?:import|from)[ \t]+([\w.]+)"
_FORMS: Final = r"\b(?:Form|File|UploadFile)\b"


def libraries(source: str) -> tuple[str, ...]:
    """Which of LIBRARIES a snippet seems to use. A wrong guess costs or saves time and nothing else."""
    modules = set(re.findall(_IMPORTED, source))
    named = modules | {module.partition(".")[0] for module in modules}
    if re.search(_FORMS, source):
        named.add("python_multipart")
    return tuple(name for name in LIBRARIES if name in named)


class Limits(NamedTuple):
    """What a run may use. Bytes and seconds; `processes` counts threads, as no second process is allowed at all."""

    memory: int = 1 << 30
    cpu_s: int = 30
    file_size: int = 32 << 20
    open_files: int = 256
    processes: int = 128
    scratch_size: int = 64 << 20
    scratch_entries: int = 4096


class Protection(NamedTuple):
    """One protection, whether it holds on this machine, and what it gives or why it is missing."""

    name: str
    held: bool
    reason: str

    @property
    def needed(self) -> bool:
        """Whether running a stranger's snippet without it is dangerous."""
        return self.name in NEEDED


class Setup(NamedTuple):
    """What the host tells a worker before anything else.

    One that doesn't serve only says what the machine gives; one that isn't confined has limits alone, at the person's wish.
    """

    limits: Limits
    folder: str
    root: str
    sites: tuple[str, ...]
    serves: bool = True
    confined: bool = True


def setup_fields(setup: Setup) -> dict[str, Any]:
    """A setup as JSON can carry it."""
    return {**setup._asdict(), "limits": setup.limits._asdict()}


def setup_of(found: dict[str, Any]) -> Setup:
    """A setup, back from JSON that the host wrote."""
    limits = Limits(**{name: int(found["limits"][name]) for name in Limits._fields})
    return Setup(limits, found["folder"], found["root"], tuple(found["sites"]), found["serves"], found["confined"])
