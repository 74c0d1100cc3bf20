"""What proving a question showed, and whether that is enough."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

SIDES: Final = ("solutions", "rewritings", "starters", "wrong", "mutants", "keys")
"""What is tried of a question, each side with its own count."""

KILLED_OF_A_QUESTION: Final = 0.9
KILLED_OF_A_DECK: Final = 0.97
"""The shares of mutants that have to fail; of a question all but one is enough too."""


@dataclass(frozen=True, slots=True)
class Survivor:
    """A mutant that every check let by: what was done to which solution, and the lines before and after.

    `solution` is 0 where it is the app of a `tests` question that was changed, and no test noticed.
    """

    solution: int
    rule: str
    line: int
    before: str
    after: str


@dataclass(slots=True)
class Proof:
    """What running a question showed: of each side how many held and how many there are, and what fell short."""

    id: str
    held: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SIDES, 0))
    made: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SIDES, 0))
    equivalent: int = 0
    survivors: list[Survivor] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    places: dict[str, tuple[str | int, ...]] = field(default_factory=dict)
    """Where in the question the fault lies that a message tells, where one part of it is to blame."""

    @property
    def passed(self) -> bool:
        """Whether nothing fell short."""
        return not self.messages and enough_killed(self)

    def count(self, side: str, holds: bool, message: str, place: tuple[str | int, ...] = ()) -> None:
        """Notes one run that has to hold, and where the fault lies if it doesn't."""
        self.made[side] += 1
        self.held[side] += holds
        if not holds:
            self.messages.append(message)
            if place:
                self.places[message] = place

    def count_mutant(self, survivor: Survivor | None) -> None:
        """Notes a mutant; of those a few may survive, so that each is no message of its own."""
        self.made["mutants"] += 1
        self.held["mutants"] += survivor is None
        if survivor is not None:
            self.survivors.append(survivor)


def enough_killed(proof: Proof) -> bool:
    """Whether a question's checks fail nine in ten mutants, or all but one."""
    return len(proof.survivors) <= 1 or proof.held["mutants"] >= proof.made["mutants"] * KILLED_OF_A_QUESTION


def totals(proofs: Sequence[Proof]) -> Proof:
    """The counts of several questions as those of one."""
    whole = Proof("")
    for proof in proofs:
        whole.equivalent += proof.equivalent
        for side in SIDES:
            whole.held[side] += proof.held[side]
            whole.made[side] += proof.made[side]
    return whole


def killed_share(proofs: Sequence[Proof]) -> float:
    """The share of a deck's mutants that fail, from 0 to 1; 1 where there are none."""
    whole = totals(proofs)
    return whole.held["mutants"] / whole.made["mutants"] if whole.made["mutants"] else 1


def deck_passed(proofs: Sequence[Proof]) -> bool:
    """Whether every question is proved, and enough of the whole deck's mutants fail."""
    return all(proof.passed for proof in proofs) and killed_share(proofs) >= KILLED_OF_A_DECK


def from_fields(fields: dict[str, Any]) -> Proof:
    """The proof that `dataclasses.asdict` took apart. Raises TypeError and KeyError for anything else."""
    return Proof(**{**fields, "survivors": [Survivor(**row) for row in fields["survivors"]]})
