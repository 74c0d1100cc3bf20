"""Versions of a right answer that are as right, made from its syntax tree: what a check that is fair has to accept.

Each keeps the meaning by construction; where that can't be shown, it isn't made.
"""

import ast
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from quizkit.check.bundle import MAIN
from quizkit.check.names import parsed
from quizkit.check.source import broken_rules
from quizkit.check.spec import SourceRules
from quizkit.proof.manners import layout, names, parameters, routes
from quizkit.proof.program import Program
from quizkit.proof.variants import Variant, variant


class Manner(NamedTuple):
    """A way to write the same: `change` puts a program's tree so, in place."""

    name: str
    change: Callable[[Program], None]


MANNERS: Final = (
    Manner("bare", layout.bare),
    Manner("functions renamed", names.functions_renamed),
    Manner("locals renamed", names.locals_renamed),
    Manner("routes reordered", routes.reordered),
    Manner("Annotated", parameters.in_annotations),
    Manner("default markers", parameters.in_defaults),
    Manner("def", routes.in_threads),
    Manner("async def", routes.on_loop),
    Manner("JSONResponse", routes.responses_made),
    Manner("return through a variable", layout.returned_through_variable),
    Manner("else", layout.rest_in_else),
    Manner("conditions inverted", layout.conditions_inverted),
    Manner("format", layout.formatted),
    Manner("dict", layout.dicts_called),
    Manner("Optional", layout.optional),
    Manner("status constants", names.statuses_named),
    Manner("status numbers", names.statuses_numbered),
    Manner("errors by keyword", names.errors_by_keyword),
    Manner("errors by position", names.errors_by_position),
    Manner("api_route", routes.listed_methods),
    Manner("method decorators", routes.named_methods),
    Manner("import fastapi", names.module_imported),
)
TOGETHER: Final = "all together"
# The other way round of one that comes before.
NOT_TOGETHER: Final = {"default markers", "async def", "status numbers", "errors by position", "method decorators"}


def rewritings(source: str, *, required: SourceRules | None = None, documented: bool = False) -> Iterator[Variant]:
    """Other versions of a Python source that do the same, and at last all their ways together.

    `required` are the constructs that the question asks for or forbids: a version that breaks them isn't made.
    `documented` says that the checks look into /openapi.json. Raises SyntaxError where `source` isn't Python.
    """
    tree = parsed(source)
    plain = ast.unparse(tree) + "\n"
    made = {ast.dump(tree)}
    together = plain
    for manner in MANNERS:
        changed = _written(manner, plain, required, documented=documented)
        yield from _fresh(made, manner.name, source, plain, changed)
        if changed != plain and manner.name not in NOT_TOGETHER:
            together = _written(manner, together, required, documented=documented)
    yield from _fresh(made, TOGETHER, source, plain, together)


def _fresh(made: set[str], name: str, source: str, plain: str, changed: str) -> Iterator[Variant]:
    """The version, if there is none like it; one that only lacks the comments counts where there were some."""
    if changed == plain and name != "bare":
        return
    shape = ast.dump(parsed(changed))
    if shape not in made or (name == "bare" and changed != source):
        made.add(shape)
        yield variant(name, source if name == "bare" else plain, changed)


def _written(manner: Manner, text: str, required: SourceRules | None, *, documented: bool) -> str:
    """A text in some manner, or as it is where the question wouldn't have it so."""
    program = Program(text, documented=documented)
    manner.change(program)
    changed = ast.unparse(program.tree) + "\n"
    if manner.name == "bare":
        changed = _without_blank_lines(changed)
    return text if required is not None and broken_rules({MAIN: changed}, required) else changed


def _without_blank_lines(text: str) -> str:
    dense = "".join(line for line in text.splitlines(keepends=True) if line.strip())
    return dense if ast.dump(parsed(dense)) == ast.dump(parsed(text)) else text
