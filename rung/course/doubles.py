"""Names that a file defines twice, of which Python keeps the last: mostly a stub above the definition that was meant.

>>> doubles("def f(): ...\\nclass A:\\n    def g(self): ...\\n    def g(self): ...\\ndef f(): ...\\n")
{'f': [1, 5], 'A.g': [3, 4]}
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping

FREE = ("overload", "setter", "getter", "deleter", "register")  # decorators of what may well share a name


def warnings(files: Mapping[str, str]) -> list[str]:
    """A sentence for each name that one of these files defines more than once."""
    return [_warning(file, name, lines) for file, text in files.items() for name, lines in doubles(text).items()]


def _warning(file: str, name: str, lines: list[int]) -> str:
    *first, last = map(str, lines)
    often = "twice" if len(lines) == 2 else f"{len(lines)} times"
    kept = f"Python keeps the one at line {last} alone; delete what you did not mean"
    return f"{file} defines `{name}` {often}, at lines {', '.join(first)} and {last}: {kept}"


def doubles(text: str) -> dict[str, list[int]]:
    """The lines at which a name is defined, of all that are defined more than once in the same file or class."""
    try:
        found = _lines(ast.parse(text).body)
    except (SyntaxError, ValueError):
        return {}
    return {name: lines for name, lines in found.items() if len(lines) > 1}


def _lines(body: Iterable[ast.stmt], owner: str = "") -> dict[str, list[int]]:
    """The lines of the functions and classes in a body; what stands in an `if` or a `try` is left out."""
    found: dict[str, list[int]] = {}
    last: dict[str, ast.ClassDef] = {}
    for node in body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and not _is_free(node):
            found.setdefault(owner + node.name, []).append(node.lineno)
        if isinstance(node, ast.ClassDef):
            last[node.name] = node
    for node in last.values():
        found |= _lines(node.body, f"{owner}{node.name}.")
    return found


def _is_free(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> bool:
    """Whether a definition shares its name on purpose."""
    names = [d.func if isinstance(d, ast.Call) else d for d in node.decorator_list]
    last = {ast.unparse(name).rpartition(".")[2] for name in names}
    return node.name == "_" or bool(last.intersection(FREE))
