"""Lessons in the terminal: Markdown by rich, in quiet colours that suit dark and light screens."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, ClassVar

from pygments.token import Comment, Keyword, Name, Number, Operator, String, Token
from rich.console import Console, ConsoleOptions, RenderResult
from rich.markdown import CodeBlock, Heading, Markdown
from rich.style import Style
from rich.syntax import ANSISyntaxTheme, Syntax
from rich.text import Text

WIDTH = 96  # of a line of prose; longer ones are hard to read

COLOURS = ANSISyntaxTheme({
    Token: Style(), Comment: Style(color="#8a8f98", italic=True), Keyword: Style(color="#9a76d8"),
    Operator.Word: Style(color="#9a76d8"), Name.Builtin: Style(color="#4c93c9"),
    Name.Function: Style(color="#3f8fcf"),
    Name.Class: Style(color="#c08a35"), Name.Decorator: Style(color="#c08a35"), String: Style(color="#5a9e6f"),
    Number: Style(color="#c9713f"), Name.Builtin.Pseudo: Style(color="#b5655f"),
})  # fmt: skip


class Left(Heading):
    """A heading at the left, where the text is."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Bold, with an empty line above."""
        self.text.justify = "left"
        yield Text("")
        self.text.stylize("bold")
        yield self.text


class Fence(CodeBlock):
    """A block of code behind a thin line; of a change, what is new is marked in the margin."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """One line of text after the other."""
        text = str(self.text).rstrip()
        rows = changed_lines(text) if self.lexer_name == "diff" else code_lines(text, self.lexer_name)
        bar = "|" if options.ascii_only else "│"
        for mark, line in rows:
            colour = {"+": "ok", "-": "bad"}.get(mark, "quiet")
            sign = mark if mark.strip() else bar
            if mark == "-":
                line.stylize("struck", len(line.plain) - len(line.plain.lstrip()))
            for number, part in enumerate(broken(line, options.max_width - 2)):
                yield Text.assemble((sign if number == 0 else bar, colour), " ", part, no_wrap=True)


def broken(line: Text, width: int) -> list[Text]:
    """A line of code in pieces of a width, those behind the first a little further in than it."""
    if len(line) <= width or width < 30:
        return [line]
    indent = len(line.plain) - len(line.plain.lstrip()) + 4
    first, rest = line[:width], line[width:]
    space = first.plain.rfind(" ", indent)
    if space > 0:
        first, rest = line[:space], line[space + 1 :]
    return [first, *broken(Text(" " * indent) + rest, width)]


def code_lines(text: str, language: str) -> Iterator[tuple[str, Text]]:
    """The lines of a block of code, coloured."""
    for line in coloured(text, language):
        yield " ", line


def changed_lines(text: str) -> Iterator[tuple[str, Text]]:
    """The lines of a change: the mark of each, and the rest in the colours of Python."""
    rows = text.splitlines()
    code = coloured("\n".join(row[2:] for row in rows), "python")
    for row, line in zip(rows, code, strict=False):
        yield row[:1] or " ", line


def coloured(text: str, language: str) -> list[Text]:
    """The lines of a text in the colours of its language."""
    if language in ("text", ""):
        return [Text(line) for line in text.split("\n")]
    syntax = Syntax("", language, theme=COLOURS, background_color="default")
    lines = list(syntax.highlight(text).split("\n", allow_blank=True))
    return lines[: len(text.split("\n"))]


def verbatim(text: str) -> str:
    """Markdown that shows a text as it is, but for code between backticks and the emphasis of single words.

    >>> print(verbatim("x**2 in __init__, `y**2`, the *other* one"))
    x\\*\\*2 in \\_\\_init\\_\\_, `y**2`, the *other* one
    """
    parts = re.split(r"(`[^`]*`)", text)
    return "".join(part if part.startswith("`") else _MARKS.sub(_shown, part) for part in parts)


def _shown(match: re.Match[str]) -> str:
    return match[1] or "\\" + match[2]


_MARKS = re.compile(r"(?<![\w*])(\*\w+\*)(?![\w*])|([*_#<>\[\]~])")


class Prose(Markdown):
    """Markdown with those headings and blocks."""

    elements: ClassVar[dict[str, Any]] = {
        **Markdown.elements, "heading_open": Left, "fence": Fence, "code_block": Fence,
    }  # fmt: skip
