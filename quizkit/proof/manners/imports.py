"""What a module imports, and one import more."""

import ast


def imported_from(tree: ast.Module, *modules: str) -> dict[str, str]:
    """What the module's own names were called where they come from."""
    lines = [line for line in tree.body if isinstance(line, ast.ImportFrom) and line.module in modules and not line.level]
    return {alias.asname or alias.name: alias.name for line in lines for alias in line.names}


def with_import(tree: ast.Module, line: ast.Import | ast.ImportFrom) -> None:
    """Puts an import where imports may stand: after the docstring and those from the future."""
    place = 0
    while place < len(tree.body) and (_is_future(tree.body[place]) or (place == 0 and _is_text(tree.body[0]))):
        place += 1
    if not any(ast.dump(line) == ast.dump(other) for other in tree.body):
        tree.body.insert(place, line)


def _is_future(line: ast.stmt) -> bool:
    return isinstance(line, ast.ImportFrom) and line.module == "__future__"


def _is_text(line: ast.stmt) -> bool:
    return isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant)
