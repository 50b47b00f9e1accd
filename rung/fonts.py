"""The fonts that pictures are written in, where matplotlib writes them."""

from __future__ import annotations

import functools

from rung.errors import MissingExtraError

# DejaVu Sans comes with matplotlib; the others, where installed, hold the scripts that it lacks.
FONTS = (
    "DejaVu Sans", "Noto Sans CJK JP", "Noto Sans CJK SC", "Noto Sans JP", "Hiragino Sans", "Yu Gothic",
    "PingFang SC", "Microsoft YaHei", "Malgun Gothic", "Arial Unicode MS",
)  # fmt: skip


def require_matplotlib() -> None:
    """Raise `MissingExtraError` without matplotlib."""
    try:
        import matplotlib  # noqa: F401
    except ModuleNotFoundError:
        raise MissingExtraError("matplotlib", "plot", "drawing pictures") from None


@functools.cache
def families() -> tuple[str, ...]:
    """The fonts of `FONTS` that are installed."""
    require_matplotlib()
    from matplotlib.font_manager import fontManager

    return tuple(name for name in FONTS if name in fontManager.get_font_names())


@functools.cache
def _letters() -> frozenset[int]:
    """The code points that the installed fonts can draw."""
    from matplotlib.font_manager import findfont, get_font

    return frozenset().union(*(get_font(findfont(name)).get_charmap() for name in families()))


def drawable(text: object) -> str:
    """The text in one line, with □ for what no installed font can draw.

    >>> drawable("two\\nlines"), drawable("$a_1$")
    ('two lines', '$a_1$')
    """
    line = " ".join(str(text).split())
    return "".join(letter if ord(letter) in _letters() else "□" for letter in line)
