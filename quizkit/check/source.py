"""What a snippet is written with, judged by its syntax tree and never by a text search."""

import ast
from collections.abc import Iterator, Mapping

from quizkit.check.names import dotted, imports, parsed
from quizkit.check.spec import NamedFunction, SourceRules


def broken_rules(files: Mapping[str, str], rules: SourceRules) -> list[str]:
    """The rules that an answer's files break together, each as a sentence. Raises SyntaxError where they aren't Python."""
    trees = [parsed(text) for path, text in files.items() if path.endswith(".py")]
    used = {name for tree in trees for name in _used_names(tree)}
    functions = {function for tree in trees for function in _functions(tree)}
    broken = [f"{_words(rule)} is required" for rule in rules.require if not _holds(rule, used, functions)]
    return broken + [f"{_words(rule)} is not allowed here" for rule in rules.forbid if _holds(rule, used, functions)]


def _holds(rule: str | NamedFunction, used: set[str], functions: set[tuple[str, type[ast.AST]]]) -> bool:
    if isinstance(rule, str):
        return rule in used
    wanted = ast.AsyncFunctionDef if rule.async_def else ast.FunctionDef
    return (rule.async_def or rule.plain_def or "", wanted) in functions


def _words(rule: str | NamedFunction) -> str:
    if isinstance(rule, str):
        return rule
    return f"async def {rule.async_def}" if rule.async_def else f"def {rule.plain_def}"


def _functions(tree: ast.AST) -> Iterator[tuple[str, type[ast.AST]]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, type(node)


def _used_names(tree: ast.AST) -> Iterator[str]:
    """Each name that is used, bare and with the path that its import gives it: `sleep` and `time.sleep`."""
    imported = dict(imports(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.Name | ast.Attribute) and (name := dotted(node)):
            head, _, rest = name.partition(".")
            full = ".".join(filter(None, (imported.get(head, head), rest)))
            for used in (name, full):
                yield used
                yield used.rpartition(".")[2]
        elif isinstance(node, ast.keyword) and node.arg:
            yield node.arg
