"""Scratch folders seen from outside: where they lie, how much is in one, and its removal, whatever a snippet left in it."""

import fcntl
import itertools
import os
import stat
import time

_DEEPEST = 64
_MOST_ROUNDS = 200_000
_PREFIX = "quizkit-"
_RANDOM = 16
_HEX = frozenset("0123456789abcdef")
_YOUNG_S = 60  # far longer than a folder is there before it is locked


class Home:
    """The folder of a worker's scratch folders, under a name that nobody can guess. Raises OSError where none can be made.

    It is locked for as long as this process lives, so that others see whether it is still somebody's.
    """

    def __init__(self) -> None:
        self.path = _made()
        self._lock = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        _lock(self._lock)

    def discard(self) -> None:
        """Removes it with all that is in it."""
        remove(self.path)
        if self._lock >= 0:
            os.close(self._lock)
        self._lock = -1


def _made() -> str:
    """A new folder in the first of the usual places that takes it. `tempfile` knows the same, and costs a cold check 4 ms."""
    for place in (*filter(None, map(os.environ.get, ("TMPDIR", "TEMP", "TMP"))), "/tmp", "/var/tmp", "/usr/tmp"):
        path = os.path.join(os.path.realpath(place), _PREFIX + os.urandom(_RANDOM // 2).hex())  # noqa: PTH118
        try:
            os.mkdir(path, stat.S_IRWXU)  # noqa: PTH102
        except OSError as error:
            refused = error
        else:
            return path
    raise refused


def _lock(fd: int) -> bool:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def sweep(place: str) -> None:
    """Removes the folders in `place` that no process of this user holds any more, as host and warden were killed both."""
    try:
        names = os.listdir(place)  # noqa: PTH208
    except OSError:
        return
    for name in names:
        if name.startswith(_PREFIX) and len(name) == len(_PREFIX) + _RANDOM and set(name[len(_PREFIX) :]) <= _HEX:
            _remove_if_abandoned(os.path.join(place, name))  # noqa: PTH118


def _remove_if_abandoned(path: str) -> None:
    try:
        fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return
    try:
        found = os.fstat(fd)
        old = time.time() - found.st_mtime > _YOUNG_S
        if found.st_uid == os.geteuid() and old and _lock(fd):
            remove(path)
    finally:
        os.close(fd)


def excess(folder: str, most_entries: int, most_bytes: int) -> str:
    """What of a folder is over its bounds, in words; empty while nothing is. Never follows a link, never recurses."""
    entries, size, waiting = 0, 0, [(folder, 0)]
    while waiting:
        path, depth = waiting.pop()
        if depth > _DEEPEST:
            return f"folders more than {_DEEPEST} deep"
        for entry in _listed(path, most_entries):
            entries, size = entries + 1, size + _disk_use(entry)
            if entry.is_dir(follow_symlinks=False):
                waiting.append((entry.path, depth + 1))
        if entries > most_entries:
            return f"more than {most_entries} files and folders"
    return f"more than {most_bytes >> 20} MiB of files" if size > most_bytes else ""


def _listed(path: str, most: int) -> "list[os.DirEntry[str]]":
    try:
        with os.scandir(path) as entries:
            return list(itertools.islice(entries, most + 1))
    except OSError:
        return []  # gone meanwhile


def _disk_use(entry: "os.DirEntry[str]") -> int:
    try:
        return entry.stat(follow_symlinks=False).st_blocks * 512
    except OSError:
        return 0


def remove(folder: str) -> None:
    """Removes a folder whose owner is gone. Flat: what lies deep is moved up first, as paths and stacks have an end."""
    names = itertools.count()
    for _ in range(_MOST_ROUNDS):
        folders = _empty(folder, names)
        if not folders:
            break
    try:
        os.rmdir(folder)  # noqa: PTH106 - the worker, which uses this too, loads no pathlib
    except OSError:
        return  # something else holds it; the system's own cleaning of its temporary folder takes it


def _empty(folder: str, names: "itertools.count[int]") -> list[str]:
    """Removes the folder's files and lifts its subfolders' subfolders into it; the folders that are then there."""
    folders = []
    for path in _entries(folder):
        if not _is_folder(path):
            _unlink(path)
            continue
        for inner in _entries(path):
            if _is_folder(inner):
                folders.append(_lift(inner, folder, names))
            else:
                _unlink(inner)
        try:
            os.rmdir(path)  # noqa: PTH106
        except OSError:
            continue
    return [lifted for lifted in folders if lifted]


def _entries(folder: str) -> list[str]:
    try:
        os.chmod(folder, stat.S_IRWXU)  # noqa: PTH101
        return [os.path.join(folder, name) for name in os.listdir(folder)]  # noqa: PTH118, PTH208
    except OSError:
        return []


def _is_folder(path: str) -> bool:
    return os.path.isdir(path) and not os.path.islink(path)  # noqa: PTH112, PTH114


def _lift(path: str, folder: str, names: "itertools.count[int]") -> str:
    target = os.path.join(folder, f".lifted-{next(names)}")  # noqa: PTH118
    try:
        os.chmod(path, stat.S_IRWXU)  # noqa: PTH101 - to move a folder its own `..` has to be written
        os.rename(path, target)  # noqa: PTH104
    except OSError:
        return ""
    return target


def _unlink(path: str) -> None:
    try:
        os.unlink(path)  # noqa: PTH108
    except OSError:
        return
