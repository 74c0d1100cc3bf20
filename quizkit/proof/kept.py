"""Proofs that were made before: a question that hasn't changed, run by what hasn't changed, needs no new one."""

import hashlib
import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import asdict
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Final

from quizkit.deck import stored
from quizkit.deck.models import Question, Recall, Terms
from quizkit.proof.result import Proof, from_fields

_SCHEMA: Final = "CREATE TABLE IF NOT EXISTS proof (key TEXT PRIMARY KEY, fields TEXT NOT NULL) STRICT"
_DECIDES: Final = ("check", "deck", "marking", "proof", "sandbox", "grading.py", "verdict.py")
"""The parts of this package on which a proof depends."""


def key(question: Question, terms: Terms) -> str:
    """What changes when a question, its deck's terms, a package that its snippets run on, or quizkit's own checking does."""
    read_by = f" {terms.model_dump_json()}" if isinstance(question, Recall) else ""
    return hashlib.sha256(f"{stored.pack(question)}{read_by} {_surroundings()}".encode()).hexdigest()


@cache
def _surroundings() -> str:
    """The installed versions and quizkit's own code, as a digest."""
    digest = hashlib.sha256()
    versions = sorted(f"{found.name}=={found.version}" for found in metadata.distributions())
    digest.update("\n".join(versions).encode())
    package = Path(__file__).parent.parent
    for part in _DECIDES:
        for path in sorted((package / part).rglob("*.py")) or [package / part]:
            digest.update(path.read_bytes())
    return digest.hexdigest()


def load(path: Path | None, names: Mapping[str, str]) -> dict[str, Proof]:
    """The proofs that are kept, by id; `names` gives each id's key. What can't be read is made again."""
    if path is None or not path.is_file():
        return {}
    try:
        with closing(sqlite3.connect(path, timeout=1)) as database:
            rows = dict(database.execute("SELECT key, fields FROM proof"))
        return {name: from_fields(json.loads(rows[at])) for name, at in names.items() if at in rows}
    except (sqlite3.Error, ValueError, TypeError, KeyError):
        return {}


def keep(path: Path | None, names: Mapping[str, str], proofs: list[Proof]) -> None:
    """Keeps the proofs that passed; what fell short is tried again the next time."""
    if path is None:
        return
    rows = [(names[proof.id], json.dumps(asdict(proof))) for proof in proofs if proof.passed]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(path, timeout=1)) as database, database:
            database.execute(_SCHEMA)
            database.executemany("INSERT OR REPLACE INTO proof VALUES (?, ?)", rows)
    except (OSError, sqlite3.Error):
        return
