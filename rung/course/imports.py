"""The imports of a file: adding what an overlay imports, and taking away what is no longer wanted."""

from __future__ import annotations

import ast
import sys

from rung.course.inside.learner import ALIAS
from rung.course.pieces import Piece, Source, is_import

WIDTH = 100  # of a line of imports, before it is broken


def add_import(source: Source, piece: Piece) -> None:
    """Import what the piece imports, next to what is imported already, and nothing twice.

    >>> from rung.course.pieces import split
    >>> source = split("from .core import Variable")
    >>> add_import(source, split("from .core import Function").pieces[0])
    >>> source.text()
    'from .core import Variable, Function\\n'
    """
    node = piece.node
    assert isinstance(node, (ast.Import, ast.ImportFrom))
    for alias in node.names:
        if not _has(source, node, alias):
            drop_import(source, alias.asname or alias.name)
            _add_name(source, node, alias)


def _has(source: Source, node: ast.Import | ast.ImportFrom, alias: ast.alias) -> bool:
    return any(
        _origin(piece.node) == _origin(node) and (other.name, other.asname) == (alias.name, alias.asname)
        for piece in source.pieces
        if isinstance(piece.node, (ast.Import, ast.ImportFrom))
        for other in piece.node.names
    )


def _origin(node: ast.stmt) -> tuple[str | None, int] | None:
    """Where a ``from`` takes its names from; None of a plain import."""
    return (node.module, node.level) if isinstance(node, ast.ImportFrom) else None


def _add_name(source: Source, node: ast.Import | ast.ImportFrom, alias: ast.alias) -> None:
    for piece in source.pieces:
        if isinstance(node, ast.ImportFrom) and _origin(piece.node) == _origin(node):
            assert isinstance(piece.node, ast.ImportFrom)
            piece.node.names.append(alias)
            _write(piece)
            return
    one = (
        ast.ImportFrom(node.module, [alias], node.level) if isinstance(node, ast.ImportFrom) else ast.Import([alias])
    )
    _insert(source, Piece(ast.unparse(one), one, [], [ast.unparse(one)]))


def _insert(source: Source, piece: Piece) -> None:
    """Put an import in its place: those of the future, of Python, of others, of the package; a blank line between."""
    places = [i for i, other in enumerate(source.pieces) if is_import(other)]
    if not places:
        place = 1 if source.pieces and source.pieces[0].name == "__doc__" else 0
        piece.lead = [""] if place else []
        if place < len(source.pieces):
            source.pieces[place].lead = ["", "", *"\n".join(source.pieces[place].lead).strip("\n").splitlines()]
        source.pieces.insert(place, piece)
        return
    place = max([i + 1 for i in places if _rank(source.pieces[i]) <= _rank(piece)], default=places[0])
    if place == places[0]:
        piece.lead, source.pieces[place].lead = source.pieces[place].lead, _between(piece, source.pieces[place])
    else:
        piece.lead = _between(source.pieces[place - 1], piece)
        if place < len(source.pieces) and is_import(source.pieces[place]) and not source.pieces[place].lead:
            source.pieces[place].lead = _between(piece, source.pieces[place])
    source.pieces.insert(place, piece)


def _between(above: Piece, below: Piece) -> list[str]:
    return [] if _rank(above)[0] == _rank(below)[0] else [""]


def _rank(piece: Piece) -> tuple[int, bool, str]:
    """The group of an import and its place there: plain ones first, by name."""
    origin = _origin(piece.node)
    assert isinstance(piece.node, (ast.Import, ast.ImportFrom))
    name = piece.node.names[0].name if origin is None else origin[0] or ""
    root = name.split(".")[0]
    if root == "__future__":
        group = 0
    elif (origin and origin[1]) or root == ALIAS:
        group = 3
    else:
        group = 1 if root in sys.stdlib_module_names else 2
    return group, origin is not None, name


def drop_import(source: Source, name: str) -> bool:
    """Take away the import that binds a name; say whether there was one."""
    for place, piece in enumerate(source.pieces):
        if not isinstance(piece.node, (ast.Import, ast.ImportFrom)):
            continue
        for alias in piece.node.names:
            if name in (alias.asname or alias.name, piece.name):
                piece.node.names.remove(alias)
                if piece.node.names:
                    _write(piece)
                else:
                    del source.pieces[place]
                return True
    return False


def _write(piece: Piece) -> None:
    """The lines of an import whose names have changed."""
    text = ast.unparse(piece.node)
    if len(text) > WIDTH:
        head, names = text.split(" import ")
        text = f"{head} import (\n" + "".join(f"    {name},\n" for name in names.split(", ")) + ")"
    piece.name = ast.unparse(piece.node)
    piece.lines = [line for line in piece.lines if line.startswith("#")] + text.splitlines()
