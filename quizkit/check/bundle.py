"""An answer of several files, kept as one text: each file begins with a line `# file: path`."""

import re
from collections.abc import Mapping
from typing import Final

MAIN: Final = "main.py"
_END: Final = "\n"
_HEADING: Final = re.compile(r"^# file: *(\S+) *$", re.MULTILINE)


class BrokenBundle(ValueError):
    """A text whose headings can't be files: twice the same, or a path that leads out of the folder."""


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
        if path.startswith("/") or not set(path.split("/")).isdisjoint(("", ".", "..")):
            raise BrokenBundle(f"the path {path} leads out of the folder")
        found[path] = text[heading.end() + 1 : end]
    return found


def join(texts: Mapping[str, str]) -> str:
    """One text of several files, as `files` takes it apart."""
    return "".join(f"# file: {path}\n{text.removesuffix(_END)}{_END if text else ''}" for path, text in texts.items())


def main_path(texts: Mapping[str, str]) -> str:
    """The file that the app is looked for in: the first that is called main.py. Raises BrokenBundle where none is."""
    for path in texts:
        if path.rpartition("/")[2] == MAIN:
            return path
    raise BrokenBundle(f"no file is called {MAIN}; the app is looked for there")
