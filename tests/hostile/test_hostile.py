"""A hundred and more snippets that cheat or break out, in each place: none passes, none escapes, none hangs, each is named."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.hostile.driver import TIME_LIMIT_S
from tests.hostile.places import PLACES, Driver, Place
from tests.hostile.table import TRICKS, Trick

_SLACK_S = 4.0  # a machine that is busy with other tests


_BY_ITSELF = ("process", "handler", "module", "reply")
"""Groups of tricks for which it may matter that a run isn't a fork of the worker but the worker; each is tried in one place."""

_WAITS = tuple(trick for trick in TRICKS if trick.outcomes == {"timeout"})


class Bench:
    """A driver in one place. What can only end with the time limit is run side by side, once one of it is asked for."""

    def __init__(self, driver: Driver) -> None:
        self._driver = driver
        self._waited: dict[str, dict[str, Any]] = {}

    def grade(self, trick: Trick) -> dict[str, Any]:
        if trick not in _WAITS:
            return self._driver.grade([trick.source])[0]
        if not self._waited:
            told = self._driver.grade([wait.source for wait in _WAITS])
            self._waited = {wait.name: one for wait, one in zip(_WAITS, told, strict=True)}
        return self._waited[trick.name]


@pytest.fixture(scope="module", params=PLACES, ids=lambda place: place.name)
def driver(request: pytest.FixtureRequest) -> Iterator[Driver]:
    """A driver that serves all snippets of one place."""
    found = Driver(request.param)
    yield found
    found.close()
    assert found.process.returncode == 0


@pytest.fixture(scope="module")
def bench(driver: Driver) -> Bench:
    return Bench(driver)


def test_there_are_a_hundred_tricks_each_once() -> None:
    assert len({trick.source for trick in TRICKS}) == len({trick.name for trick in TRICKS}) == len(TRICKS) >= 100


@pytest.mark.parametrize("trick", TRICKS, ids=lambda trick: trick.name)
def test_a_trick_neither_passes_nor_escapes_nor_hangs(bench: Bench, trick: Trick) -> None:
    told = bench.grade(trick)
    assert told["outcome"] in trick.outcomes, told
    assert told["harm"] == ""
    assert told["took_s"] < TIME_LIMIT_S + _SLACK_S
    assert told["good"] == "passed"


def test_the_needed_protections_hold_everywhere(driver: Driver) -> None:
    assert {"files", "network", "system calls", "limits", "no capabilities", "dies with quizkit"} <= set(driver.held)


@pytest.mark.slow
@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_the_last_run_is_held_in_like_any_other(place: Place) -> None:
    tricks = [trick for trick in TRICKS if trick.name.partition(":")[0] in _BY_ITSELF][PLACES.index(place) :: len(PLACES)]
    driver = Driver(place, "--last")
    for trick, told in zip(tricks, driver.grade([trick.source for trick in tricks]), strict=True):
        assert told["outcome"] in trick.outcomes, (trick.name, told)
        assert (told["harm"], told["good"]) == ("", "passed"), (trick.name, told)
    driver.close()
    assert driver.process.returncode == 0
