import pytest

from quizkit.check.dockerfile import NoDockerfile, parse

WHOLE = """\
# syntax=docker/dockerfile:1
ARG VERSION=3.13
FROM --platform=linux/amd64 python:${VERSION} AS builder
COPY requirements.txt .
# a comment
RUN pip install \\
    # another, between the lines
    -r requirements.txt

FROM python:3.13-slim
WORKDIR /code
COPY --from=builder --chown=app:app /venv /venv
ENV A=1 B="two words"
ENV OLD an old form
EXPOSE 8000 9000/udp
USER root
USER app
HEALTHCHECK --interval=5s CMD curl -f localhost || exit 1
entrypoint ["fastapi"]
CMD ["run", "main.py"]
"""


def test_arguments_before_the_first_stage() -> None:
    assert parse(WHOLE)["args"] == {"VERSION": "3.13"}


def test_stages_with_image_and_name() -> None:
    stages = parse(WHOLE)["stages"]
    assert [(stage["image"], stage["name"]) for stage in stages] == [("python:${VERSION}", "builder"), ("python:3.13-slim", None)]


def test_a_continued_line_is_one_instruction() -> None:
    run = parse(WHOLE)["stages"][0]["instructions"][1]
    assert (run["name"], run["words"], run["form"]) == ("RUN", ["pip", "install", "-r", "requirements.txt"], "shell")


def test_flags_are_apart() -> None:
    copy = parse(WHOLE)["stages"][1]["instructions"][1]
    assert copy["flags"] == {"from": "builder", "chown": "app:app"}
    assert copy["words"] == ["/venv", "/venv"]


def test_what_the_last_stage_ends_with() -> None:
    last = parse(WHOLE)["stages"][-1]
    assert last["entrypoint"] == ["fastapi"]
    assert last["cmd"] == ["run", "main.py"]
    assert last["user"] == "app"
    assert last["workdir"] == "/code"
    assert last["expose"] == ["8000", "9000/udp"]
    assert last["env"] == {"A": "1", "B": "two words", "OLD": "an old form"}
    assert last["healthcheck"] == "CMD curl -f localhost || exit 1"


def test_the_shell_form_is_what_docker_runs() -> None:
    assert parse("FROM a\nCMD fastapi run\n")["stages"][0]["cmd"] == ["/bin/sh", "-c", "fastapi run"]


def test_a_broken_list_is_the_shell_form() -> None:
    assert parse("FROM a\nCMD ['fastapi']\n")["stages"][0]["cmd"] == ["/bin/sh", "-c", "['fastapi']"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no FROM"),
        ("RUN x\n", "line 1: RUN stands before the first FROM"),
        ("FROM a\n\nRUNN x\n", "line 3: RUNN is no instruction"),
        ("FROM a as\n", "line 1: FROM takes an image"),
        ("FROM a\nRUN <<EOF\necho\nEOF x\n", "here-documents"),
    ],
)
def test_what_docker_would_not_build_is_told_by_its_line(text: str, words: str) -> None:
    with pytest.raises(NoDockerfile, match=words):
        parse(text)
