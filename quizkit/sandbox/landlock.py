"""Landlock: which files a run may read and write, no TCP, no signals out. An ordinary user may put it on.

Two rulesets are stacked. The worker makes the fine one once: what of Python may be read, entry by entry, and the folder
that holds every run's scratch. Each run adds a coarse one: the folders of the first whole, and its own scratch alone.
What both allow is allowed, so a run neither sees another's scratch nor costs hundreds of rules.
"""

import fcntl
import mimetypes
import os
import struct
import sys
from collections.abc import Iterable, Iterator, Sequence
from stat import S_ISDIR
from typing import Final, NamedTuple

from quizkit.sandbox import kernel

_READ_FILE: Final = 1 << 2
_READ_DIR: Final = 1 << 3
_WRITE_FILE: Final = 1 << 1
_TRUNCATE: Final = 1 << 14
_READ: Final = _READ_FILE | _READ_DIR
# Everything but execute, devices, sockets, named pipes and device controls: nothing in a scratch folder needs them.
_SCRATCH: Final = _READ | _WRITE_FILE | _TRUNCATE | 1 << 4 | 1 << 5 | 1 << 7 | 1 << 8 | 1 << 12 | 1 << 13
_OF_A_FILE: Final = _READ_FILE | _WRITE_FILE | _TRUNCATE
_TCP: Final = 0b11
_SCOPES: Final = 0b11
_HIGH: Final = 32  # out of the way of the numbers that a run gives its pipes

_LIBRARIES: Final = ("/lib", "/lib32", "/lib64", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/local/lib")
_SYSTEM: Final = (
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/usr/share/zoneinfo",
    "/etc/ssl/certs",
    "/etc/ssl/openssl.cnf",
    "/usr/share/ca-certificates",
    "/etc/pki/tls/certs",
    "/etc/pki/ca-trust/extracted",
    "/dev/zero",
    "/dev/random",
    "/dev/urandom",
)


class Readable(NamedTuple):
    """What of the machine a run may read: `fine` in detail, `coarse` the few folders and files that cover it.

    Of `listed`, only names: importlib looks through these folders for packages and their versions.
    """

    fine: tuple[str, ...]
    coarse: tuple[str, ...]
    listed: tuple[str, ...]


def readable(sites: Sequence[str], root: str) -> Readable:
    """Python, its packages but for quizkit's own, the shared libraries, certificates and time zones."""
    standard = os.path.realpath(os.path.dirname(os.__file__))  # noqa: PTH120 - pathlib costs the worker's start 5 ms
    site_folders = [os.path.realpath(site) for site in sites]
    beside = [os.path.join(standard, name) for name in ("site-packages", "dist-packages")]  # noqa: PTH118
    hidden = {*site_folders, *beside, os.path.realpath(root)}
    system = [path for path in (*_SYSTEM, *map(str, mimetypes.knownfiles)) if os.path.exists(path)]  # noqa: PTH110
    folders = _distinct([*filter(os.path.isdir, _LIBRARIES), f"{sys.base_prefix}/lib", standard])
    whole = [folder for folder in folders if not _beneath(folder, set(folders) - {folder})]
    fine = [path for folder in whole for path in _around(folder, hidden)]
    fine += [path for site in site_folders for path in _packages(site, hidden)]
    coarse = _distinct([*whole, *site_folders, *system])
    coarse += [path for path in fine if not _beneath(path, coarse)]
    return Readable((*fine, *system), tuple(coarse), (standard, *site_folders))


def _distinct(paths: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(os.path.realpath(path) for path in paths))


def _beneath(path: str, folders: Iterable[str]) -> bool:
    return any(path == folder or path.startswith(folder + os.sep) for folder in folders)


def _around(folder: str, hidden: set[str]) -> Iterator[str]:
    """The folder whole, or where something hidden lies in it, its entries around that."""
    if folder in hidden:
        return
    if not any(_beneath(path, (folder,)) for path in hidden):
        yield folder
        return
    for entry in os.scandir(folder):
        if not entry.is_symlink():
            yield from _around(entry.path, hidden)


def _packages(site: str, hidden: set[str]) -> Iterator[str]:
    """What lies in a site-packages folder, entry by entry: a deck beside quizkit isn't for a snippet to read."""
    elsewhere = hidden - {site}
    for entry in os.scandir(site):
        if not entry.name.startswith("quizkit") and not entry.name.endswith((".pth", ".egg-link")):
            yield from _around(os.path.realpath(entry.path) if entry.is_symlink() else entry.path, elsewhere)


class Rules:
    """The two rulesets on this kernel. Raises OSError where Landlock is missing."""

    def __init__(self, folders: Readable, scratches: str) -> None:
        self.abi = kernel.landlock_abi()
        self._coarse = folders.coarse
        low = self._ruleset()
        self.fine_fd = fcntl.fcntl(low, fcntl.F_DUPFD_CLOEXEC, _HIGH)
        os.close(low)
        for path in folders.fine:
            self._allow(self.fine_fd, path, _READ)
        for path in folders.listed:
            self._allow(self.fine_fd, path, _READ_DIR)
        self._allow(self.fine_fd, os.devnull, _OF_A_FILE)
        self._allow(self.fine_fd, scratches, _SCRATCH)

    def restrict(self, scratch: str) -> None:
        """Holds this process to the rules, with `scratch` as the one folder to write in."""
        own = self._ruleset()
        for path in self._coarse:
            self._allow(own, path, _READ)
        self._allow(own, os.devnull, _OF_A_FILE)
        self._allow(own, scratch, _SCRATCH)
        for ruleset in (self.fine_fd, own):
            kernel.landlock_restrict(ruleset)
            os.close(ruleset)

    def _rights(self) -> int:
        """The file rights that this kernel can deny: REFER, TRUNCATE and device controls came later."""
        return (1 << (13 + (self.abi >= 2) + (self.abi >= 3))) - 1 | (1 << 15 if self.abi >= 5 else 0)

    def _ruleset(self) -> int:
        tcp = _TCP if self.abi >= 4 else 0
        attributes = struct.pack("=QQQ", self._rights(), tcp, _SCOPES if self.abi >= 6 else 0)
        known = 24 if self.abi >= 6 else 16 if self.abi >= 4 else 8
        return kernel.landlock_ruleset(attributes[:known])

    def _allow(self, ruleset: int, path: str, access: int) -> None:
        try:
            fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except OSError:
            return  # what isn't there, or can't be reached anyway, needs no rule
        try:
            of_this = access if S_ISDIR(os.fstat(fd).st_mode) else access & _OF_A_FILE
            kernel.landlock_allow(ruleset, fd, of_this & self._rights())
        finally:
            os.close(fd)
