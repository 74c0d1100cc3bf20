"""Advice about what is careless in any web app: errors that vanish, secrets, SQL, CORS, defaults that are shared."""

import ast
import re
from collections.abc import Iterator
from typing import Final

from quizkit.check.names import Code, Function, dotted
from quizkit.verdict import Advice, Worth

_SECRET: Final = re.compile(r"(^|_)(password|passwd|secret|secret_key|jwt_key|api_?key|token|signature|hmac)$", re.IGNORECASE)
_NO_SECRET: Final = re.compile(r"(^|_)(page|next|previous|prev|cursor|csrf_cookie)_token$", re.IGNORECASE)
_TYPED_TWICE: Final = re.compile(r"confirm|repeat|again|verif|(^|[a-z])2$", re.IGNORECASE)
_COLUMNS: Final = frozenset(("where", "filter", "having", "filter_by", "and_", "or_", "select", "join", "on"))
_STATEMENT: Final = re.compile(r"\s*(SELECT\b.*\bFROM|INSERT\s+INTO|UPDATE\b.*\bSET|DELETE\s+FROM)\b", re.DOTALL)
# A name in SQL can't be a bound parameter: after these a text may be written in, from a list of allowed ones.
_NAME_FOLLOWS: Final = re.compile(
    r"\b(ORDER\s+BY\b[^()]*|(FROM|INTO|UPDATE|JOIN|TABLE|PRAGMA)\s+|SELECT\s[\w.,\s]*)\"?$", re.IGNORECASE
)
_PLACE: Final = re.compile(r"%[s(]|\{")
_WEAK_HASHES: Final = ("hashlib.md5", "hashlib.sha1", "hashlib.sha256", "hashlib.sha512")


def vanished_errors(code: Code) -> Iterator[Advice]:
    """A bare `except`, and an `except Exception` that does nothing."""
    for node in code.nodes:
        if not isinstance(node, ast.ExceptHandler) or isinstance(node.body[-1], ast.Raise):
            continue
        if node.type is None:
            words = "A bare `except` also catches Ctrl-C, `SystemExit` and every mistake of your own"
            yield Advice(Worth.changing, node.lineno, "bare-except", words, "name the exception that can be dealt with here")
        elif dotted(node.type) in ("Exception", "BaseException") and all(map(_does_nothing, node.body)):
            words = f"`except {dotted(node.type)}: pass` lets every mistake vanish without a trace"
            instead = "name the exception that is expected, or log it: `logger.exception(...)`"
            yield Advice(Worth.changing, node.lineno, "silent-except", words, instead)


def _does_nothing(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Pass) or (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant))


# ---- secrets ----


def compared_secrets(code: Code) -> Iterator[Advice]:
    """A secret that is compared with `==`; columns of a query and what a test asserts are other things."""
    exempt = _ids_inside(code)
    for node in code.nodes:
        if isinstance(node, ast.Compare) and id(node) not in exempt and isinstance(node.ops[0], ast.Eq | ast.NotEq):
            sides = (node.left, node.comparators[0])
            names = [_own_name(side) for side in sides]
            secret = next((name for name in names if _is_secret(name)), "")
            if secret and not any(map(_is_harmless, sides)) and not any(_TYPED_TWICE.search(name) for name in names):
                sign = "==" if isinstance(node.ops[0], ast.Eq) else "!="
                words = f"`{secret}` is compared with `{sign}`, whose time tells how much of a guess was right"
                instead = "`secrets.compare_digest(a.encode(), b.encode())`; a password by its hash"
                yield Advice(Worth.changing, node.lineno, "compared-secret", words, instead)


def _ids_inside(code: Code) -> frozenset[int]:
    """The comparisons that build a query, those that a test asserts, and a model's own, of what one person sent twice."""
    queries = [
        call for call in code.calls if dotted(call.func).rpartition(".")[2] in _COLUMNS or _attribute(call.func) in _COLUMNS
    ]
    asserted = [node.test for node in code.nodes if isinstance(node, ast.Assert)]
    return frozenset(
        id(node)
        for root in (*queries, *asserted, *code.models.values())
        for node in ast.walk(root)
        if isinstance(node, ast.Compare)
    )


def _attribute(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else ""


def _own_name(node: ast.expr) -> str:
    """The last name of what is compared: a variable, an attribute, a key."""
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
        return node.slice.value.replace("-", "_")
    if isinstance(node, ast.Call) and _attribute(node.func) in ("encode", "get_secret_value", "strip"):
        return _own_name(node.func.value) if isinstance(node.func, ast.Attribute) else ""
    if isinstance(node, ast.Call) and _attribute(node.func) == "get" and node.args and isinstance(node.args[0], ast.Constant):
        return str(node.args[0].value).replace("-", "_")
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _is_secret(name: str) -> bool:
    return bool(_SECRET.search(name)) and not _NO_SECRET.search(name)


def _is_harmless(side: ast.expr) -> bool:
    """Whether a side can be no secret: nothing at all, a number, a single sign."""
    return isinstance(side, ast.Constant) and (not isinstance(side.value, str | bytes) or len(side.value) < 2)


def written_secrets(code: Code) -> Iterator[Advice]:
    """A secret that stands in the source."""
    for line, name in _written(code):
        words = f"`{name}` stands in the source, where everybody who reads the repository has it"
        instead = "a field of pydantic-settings without a default, filled from the environment, so that a start without it fails"
        yield Advice(Worth.changing, line, "written-secret", words, instead)


def _written(code: Code) -> Iterator[tuple[int, str]]:
    members = _enum_members(code)
    for node in code.nodes:
        if isinstance(node, ast.Assign | ast.AnnAssign) and _is_text(node.value) and id(node) not in members:
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                if _is_secret(_own_name(target)):
                    yield node.lineno, _own_name(target)
    for call in code.calls:
        for keyword in call.keywords:
            if keyword.arg == "secret_key" and _is_text(keyword.value):
                yield keyword.value.lineno, "secret_key"
        if code.name(call.func) in ("jwt.encode", "jwt.decode") and len(call.args) > 1 and _is_text(call.args[1]):
            yield call.lineno, "the key of the token"


def _enum_members(code: Code) -> frozenset[int]:
    """What an enum calls its members: `password = "password"` there is a word, not a secret."""
    classes = (node for node in code.nodes if isinstance(node, ast.ClassDef))
    enums = (node for node in classes if any(code.name(base).startswith("enum.") for base in node.bases))
    return frozenset(id(member) for enum in enums for member in enum.body)


def _is_text(value: ast.expr | None) -> bool:
    return isinstance(value, ast.Constant) and isinstance(value.value, str | bytes) and len(value.value) > 1


def weak_hashes(code: Code) -> Iterator[Advice]:
    """A password that is hashed with what was made to be fast."""
    for call in code.calls:
        hashed = {_own_name(node) for arg in call.args for node in ast.walk(arg) if isinstance(node, ast.expr)}
        if code.name(call.func) in _WEAK_HASHES and any(re.search(r"passw(or)?d$", name, re.IGNORECASE) for name in hashed):
            words = f"`{code.name(call.func)}` is made to be fast, so that a stolen table of passwords is soon guessed"
            instead = "pwdlib's Argon2: `PasswordHash.recommended().hash(password)`"
            yield Advice(Worth.changing, call.lineno, "weak-hash", words, instead)


def unverified_tokens(code: Code) -> Iterator[Advice]:
    """A token that is read without looking at its signature."""
    for call in code.calls:
        for node in ast.walk(call) if code.name(call.func) == "jwt.decode" else ():
            if isinstance(node, ast.Dict) and any(
                _turns_off(key, value) for key, value in zip(node.keys, node.values, strict=True)
            ):
                words = "`verify_signature: False` believes whatever anybody writes into a token"
                instead = '`jwt.decode(token, key, algorithms=["HS256"])`'
                yield Advice(Worth.changing, call.lineno, "unverified-token", words, instead)


def _turns_off(key: ast.expr | None, value: ast.expr) -> bool:
    named = isinstance(key, ast.Constant) and key.value == "verify_signature"
    return named and isinstance(value, ast.Constant) and value.value is False


# ---- what comes in from outside ----


def open_cors(code: Code) -> Iterator[Advice]:
    """Every origin, with credentials."""
    for call in code.calls:
        given = {keyword.arg: _resolved(keyword.value, code) for keyword in call.keywords}
        if _is_true(given.get("allow_credentials")) and _has_star(given.get("allow_origins")):
            words = 'With `allow_credentials=True`, `allow_origins=["*"]` lets every site act with a visitor\'s cookies'
            yield Advice(Worth.changing, call.lineno, "open-cors", words, "list the origins that are yours")


def _is_true(value: ast.expr | None) -> bool:
    return isinstance(value, ast.Constant) and value.value is True


def _has_star(value: ast.expr | None) -> bool:
    elements = value.elts if isinstance(value, ast.List | ast.Tuple) else []
    return any(isinstance(element, ast.Constant) and element.value == "*" for element in elements)


def _resolved(value: ast.expr, code: Code) -> ast.expr:
    return code.globals.get(value.id, value) if isinstance(value, ast.Name) else value


def written_sql(code: Code) -> Iterator[Advice]:
    """SQL that values are written into."""
    for node in code.nodes:
        if isinstance(node, ast.expr) and (_values_in_text(node) or _values_in_sum(node)):
            words = "A value that is written into SQL can end the statement and begin another"
            instead = 'a bound parameter: `execute(text("... WHERE id = :id"), {"id": id})`, or `?` with a tuple'
            yield Advice(Worth.changing, node.lineno, "written-sql", words, instead)


def _values_in_text(node: ast.expr) -> bool:
    """An f-string with a value where SQL takes a bound parameter too."""
    before = ""
    found = False
    for part in node.values if isinstance(node, ast.JoinedStr) else ():
        if isinstance(part, ast.Constant):
            before += str(part.value)
        elif isinstance(part, ast.FormattedValue):
            found = found or not (_NAME_FOLLOWS.search(before) or _is_joined(part.value))
            before += "x"
    return found and bool(_STATEMENT.match(before))


def _is_joined(value: ast.expr) -> bool:
    """Whether it is something like `", ".join("?" * n)`: marks for parameters, or columns from a list."""
    return isinstance(value, ast.Call) and _attribute(value.func) == "join"


def _values_in_sum(node: ast.expr) -> bool:
    """`"SELECT …" + value`, `"SELECT … %s" % value`, `"SELECT …".format(value)`."""
    match node:
        case ast.BinOp(left=ast.Constant(value=str(text)), op=ast.Add() | ast.Mod()):
            return bool(_STATEMENT.match(text)) and not _NAME_FOLLOWS.search(_PLACE.split(text)[0])
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=str(text)), attr="format")):
            return bool(_STATEMENT.match(text))
    return False


def shared_defaults(code: Code) -> Iterator[Advice]:
    """A list, dict or set as a default; FastAPI copies those of its own functions."""
    for function in code.functions:
        if not code.is_called_by_fastapi(function):
            for default in _defaults(function):
                if isinstance(default, ast.List | ast.Dict | ast.Set) or _makes_container(default):
                    words = f"The default of a parameter of `{function.name}` is made once, and every call shares it"
                    yield Advice(Worth.changing, default.lineno, "shared-default", words, "`None`, and a new one in the function")


def _defaults(function: Function) -> Iterator[ast.expr]:
    yield from function.args.defaults
    yield from (default for default in function.args.kw_defaults if default is not None)


def _makes_container(value: ast.expr) -> bool:
    return isinstance(value, ast.Call) and dotted(value.func) in ("list", "dict", "set") and not (value.args or value.keywords)


RULES: Final = (
    vanished_errors,
    compared_secrets,
    written_secrets,
    weak_hashes,
    unverified_tokens,
    open_cors,
    written_sql,
    shared_defaults,
)
"""Every rule about carelessness."""
