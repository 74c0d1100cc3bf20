"""The versions of a question's solutions that it is proved with, in whatever language they are."""

from collections.abc import Iterator
from dataclasses import replace

from quizkit.check import bundle
from quizkit.check.spec import OpenapiCheck, SourceCheck, SourceRules
from quizkit.deck.models import Coding, Fix, Tests, texts_alike
from quizkit.proof.cheats import cheats
from quizkit.proof.mutants import mutants
from quizkit.proof.omissions import omissions
from quizkit.proof.rewritings import rewritings
from quizkit.proof.variants import Variant


def mutants_of(question: Fix | Coding, text: str) -> Iterator[Variant]:
    """Versions of a right answer that differ in one thing."""
    if question.language != "python":
        yield from omissions(text, question.prompt)
        return
    files, several = bundle.files_of(text, question.starter), bundle.is_bundle(question.starter)
    for path, part in files.items():
        if path.endswith(".py"):
            for made in mutants(part, documented=_is_documented(question), prompt=question.prompt, starter=question.starter):
                yield replace(made, source=bundle.join({**files, path: made.source})) if several else made


def mutants_of_app(question: Tests) -> Iterator[Variant]:
    """Versions of the right app that differ in one thing which the task speaks of."""
    return mutants(question.app, prompt=question.prompt)


def rewritings_of(question: Fix | Coding, text: str) -> Iterator[Variant]:
    """Versions of a right answer that say the same. Those of several files name each other, so they are left as they are."""
    if _is_one_module(question):
        yield from rewritings(text, required=_rules(question), documented=_is_documented(question))


def cheats_of(question: Fix | Coding, solution: str) -> Iterator[tuple[str, str]]:
    """The standing cheats as (what it does, source). They are written below the one module that holds the app."""
    if _is_one_module(question):
        yield from cheats(solution)


def _is_one_module(question: Fix | Coding) -> bool:
    return question.language == "python" and not bundle.is_bundle(question.starter)


def _is_documented(question: Fix | Coding) -> bool:
    """Whether a check looks at what the app says of itself, so that titles and descriptions count."""
    return any(isinstance(check, OpenapiCheck) for check in question.checks)


def _rules(question: Fix | Coding) -> SourceRules:
    """Everything that a question requires and forbids of the source."""
    found = [check.source for check in question.checks if isinstance(check, SourceCheck)]
    require = tuple(rule for rules in found for rule in rules.require)
    return SourceRules.model_construct(require=require, forbid=tuple(rule for rules in found for rule in rules.forbid))


def equivalents(question: Fix | Coding) -> set[str]:
    """The texts that their author lists as mutants which behave the same. Raises EditFault for an edit that fits nothing."""
    return {text for version in question.equivalent for text in texts_alike(question, version)}
