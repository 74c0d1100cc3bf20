"""A drill on a real pseudo-terminal, answered by keyboard, at three widths."""

import pytest

from tests.terminal.conftest import Place
from tests.terminal.decks import DOUBLE

RATING = "1 again"


@pytest.mark.parametrize("columns", [60, 80, 140])
def test_a_question_of_each_kind_is_answered_by_keyboard(kinds: Place, columns: int) -> None:
    terminal = kinds.drill("--limit", "7", columns=columns)

    terminal.asks("Enter hands in", "1 of 7")
    terminal.see("recall", "[bold]text[/bold] :tada: 日本語", "Annotated[int]")
    terminal.enter("the order, the first match")
    terminal.asks("numbers of what you said")
    terminal.see("1 the order counts", "2 the first match wins", "wrong idea: the longest match wins")
    terminal.enter("1 2")
    terminal.asks(RATING)
    terminal.see("1.00", "[3]")
    terminal.type("4")

    terminal.asks("1-3 choose", "2 of 7")
    number = next(line.split()[0] for line in terminal.text.splitlines() if line.strip().endswith("201 [Created]"))
    terminal.type(number)
    terminal.asks(RATING)
    terminal.see("✓ 201 [Created]")
    terminal.enter()

    terminal.asks("1-3 choose", "3 of 7")
    for name in ("GET", "HEAD"):
        terminal.type(next(line.split()[0] for line in terminal.text.splitlines() if line.strip().endswith(f"  {name}")))
    terminal.see("chosen")
    terminal.enter()
    terminal.asks(RATING)
    terminal.enter()

    terminal.asks(":hint", "4 of 7")
    terminal.see("app.[1]____", "gap 1 ▸")
    terminal.enter("get")
    terminal.see("gap 2 ▸")
    terminal.enter("payload")
    terminal.asks(RATING)
    terminal.enter()

    terminal.asks(":hint", "5 of 7")
    terminal.see("GET /double/4", 'return {"double": 2 * n}', "status ▸")
    terminal.enter("200")
    terminal.see("json ▸")
    terminal.enter('{"double": 9}')
    terminal.asks(RATING)
    terminal.see('{"double": 8}', 'you said {"double": 9}')
    terminal.type("2")

    terminal.asks("checked at each save", "6 of 7")
    (kinds.folder / "quizkit-work" / "mend-it.py").write_text(DOUBLE)
    terminal.see("2 of 2 checks")
    terminal.asks("checked at each save")
    terminal.enter()
    terminal.asks(RATING)
    terminal.enter()

    terminal.asks("checked at each save", "7 of 7")
    terminal.see("8 min", "quizkit-work/write-it.py")
    terminal.enter()
    terminal.asks(RATING)
    terminal.see("✗ GET /double/")
    terminal.enter()

    terminal.see("7 questions in")
    assert terminal.ends() == 0
    assert [(review.question, int(review.rating), round(review.score, 2)) for review in kinds.reviews()] == [
        ("say-why", 4, 1),
        ("pick-one", 3, 1),
        ("pick-some", 3, 1),
        ("fill-in", 3, 1),
        ("what-comes", 2, 0.5),
        ("mend-it", 3, 1),
        ("write-it", 1, 0),
    ]
    assert kinds.reviews()[0].answer == ("the order, the first match",)
    assert kinds.reviews()[5].answer == (DOUBLE,)
