"""Overlays: a file of definitions put on top of a file, by qualified name.

>>> print(fold("class A:\\n    x = 1  # one\\n\\n    def f(self):\\n        return 1\\n",
...            "class A:\\n    def f(self):\\n        return 2\\n"), end="")
class A:
    x = 1  # one
<BLANKLINE>
    def f(self):
        return 2
"""

from __future__ import annotations

import ast

from rung.course.imports import add_import, drop_import
from rung.course.pieces import Piece, Source, definitions, is_import, split
from rung.errors import ValueRangeError


def fold(text: str, overlay: str, keep: bool = False) -> str:
    """The text with the overlay on top.

    Args:
        text: of a file; empty if there is none yet
        overlay: definitions, with the directives ``# after: name``, ``# remove: name`` and ``# whole file``
        keep: what is there already stays as it is; only what is missing is added
    """
    over = split(overlay)
    if any(name == "whole file" for name, _ in over.head):
        return text if keep and text.strip() else over.text()
    source = split(text)
    for directive, name in over.head:
        if directive == "remove" and not keep:
            remove(source, name)
    for piece in over.pieces:
        if is_import(piece):
            add_import(source, piece)
        else:
            _put_in_file(source, piece, keep)
    return source.text() if source.pieces else over.text()


def remove(source: Source, name: str) -> None:
    """Take a definition, a method, an attribute or an imported name away."""
    if drop_import(source, name):
        return
    for pieces, wanted in _places(source, name):
        found = _find(pieces, wanted)
        if found is not None:
            del pieces[found]
            return
    raise ValueRangeError(f"# remove: {name}: the state before has no such definition")


def _places(source: Source, name: str) -> list[tuple[list[Piece], str]]:
    """Where a name may be defined: in the file, and, if it has a dot, in a class."""
    places = [(source.pieces, name)]
    owner, dot, member = name.partition(".")
    found = _find(source.pieces, owner) if dot else None
    if found is not None and source.pieces[found].members is not None:
        places.append((source.pieces[found].members or [], member))
    return places


def _find(pieces: list[Piece], name: str) -> int | None:
    return next((i for i, piece in enumerate(pieces) if piece.name == name and not is_import(piece)), None)


# Putting one definition in -----------------------------------------------------------------------------------------


def _put_in_file(source: Source, piece: Piece, keep: bool) -> None:
    """Put a piece in; where the same name is defined in the other form (a method, an assignment), that goes."""
    defined = {name for name, _ in definitions(source)}
    if keep and piece.name in defined and piece.members is None:
        return
    if "." in piece.name and _find(source.pieces, piece.name) is None and piece.name in defined:
        remove(source, piece.name)
    for member in piece.members or ():
        found = _find(source.pieces, f"{piece.name}.{member.name}")
        if found is not None and not keep:
            del source.pieces[found]
    _put(source.pieces, piece, keep, blank=2)


def _put(pieces: list[Piece], piece: Piece, keep: bool, blank: int, owner: str = "") -> None:
    found = _find(pieces, piece.name)
    if found is None:
        _insert(pieces, piece, blank, owner)
    elif piece.members is not None and pieces[found].members is not None:
        _merge_class(pieces[found], piece, keep)
    elif not keep:
        piece.lead = pieces[found].lead
        pieces[found] = piece
        _move(pieces, found, blank, owner)


def _move(pieces: list[Piece], found: int, blank: int, owner: str) -> None:
    """Bring a replaced piece to where the overlay wants it."""
    piece = pieces[found]
    if piece.after is not None and pieces[found - 1 : found] != pieces[_after(pieces, piece, owner) :][:1]:
        _insert(pieces, pieces.pop(found), blank, owner)


def _insert(pieces: list[Piece], piece: Piece, blank: int, owner: str) -> None:
    place = len(pieces) if piece.after is None else _after(pieces, piece, owner) + 1
    before = pieces[place - 1] if place else None
    piece.lead = _lead(before, piece, blank)
    pieces.insert(place, piece)
    if place + 1 < len(pieces):
        behind = pieces[place + 1]
        behind.lead = behind.lead or _lead(piece, behind, blank)


def _after(pieces: list[Piece], piece: Piece, owner: str) -> int:
    wanted = (piece.after or "").removeprefix(f"{owner}." if owner else "")
    found = next((i for i, other in enumerate(pieces) if other.name == wanted), None)
    if found is None:
        raise ValueRangeError(f"# after: {piece.after}: there is no such definition to put {piece.name} behind")
    return found


def _lead(before: Piece | None, piece: Piece, blank: int) -> list[str]:
    """The lines above a piece that is new: its own comments that stand alone, and as many blank ones as is usual."""
    comments = "\n".join(piece.lead).strip("\n").splitlines()
    if before is None:
        return comments
    if not any(map(_is_block, (before, piece))) and before.name != "__doc__":
        blank = min(len(piece.lead), 1)
    return [""] * (1 if before.name == "__doc__" and blank == 1 else blank) + comments


def _is_block(piece: Piece) -> bool:
    return isinstance(piece.node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) or is_import(piece)


def _merge_class(old: Piece, new: Piece, keep: bool) -> None:
    """Give a class the members of the other, and its head if that names bases; what it has besides stays."""
    assert isinstance(new.node, ast.ClassDef)
    if not keep and (new.node.bases or new.node.keywords or new.node.decorator_list):
        comments = [line for line in old.lines if line.lstrip().startswith("#")]
        own = any(line.lstrip().startswith("#") for line in new.lines)
        old.lines = new.lines if own else comments + new.lines
        old.node = new.node
    members = old.members if old.members is not None else []
    indent = _indent(members)
    for member in new.members or ():
        if member.name != "pass":
            _indent_as(member, indent)
            _put_member(members, member, keep, new.name)
    if len(members) > 1:
        members[:] = [member for member in members if member.name != "pass"]


def _put_member(members: list[Piece], member: Piece, keep: bool, owner: str) -> None:
    """Put a member in: the docstring first, others as in a file."""
    if member.name == "__doc__" and _find(members, "__doc__") is None:
        members.insert(0, member)
        member.lead = []
        if len(members) > 1 and not members[1].lead:
            members[1].lead = [""]
    else:
        _put(members, member, keep, blank=1, owner=owner)


def _indent(members: list[Piece]) -> str:
    lines = [line for member in members for line in member.lines if line.strip()]
    return lines[0][: len(lines[0]) - len(lines[0].lstrip())] if lines else "    "


def _indent_as(member: Piece, indent: str) -> None:
    """Indent a member as those that it comes to."""
    own = _indent([member])
    if own != indent:
        member.lines = [indent + line[len(own) :] if line.startswith(own) else line for line in member.lines]
