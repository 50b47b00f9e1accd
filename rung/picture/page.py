"""The page: a trace, and all that is needed to look at it, in one file that asks nothing of any network."""

from __future__ import annotations

import base64
import functools
import gzip
import hashlib
import html
import json
import re
from importlib.resources import files
from typing import Any

from rung.picture.text import shipped

# The order in which the pieces are joined. What a piece needs when it is read, not when it runs, comes before it.
SCRIPTS = [
    "numbers", "text", "scene", "layout", "trace", "timeline", "queue", "naive", "memory", "view", "picture",
    "picking", "fold", "focus", "words", "colours", "accents", "flow", "canvas", "elements", "player", "chips",
    "deck", "memorypanel", "search", "card", "minimap", "compare", "table", "pointer", "keys", "banner",
    "toolbar", "outside", "main", "begin",
]  # fmt: skip
TABLES = {"THEME": "theme.json", "WIDTHS": "widths.json"}
POLICY = (
    "default-src 'none'; script-src 'sha256-{script}'; style-src 'sha256-{style}'; img-src data:; base-uri 'none'; "
    "form-action 'none'"
)
PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="data:,">
<style>{style}</style>
</head>
<body>
{body}
<script type="application/octet-stream" id="content">{content}</script>
<script>{script}</script>
</body>
</html>
"""


def page_of(graph: Any, compare: Any = None, title: str | None = None, start: dict[str, Any] | None = None) -> str:
    """An HTML page that shows a graph, and perhaps what another one has differently.

    Args:
        graph: a `Graph`, or a trace as plain data.
        compare: another one to compare it with.
        title: what stands above it, if not the title of the graph.
        start: how the page begins: `open` (numbers of groups), `position` (events that have happened), `play`,
            `memory` (True), `theme` ("light" or "dark") and `direction` ("down" or "right").

    >>> trace = {"format": "rung-trace", "version": 1, "title": "1 + 1"}
    >>> "<title>1 + 1</title>" in page_of(trace)
    True
    """
    content = (
        f'{{"trace":{_text(graph)},"compare":{_text(compare)},"start":{_text(start or {})},"title":{_text(title)}}}'
    )
    script, style = page_script(), tightened(squeezed(_source("page/style.css")))
    return PAGE.format(
        policy=POLICY.format(script=_fingerprint(script), style=_fingerprint(style)),
        title=html.escape(_title(graph) if title is None else title),
        style=style,
        body=squeezed(_source("page/page.html")),
        content=packed(content),
        script=script,
    )


def _text(x: Any) -> str:
    if hasattr(x, "to_json"):
        return str(x.to_json())
    return json.dumps(x, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _title(graph: Any) -> str:
    return (graph.get("title") if isinstance(graph, dict) else graph.title) or "A graph"


def packed(text: str) -> str:
    """A text as base64 of gzip; the same text gives the same.

    >>> packed("{}")[:4]
    'H4sI'
    """
    return base64.b64encode(gzip.compress(text.encode("utf-8", "replace"), mtime=0)).decode("ascii")


@functools.cache
def page_script() -> str:
    """The pieces of the page's program in one function."""
    tables = [f"const {name} = {_text(shipped(file))};" for name, file in TABLES.items()]
    pieces = [_source(f"page/{name}.js") for name in SCRIPTS]
    return "\n".join(["(() => {", '"use strict";', *tables, tightened(squeezed("\n".join(pieces))), "})();"])


def squeezed(source: str) -> str:
    """A piece of the page without indents, empty lines, and comments that have lines of their own.

    >>> squeezed("/* Two" + chr(10) + " lines */" + chr(10) + "  a = b(1, 2);" + chr(10) + "  // gone" + chr(10))
    'a = b(1, 2);'
    """
    without_comments = re.sub(r"^\s*/\*(?:(?!\*/).)*\*/\s*$", "", source, flags=re.MULTILINE | re.DOTALL)
    lines = (line.strip() for line in without_comments.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))


def tightened(code: str) -> str:
    """A program or style sheet without spaces around signs, in lines that hold no text and no pattern.

    >>> tightened("a = b(1, 2); s = '1, 2';" + chr(10) + "a = b(1, 2);").splitlines()
    ["a = b(1, 2); s = '1, 2';", 'a=b(1,2);']
    """
    signs = r" ?([=*<>&|?:,;{}]) ?"
    lines = code.splitlines()
    return "\n".join(line if re.search("[\"'`/]", line) else re.sub(signs, r"\1", line) for line in lines)


@functools.cache
def _source(name: str) -> str:
    return files("rung.picture").joinpath(name).read_text(encoding="utf-8")


def _fingerprint(text: str) -> str:
    """What a content security policy knows a script or style sheet by."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")
