"""An answer of several files, kept as one text: each file begins with a line `# file: path`."""

import re
from collections.abc import Mapping
from typing import Final

MAIN: Final = "main.py"
_END: Final = "\n"
_HEADING: Final = re.compile(r"^# file: *(\S+) *$", re.MULTILINE)


_LONGEST: Final = 100


class BrokenBundle(ValueError):
    """A text whose headings can't be files: twice the same, say, or a path that leads out of the folder."""


def is_bundle(text: str) -> bool:
    """Whether a text holds several files: before the first heading there are only comments and blank lines."""
    found = _HEADING.search(text)
    return found is not None and all(line.startswith("#") or not line.strip() for line in text[: found.start()].splitlines())


def files(text: str) -> dict[str, str]:
    """Each file's text by its path; a text without headings is `main.py`. Raises BrokenBundle."""
    if not is_bundle(text):
        return {MAIN: text}
    headings = list(_HEADING.finditer(text))
    ends = [heading.start() for heading in headings[1:]] + [len(text)]
    found: dict[str, str] = {}
    for heading, end in zip(headings, ends, strict=True):
        path = heading[1]
        if path in found:
            raise BrokenBundle(f"the file {path} is there twice")
        if fault := _path_fault(path):
            raise BrokenBundle(fault)
        found[path] = text[heading.end() + 1 : end]
    for path in found:
        for above in (path[:end] for end, sign in enumerate(path) if sign == "/"):
            if above in found:
                raise BrokenBundle(f"{above} is a file, so that {path} can't lie in it")
    return found


def _path_fault(path: str) -> str:
    if len(path) > _LONGEST:
        return f"the path {path[:20]}… is longer than {_LONGEST} signs"
    if not path.isprintable():
        return f"the path {path!r} holds a sign that no file's name should have"
    if path.startswith("/") or not set(path.split("/")).isdisjoint(("", ".", "..")):
        return f"the path {path} leads out of the folder"
    return ""


def files_of(answer: str, starter: str) -> dict[str, str]:
    """An answer's files. Only where the starter has several are there headings: elsewhere such a line is a comment."""
    return files(answer) if is_bundle(starter) else {MAIN: answer}


def join(texts: Mapping[str, str]) -> str:
    """One text of several files, as `files` takes it apart."""
    return "".join(f"# file: {path}\n{text.removesuffix(_END)}{_END if text else ''}" for path, text in texts.items())


def main_path(texts: Mapping[str, str]) -> str:
    """The file that the app is looked for in: the first that is called main.py. Raises BrokenBundle where none is."""
    for path in texts:
        if path.rpartition("/")[2] == MAIN:
            return path
    raise BrokenBundle(f"no file is called {MAIN}; the app is looked for there")
