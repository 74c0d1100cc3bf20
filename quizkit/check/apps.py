"""Which of a source's apps is asked, and which one was meant: what the syntax tree shows where there is no app, or a bare one."""

import ast
from collections.abc import Mapping

from quizkit.check.names import dotted, parsed


def unasked(sources: Mapping[str, str]) -> str:
    """The app on which routes hang, where `app` stands beside it with nothing of its own; empty in all other cases."""
    made: set[str] = set()
    used: set[str] = set()
    for tree in _trees(sources):
        made |= {name for statement in tree.body for name in _apps_made(statement)}
        used |= {dotted(node.value) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        used |= {
            word.id for node in ast.walk(tree) if isinstance(node, ast.Call) for word in node.args if isinstance(word, ast.Name)
        }
    others = sorted(made & used - {"app"})
    return others[0] if "app" in made - used and others else ""


def factory(sources: Mapping[str, str]) -> str:
    """A function that makes an app and gives it back; empty where there is none."""
    for tree in _trees(sources):
        for function in (node for node in tree.body if isinstance(node, ast.FunctionDef)):
            inside = list(ast.walk(function))
            makes = any(isinstance(node, ast.Call) and dotted(node.func).endswith("FastAPI") for node in inside)
            if makes and any(isinstance(node, ast.Return) and node.value is not None for node in inside):
                return function.name
    return ""


def _apps_made(statement: ast.stmt) -> list[str]:
    """The names to which a statement gives a new app."""
    match statement:
        case ast.Assign(targets=targets, value=ast.Call(func=made)) if dotted(made).endswith("FastAPI"):
            return [target.id for target in targets if isinstance(target, ast.Name)]
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.Call(func=made)) if dotted(made).endswith("FastAPI"):
            return [name]
    return []


def _trees(sources: Mapping[str, str]) -> list[ast.Module]:
    """The trees of those sources that are Python."""
    found = []
    for text in sources.values():
        try:
            found.append(parsed(text))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
    return found
