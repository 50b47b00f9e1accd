"""Text in pictures: what can be drawn of it, how wide it is, and how it is cut to fit.

Widths come from a table that is shipped (`widths.json`, by `docs/make_widths.py`), not from the fonts of a machine,
so pictures are the same everywhere; `page/text.js` is the twin of this file, and tests compare them.
"""

from __future__ import annotations

import functools
import json
import re
from importlib.resources import files
from typing import Any

SPACES = re.compile("[\t\n\v\f\r \x85\u2028\u2029]+")
# Control characters, marks that turn the direction of writing, halves of characters, and what XML forbids.
UNDRAWABLE = re.compile(
    "[\0-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\uffff\ud800-\udfff]"
)


@functools.cache
def shipped(name: str) -> Any:
    """What stands in a JSON file beside this one: `widths.json`, `theme.json`."""
    return json.loads(files("rung.picture").joinpath(name).read_text(encoding="utf-8"))


def drawable(text: str) -> str:
    r"""The text in one line, with � for what cannot be drawn.

    >>> drawable(" two\nlines"), drawable("\0")
    ('two lines', '�')
    """
    return UNDRAWABLE.sub("\N{REPLACEMENT CHARACTER}", SPACES.sub(" ", text).strip(" "))


def text_width(text: str, size: int) -> int:
    """How many pixels a line of text takes at most, in DejaVu Sans or Arial of this size.

    >>> text_width("tanh", 10), text_width("漢字", 10)
    (23, 20)
    """
    return -(-sum(map(character_width, text)) * size // 1000)


@functools.lru_cache(maxsize=10_000)
def character_width(character: str) -> int:
    """How many thousandths of the font size a character takes."""
    code, table = ord(character), shipped("widths.json")
    for row in table["ranges"]:
        if 0 <= code - row["first"] < len(row["widths"]):
            return int(row["widths"][code - row["first"]])
    if any(first <= code <= last for first, last in table["none"]):
        return 0
    if any(first <= code <= last for first, last in table["wide"]):
        return int(table["wide_width"])
    return int(table["other_width"])


def cut(text: str, width: int, size: int) -> str:
    """The text, with … for its middle where it is wider than so many pixels.

    >>> cut("a very long name", 60, 10)
    'a ve…name'
    """
    if text_width(text, size) <= width:
        return text
    low, high = 0, len(text) - 1  # characters to keep: so many fit, and more than so many do not
    while low < high:
        middle = (low + high + 1) // 2
        if text_width(_without_middle(text, middle), size) <= width:
            low = middle
        else:
            high = middle - 1
    return _without_middle(text, low)


def _without_middle(text: str, kept: int) -> str:
    return text[: (kept + 1) // 2] + "…" + text[len(text) - kept // 2 :]
