"""Where names are defined in the learner's package, from the text of its files."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@dataclass(frozen=True)
class Place:
    """A definition: its name, its file in the package, its line, and the class or function that it lies in."""

    name: str
    file: str
    line: int
    owner: str = ""


def places(package: Path) -> list[Place]:
    """Every definition in the files of a package that are Python, those at the left margin first."""
    found: list[Place] = []
    for path in sorted(package.rglob("*.py")):
        try:
            tree = ast.parse(path.read_text(encoding="utf-8-sig"))
        except (OSError, SyntaxError, ValueError):
            continue
        found += _in_body(tree.body, path.relative_to(package).as_posix())
    return sorted(found, key=lambda place: bool(place.owner))


def _in_body(body: list[ast.stmt], file: str, owner: str = "", local: bool = False) -> Iterator[Place]:
    """The definitions in a body; within a function, whose names are its own business, functions and classes alone."""
    for node in body:
        named = isinstance(node, DEFINITIONS)
        if named or not local:
            yield from (Place(name, file, node.lineno, owner) for name in _bound(node))
        inner = getattr(node, "body", []) + getattr(node, "orelse", [])
        within = local or isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        yield from _in_body(inner, file, getattr(node, "name", "") if named else owner, within)


def _bound(node: ast.stmt) -> list[str]:
    """The names that a statement gives a value to; imports are left out."""
    if isinstance(node, DEFINITIONS):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return [target.id for target in targets if isinstance(target, ast.Name)]


def imports(package: Path, file: str, module: str) -> bool:
    """Whether a file of a package imports a module of it, such as ``core``."""
    try:
        tree = ast.parse((package / file).read_text(encoding="utf-8-sig"))
    except (OSError, SyntaxError, ValueError):
        return False
    named = (node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom))
    return any((node.module or "").split(".")[-1] == module for node in named)


def line_of_class(file: Path, name: str) -> int | None:
    """The line of a class by its qualified name: of several, the last, which is the one that Python keeps."""
    body: list[ast.stmt] = ast.parse(file.read_text(encoding="utf-8-sig")).body
    line = None
    for part in name.split("."):
        found = [node for node in body if isinstance(node, ast.ClassDef) and node.name == part]
        if not found:
            return None
        line, body = found[-1].lineno, found[-1].body
    return line
