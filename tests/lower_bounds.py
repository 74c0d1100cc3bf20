"""Prints the lowest versions that pyproject.toml allows, as constraints for pip: python tests/lower_bounds.py."""

import re
import tomllib
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1] / "pyproject.toml"


def constraints(text: str) -> list[str]:
    """`name==lowest` for each dependency that states a lower bound."""
    declared = tomllib.loads(text)["project"]["dependencies"]
    return [f"{found[1]}=={found[2]}" for line in declared if (found := re.fullmatch(r"([\w.-]+)>=([\w.]+)", line))]


if __name__ == "__main__":
    print("\n".join(constraints(PROJECT.read_text(encoding="utf-8"))))
