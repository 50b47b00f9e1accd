"""A Python file as a list of pieces, each with its comments, that can be put together again to the very same text."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

DIRECTIVE = re.compile(r"\s*# (after|remove|caught by|file|whole file)\b:?\s*(.*?)\s*$")


@dataclass
class Piece:
    """One statement of a file or of the body of a class.

    Attributes:
        name: what it defines, such as ``backward`` or ``Variable.__add__``; of others, what tells them apart
        node: what it is for the parser
        lead: the lines between the piece before and this one: blank ones, and comments that stand alone
        lines: its own lines, with the comments right above it; of a class with members, those of its head
        members: the statements in the body of a class; None of anything else
        after: the name behind which an overlay wants it
    """

    name: str
    node: ast.stmt
    lead: list[str]
    lines: list[str]
    members: list[Piece] | None = None
    after: str | None = None

    def text(self) -> list[str]:
        """Its lines, members included."""
        return self.lines + [line for member in self.members or () for line in member.lead + member.text()]


@dataclass
class Source:
    """A file in pieces.

    Attributes:
        head: the directives of an overlay, such as ``("caught by", "test_order")``
        tail: the lines after the last piece
    """

    pieces: list[Piece]
    tail: list[str] = field(default_factory=list)
    head: list[tuple[str, str]] = field(default_factory=list)

    def text(self) -> str:
        """The file."""
        lines = [line for piece in self.pieces for line in piece.lead + piece.text()] + self.tail
        return "\n".join(lines).strip("\n") + "\n" if any(line.strip() for line in lines) else ""


def split(text: str) -> Source:
    """Take a file apart; ``SyntaxError`` if it is not Python.

    >>> split("import numpy as np\\n\\n\\nclass A:\\n    x = 1  # one\\n").text()
    'import numpy as np\\n\\n\\nclass A:\\n    x = 1  # one\\n'
    """
    tree = ast.parse(text)
    lines = text.splitlines()
    source = Source([])
    lines = [_take_directive(line, source.head) for line in lines]
    source.pieces, end = _pieces(tree.body, lines, 0, len(lines))
    source.tail = _kept(lines[end:])
    return source


def _take_directive(line: str, head: list[tuple[str, str]]) -> str:
    """Note a directive that concerns the whole file, and mark its line; `after` stays, with the piece below it."""
    match = DIRECTIVE.match(line)
    if match is None or match[1] == "after":
        return line
    head.append((match[1], match[2]))
    return GONE


GONE = "\0"  # a line of an overlay that is an order, not text


def _kept(lines: Sequence[str]) -> list[str]:
    return [line for line in lines if line != GONE]


def _pieces(body: Sequence[ast.stmt], lines: list[str], begin: int, end: int) -> tuple[list[Piece], int]:
    """The pieces of a body that lies in these lines, and where the last one ends."""
    pieces: list[Piece] = []
    for number, node in enumerate(body):
        first = _first_line(node)
        if pieces and first < begin:  # a second statement on one line
            continue
        above = _comments_above(lines, begin, first, node.col_offset)
        limit = _first_line(body[number + 1]) if number + 1 < len(body) else end
        last = _last_line(node, lines, limit)
        pieces.append(_piece(node, lines, begin, above, last))
        begin = last
    return pieces, begin


def _first_line(node: ast.stmt) -> int:
    """The place of its first line, decorators included, counted from 0."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(decorator.lineno for decorator in decorators)]) - 1


def _comments_above(lines: list[str], begin: int, first: int, column: int) -> int:
    """Where the comments begin that stand right above a line."""
    while first > begin and (lines[first - 1].startswith(" " * column + "#") or lines[first - 1] == GONE):
        first -= 1
    return first


def _last_line(node: ast.stmt, lines: list[str], limit: int) -> int:
    """The place behind its last line, with comments at the end of its body."""
    last = node.end_lineno or node.lineno
    if not hasattr(node, "body"):
        return last
    for place in range(last, limit):
        line = lines[place]
        if line.strip() and not re.match(rf"\s{{{node.col_offset + 1},}}#", line):
            break
        if line.strip():
            last = place + 1
    return last


def _piece(node: ast.stmt, lines: list[str], begin: int, above: int, last: int) -> Piece:
    own = _kept(lines[above:last])
    after = [match[2] for line in own if (match := DIRECTIVE.match(line)) and match[1] == "after"]
    piece = Piece(name_of(node), node, _kept(lines[begin:above]), [], after=after[0] if after else None)
    if isinstance(node, ast.ClassDef) and _first_line(node.body[0]) > node.lineno - 1:
        start = _comments_above(lines, node.lineno, _first_line(node.body[0]), node.body[0].col_offset)
        while start > node.lineno and not lines[start - 1].strip():
            start -= 1
        piece.members, _ = _pieces(node.body, lines, start, last)
        rest = _pieces(node.body, lines, start, last)[1]
        own = _kept(lines[above:start])
        if rest < last:  # comments at the end of the body
            piece.members[-1].lines += _kept(lines[rest:last])
    piece.lines = [line for line in own if not ((match := DIRECTIVE.match(line)) and match[1] == "after")]
    return piece


def name_of(node: ast.stmt) -> str:
    """What a statement defines.

    >>> [name_of(node) for node in ast.parse("class A: pass\\nA.__add__ = add\\nsetup()\\nif x: y = 1").body]
    ['A', 'A.__add__', 'setup()', 'if x']
    """
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        kinds = [d.attr for d in node.decorator_list if isinstance(d, ast.Attribute)]
        return node.name + "".join(f".{kind}" for kind in kinds if kind in ("setter", "deleter"))
    if isinstance(node, ast.Assign):
        return ast.unparse(node.targets[0])
    if isinstance(node, (ast.AnnAssign, ast.AugAssign)):
        return ast.unparse(node.target)
    if isinstance(node, ast.Expr):
        return _name_of_expression(node.value)
    return ast.unparse(node).splitlines()[0].rstrip(":")


def _name_of_expression(value: ast.expr) -> str:
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        return "__doc__"
    return f"{ast.unparse(value.func)}()" if isinstance(value, ast.Call) else ast.unparse(value)


def definitions(source: Source) -> Iterator[tuple[str, Piece]]:
    """Every piece by its qualified name, those of classes before their members; imports are left out.

    >>> [name for name, piece in definitions(split("class A:\\n    x = 1\\n    def f(self): ..."))]
    ['A', 'A.x', 'A.f']
    """
    for piece in source.pieces:
        if not is_import(piece):
            yield piece.name, piece
        for member in piece.members or ():
            yield f"{piece.name}.{member.name}", member


def is_import(piece: Piece) -> bool:
    """Whether a piece is an import."""
    return isinstance(piece.node, (ast.Import, ast.ImportFrom))
