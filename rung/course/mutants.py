"""Small mistakes made by machine in what a step adds: each has to be caught by a check.

>>> from rung.course.table import Course
>>> [mutant.name for mutant in mutants(Course(), 1)][:1]
['core.py Variable.__init__: drop `self.data = data`']
"""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from rung.course.pieces import name_of
from rung.course.state import Files, changed, state
from rung.course.table import Course, Step

Change = tuple[str, Callable[[], None], Callable[[], None]]  # what it is, do it, undo it

OPPOSITES: dict[type, type] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.Pow: ast.Mult, ast.And: ast.Or,
    ast.Or: ast.And, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
    ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult,
}  # fmt: skip
ORDERED = (ast.Sub, ast.Div, ast.Pow, ast.MatMult)  # operators whose operands may not be swapped
DROPPED = (ast.Assign, ast.AugAssign, ast.Raise, ast.Assert, ast.Delete, ast.Expr, ast.Return)


@dataclass(frozen=True)
class Mutant:
    """A package with one small mistake; its name tells which."""

    name: str
    files: Files


def equivalents(step: Step) -> dict[str, str]:
    """The mutants of a step that behave as the solution does, and why."""
    path = step.folder / "equivalents.toml"
    if not path.is_file():
        return {}
    rows = tomllib.loads(path.read_text(encoding="utf-8"))["equivalent"]
    return {row["mutant"]: row["reason"] for row in rows}


def mutants(course: Course, number: int) -> list[Mutant]:
    """The mutants of what a step adds or replaces, without those that are equivalent."""
    known = equivalents(course.step(number))
    return [mutant for mutant in every_mutant(course, number) if mutant.name not in known]


def every_mutant(course: Course, number: int) -> list[Mutant]:
    """All mutants of what a step adds or replaces."""
    files, keys = state(course, number), changed(course, number)
    found: dict[str, Mutant] = {}
    for file in dict.fromkeys(file for file, _ in keys):
        names = {name for f, name in keys if f == file}
        tree = ast.parse(files[file])
        plain = ast.unparse(tree)
        for what, text in _of_file(tree, names):
            name = _distinct(f"{file} {what}", found)
            if text != plain:
                found[name] = Mutant(name, {**files, file: text})
    return list(found.values())


def _distinct(name: str, found: dict[str, Mutant]) -> str:
    count = 1
    while (wanted := name + (f" ({count})" if count > 1 else "")) in found:
        count += 1
    return wanted


def _of_file(tree: ast.Module, names: set[str]) -> Iterator[tuple[str, str]]:
    """The mutants in definitions of these names: what was changed, and the text of the file."""
    for node, name, body in _definitions(tree):
        if name in names:
            for what, do, undo in _changes(node, body):
                do()
                try:
                    yield f"{name}: {what}", ast.unparse(ast.fix_missing_locations(tree))
                finally:
                    undo()


def _definitions(tree: ast.Module) -> Iterator[tuple[ast.stmt, str, list[ast.stmt]]]:
    """Functions, methods and assignments with their qualified names, and the body that each stands in."""
    for node in list(tree.body):
        if isinstance(node, ast.ClassDef):
            for member in list(node.body):
                yield member, f"{node.name}.{name_of(member)}", node.body
        else:
            yield node, name_of(node), tree.body


def _changes(node: ast.stmt, body: list[ast.stmt]) -> Iterator[Change]:
    """All changes inside a definition."""
    yield from _drop(body, body.index(node)) if isinstance(node, (ast.Assign, ast.Expr)) else ()
    for inner in _walk(node):
        for kind, make in MAKERS.items():
            if isinstance(inner, kind):
                yield from make(inner)
        for field in ("body", "orelse", "finalbody"):
            statements = getattr(inner, field, None)
            if isinstance(statements, list) and not isinstance(inner, ast.ClassDef):
                for place, statement in enumerate(statements):
                    if isinstance(statement, DROPPED):
                        yield from _drop(statements, place)
                    if isinstance(statement, ast.AugAssign):
                        plain = ast.Assign([statement.target], statement.value, lineno=0)
                        yield _replacing(statements, place, plain, f"`{_short(statement)}` → `{_short(plain)}`")


def _walk(node: ast.AST) -> Iterator[ast.AST]:
    """A node and all inside it, but not the words of errors, nor the classes of `isinstance`, which have no order."""
    yield node
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "isinstance":
        yield from _walk(node.args[0])
    elif not isinstance(node, ast.Raise):
        for child in ast.iter_child_nodes(node):
            yield from _walk(child)


# Kinds of changes --------------------------------------------------------------------------------------------------


def _drop(statements: list[ast.stmt], place: int) -> Iterator[Change]:
    statement = statements[place]
    if not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)):  # a docstring
        yield _replacing(statements, place, ast.Pass(), f"drop `{_short(statement)}`")


def _replacing(statements: list[ast.stmt], place: int, other: ast.stmt, what: str) -> Change:
    """Put another statement into the place of one."""
    statement = statements[place]

    def put(chosen: ast.stmt) -> None:
        statements[place] = chosen

    return what, lambda: put(other), lambda: put(statement)


def _short(node: ast.AST) -> str:
    line, _, rest = ast.unparse(node).partition("\n")
    return line if not rest else f"{line} …"


def _setting(node: ast.AST, what: str = "", **fields: Any) -> Change:
    """Set fields of a node."""
    old = {name: getattr(node, name) for name in fields}
    text = _short(node)

    def put(values: dict[str, Any]) -> None:
        for name, value in values.items():
            setattr(node, name, value)

    put(fields)
    new = _short(ast.fix_missing_locations(node))
    put(old)
    return what or f"`{text}` → `{new}`", lambda: put(fields), lambda: put(old)


def _binary(node: Any) -> Iterator[Change]:
    if type(node.op) in OPPOSITES:
        yield _setting(node, op=OPPOSITES[type(node.op)]())
    if isinstance(node.op, ORDERED):
        yield _setting(node, left=node.right, right=node.left)


def _unary(node: Any) -> Iterator[Change]:
    if isinstance(node.op, ast.USub):
        yield _setting(node, op=ast.UAdd())
    if isinstance(node.op, ast.Not):
        yield _setting(node, op=ast.Not(), operand=ast.UnaryOp(ast.Not(), node.operand))


def _augmented(node: Any) -> Iterator[Change]:
    if type(node.op) in OPPOSITES:
        yield _setting(node, op=OPPOSITES[type(node.op)]())


def _boolean(node: Any) -> Iterator[Change]:
    yield _setting(node, op=OPPOSITES[type(node.op)]())


def _comparison(node: Any) -> Iterator[Change]:
    for place, op in enumerate(node.ops):
        if type(op) in OPPOSITES:
            ops = list(node.ops)
            ops[place] = OPPOSITES[type(op)]()
            yield _setting(node, ops=ops)


def _branch(node: Any) -> Iterator[Change]:
    for value in (True, False):
        yield _setting(node, f"`{ast.unparse(node.test)}` is always {value}", test=ast.Constant(value))


def _constant(node: Any) -> Iterator[Change]:
    if isinstance(node.value, bool):
        yield _setting(node, value=not node.value)
    elif isinstance(node.value, (int, float)):
        yield _setting(node, value=node.value + 1)


def _call(node: Any) -> Iterator[Change]:
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    if len(node.args) == 2 and not any(isinstance(argument, ast.Starred) for argument in node.args):
        yield _setting(node, args=node.args[::-1])
    if name in ("reversed", "sorted"):
        yield _setting(node, func=ast.Name("list", ast.Load()), keywords=[])
    if isinstance(node.func, ast.Attribute) and node.func.attr == "pop" and not node.args:
        yield _setting(node, args=[ast.Constant(0)])


def _pair(node: Any) -> Iterator[Change]:
    if len(node.elts) == 2 and isinstance(node.ctx, ast.Load):
        yield _setting(node, elts=node.elts[::-1])


MAKERS: dict[type, Callable[[Any], Iterator[Change]]] = {
    ast.BinOp: _binary, ast.UnaryOp: _unary, ast.AugAssign: _augmented, ast.BoolOp: _boolean,
    ast.Compare: _comparison, ast.If: _branch, ast.IfExp: _branch, ast.Constant: _constant, ast.Call: _call,
    ast.Tuple: _pair,
}  # fmt: skip
