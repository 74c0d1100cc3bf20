"""A Dockerfile as a JSON value, so that a check can look into it as into a response."""

import json
from collections.abc import Iterator
from io import BytesIO
from typing import Any, Final, cast

# fmt: off
INSTRUCTIONS: Final = frozenset({
    "ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER", "ONBUILD", "RUN",
    "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR",
})
# fmt: on
_SHELL: Final = ["/bin/sh", "-c"]


class NoDockerfile(ValueError):
    """A text that Docker could not build from. The message names the line."""


def parse(text: str) -> dict[str, Any]:
    """The stages of a Dockerfile, each with its instructions in order and what it ends with.

    `{"args": {name: default}, "stages": [{"image", "name", "instructions", "cmd", "entrypoint", "user", "workdir", "expose",
    "env", "healthcheck"}]}`. An instruction is `{"name", "text", "words", "flags", "form"}`, where `form` is `exec` for a JSON
    list and `shell` otherwise. `cmd` and `entrypoint` are what Docker runs: of the shell form that is `["/bin/sh", "-c", text]`.
    What a stage doesn't state is null. Raises NoDockerfile.
    """
    found: dict[str, Any] = {"args": {}, "stages": []}
    for line, name, value in _lines(text):
        if name not in INSTRUCTIONS:
            raise NoDockerfile(f"line {line}: {name} is no instruction; here-documents aren't read")
        if name == "FROM":
            found["stages"].append(_stage(value, line))
        elif found["stages"]:
            _add(found["stages"][-1], _instruction(name, value), line)
        elif name == "ARG":
            found["args"].update(_pairs(value))
        else:
            raise NoDockerfile(f"line {line}: {name} stands before the first FROM")
    if not found["stages"]:
        raise NoDockerfile("no FROM: a Dockerfile begins with the image that it builds on")
    return found


def _lines(text: str) -> Iterator[tuple[int, str, str]]:
    """Each instruction's line, name and the rest, with continued lines joined and comments gone."""
    from dockerfile_parse import DockerfileParser  # noqa: PLC0415 - few questions are answered with a Dockerfile

    for part in DockerfileParser(fileobj=cast("Any", BytesIO(text.encode()))).structure:
        if part["instruction"] != "COMMENT":
            yield part["startline"] + 1, part["instruction"], part["value"].strip()


def _stage(value: str, line: int) -> dict[str, Any]:
    words = [word for word in value.split() if not word.startswith("--")]
    named = len(words) == 3 and words[1].upper() == "AS"
    if len(words) != 1 and not named:
        raise NoDockerfile(f"line {line}: FROM takes an image, and perhaps AS and a name")
    return {
        "image": words[0],
        "name": words[2] if named else None,
        "instructions": [],
        "cmd": None,
        "entrypoint": None,
        "user": None,
        "workdir": None,
        "expose": [],
        "env": {},
        "healthcheck": None,
    }


def _instruction(name: str, value: str) -> dict[str, Any]:
    flags, rest = _flags(value)
    words = _exec_form(rest)
    form = "shell" if words is None else "exec"
    return {"name": name, "text": rest, "words": rest.split() if words is None else words, "flags": flags, "form": form}


def _flags(value: str) -> tuple[dict[str, str], str]:
    """The `--name=value` words that an instruction begins with, and the rest."""
    flags: dict[str, str] = {}
    while value.startswith("--"):
        flag, _, value = value.partition(" ")
        name, _, text = flag[2:].partition("=")
        flags[name] = text
        value = value.lstrip()
    return flags, value


def _exec_form(text: str) -> list[str] | None:
    """The words of a JSON list; None for the shell form, which Docker also takes a broken list for."""
    if not text.startswith("["):
        return None
    try:
        words = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return words if isinstance(words, list) and all(isinstance(word, str) for word in words) else None


def _add(stage: dict[str, Any], instruction: dict[str, Any], line: int) -> None:
    """Puts an instruction into its stage, and notes what the stage ends with."""
    stage["instructions"].append(instruction)
    name, text = instruction["name"], instruction["text"]
    if not text:
        raise NoDockerfile(f"line {line}: {name} says nothing")
    match name:
        case "CMD" | "ENTRYPOINT":
            stage[name.lower()] = instruction["words"] if instruction["form"] == "exec" else [*_SHELL, text]
        case "USER" | "WORKDIR" | "HEALTHCHECK":
            stage[name.lower()] = text
        case "EXPOSE":
            stage["expose"] += instruction["words"]
        case "ENV":
            stage["env"].update(_pairs(text))


def _pairs(text: str) -> dict[str, str]:
    """`NAME=value …`, or the old `NAME value`. A name alone has an empty value."""
    from dockerfile_parse.util import WordSplitter  # noqa: PLC0415 - as above

    if "=" not in text.split(maxsplit=1)[0]:
        name, _, value = text.partition(" ")
        return {name: _unquoted(value.strip())}
    parts = (word.partition("=") for word in WordSplitter(text).split(dequote=False) if word)
    return {name: _unquoted(value) for name, _, value in parts}


def _unquoted(value: str) -> str:
    from dockerfile_parse.util import WordSplitter  # noqa: PLC0415 - as above

    return WordSplitter(value).dequote()
