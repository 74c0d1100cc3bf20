"""Which versions an answer was judged with."""

import platform
from importlib import metadata

_NAMED = ("quizkit", "fastapi", "starlette", "pydantic")


def installed() -> dict[str, str]:
    """The versions of Python and of what decides how an app behaves."""
    found = {"python": platform.python_version()}
    for name in _NAMED:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found
