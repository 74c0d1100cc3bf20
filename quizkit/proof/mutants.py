"""Wrong versions of a right answer, made from its syntax tree: what a check that is worth its name has to refuse.

Each is the source with a few bytes changed, so that what survives can be shown as the line that differs.
"""

import ast
import warnings
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from quizkit.proof.faults import effects, logic, numbers, parameters, routes, values
from quizkit.proof.program import Edits, Program
from quizkit.proof.variants import Variant, variant


class Rule(NamedTuple):
    """A way to be wrong: what it yields for a node of the tree is one mutant each."""

    name: str
    faults: Callable[[Program, ast.AST], Iterator[Edits]]


RULES: Final = (
    Rule("status", numbers.status),
    Rule("constraint", numbers.constraint),
    Rule("bound", numbers.bound),
    Rule("pattern", numbers.pattern),
    Rule("integer", numbers.integer),
    Rule("comparison", logic.comparison),
    Rule("limit", logic.limit),
    Rule("boolean", logic.boolean),
    Rule("negation", logic.negation),
    Rule("condition", logic.condition),
    Rule("arithmetic", logic.arithmetic),
    Rule("loop", logic.loop),
    Rule("slice", logic.part),
    Rule("sorting", logic.order),
    Rule("raise", effects.raised),
    Rule("except", effects.caught),
    Rule("effect", effects.effect),
    Rule("cleanup", effects.cleanup),
    Rule("decorator", effects.decorator),
    Rule("blocking", effects.blocking),
    Rule("link", effects.link),
    Rule("method", routes.method),
    Rule("converter", routes.converter),
    Rule("route order", routes.order),
    Rule("response model", routes.response_model),
    Rule("option", routes.option),
    Rule("dependency", routes.dependency),
    Rule("marker", parameters.marker),
    Rule("required", parameters.required),
    Rule("default", parameters.default),
    Rule("type", parameters.kind),
    Rule("key", values.key),
    Rule("text", values.text),
    Rule("constant", values.constant),
    Rule("element", values.element),
)
# Faults that only /openapi.json shows.
DOCUMENTATION: Final = (Rule("documentation", routes.documented_option),)


def mutants(source: str, *, documented: bool = False, prompt: str | None = None, starter: str = "") -> Iterator[Variant]:
    """Wrong versions of a Python source, in the order of its lines.

    `documented` says that the checks look into /openapi.json. With the task's `prompt`, a text or a number that it
    doesn't state is left as it is, since no check may rely on it; with a `starter`, the lines that were given are.
    Raises SyntaxError where `source` isn't Python.
    """
    program = Program(source, prompt)
    given = {line.strip() for line in starter.splitlines()}
    made = {ast.dump(program.tree)}
    for node in _live(program, program.tree):
        for rule in RULES + DOCUMENTATION * documented:
            for edits in rule.faults(program, node):
                changed = program.spliced(edits)
                shape = _shape(changed)
                if shape is not None and shape not in made:
                    made.add(shape)
                    found = variant(rule.name, source, changed)
                    if not all(line.strip() in given for line in found.before.splitlines()):
                        yield found


def _live(program: Program, node: ast.AST) -> Iterator[ast.AST]:
    """A node and what stands below it, without what never runs."""
    yield node
    for child in ast.iter_child_nodes(node):
        if not values.is_dead(program, child):
            yield from _live(program, child)


def _shape(source: str) -> str | None:
    """What tells a source from others that mean the same, or None where it can't be compiled."""
    with warnings.catch_warnings(action="ignore"):
        try:
            tree = ast.parse(source)
            compile(tree, "main.py", "exec", dont_inherit=True)
        except (SyntaxError, ValueError):
            return None
    return ast.dump(tree)
