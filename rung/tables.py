"""Tables and quantities as text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def table(head: Sequence[str], *parts: Iterable[Sequence[str]], left: int = 1) -> str:
    """Lines of cells in columns, with a rule below the head and between the parts.

    Args:
        head: the names of the columns.
        parts: the lines of each part; one without lines is left out, and so are columns with nothing in them.
        left: how many columns are aligned at their left; the others are numbers.

    >>> print(table(("op", "calls"), [("add", "10"), ("mul", "5")], [("total", "15")]))
    op     calls
    ------------
    add       10
    mul        5
    ------------
    total     15
    """
    blocks = [block for block in (list(part) for part in parts) if block]
    used = [i for i in range(len(head)) if any(line[i] for block in blocks for line in block)]
    left = len([i for i in used if i < left])
    (first,), *rest = [[[line[i] for i in used] for line in block] for block in ([head], *blocks)]
    widths = [max(len(line[i]) for block in ([first], *rest) for line in block) for i in range(len(used))]
    rule = "-" * (sum(widths) + 2 * len(widths) - 2)
    lines = [_line(first, widths, left)]
    for block in rest:
        lines += [rule, *(_line(line, widths, left) for line in block)]
    return "\n".join(lines)


def _line(cells: Sequence[str], widths: list[int], left: int) -> str:
    padded = [cell.ljust(width) if i < left else cell.rjust(width)
              for i, (cell, width) in enumerate(zip(cells, widths, strict=True))]  # fmt: skip
    return "  ".join(padded).rstrip()


def size(count: float) -> str:
    """A number of bytes for people.

    >>> size(12), size(3_500_000)
    ('12 B', '3.34 MiB')
    """
    for unit in ("B", "KiB", "MiB"):
        if count < 1024:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.2f} {unit}"
        count /= 1024
    return f"{count:.2f} GiB"


def share(part: float, whole: float) -> str:
    """A part of a whole, in percent.

    >>> share(1, 8)
    '12.5 %'
    """
    return f"{100 * part / whole:.1f} %" if whole else ""


def counted(count: int, singular: str, plural: str = "") -> str:
    """A number of things.

    >>> counted(1, "graph"), counted(1200, "graph")
    ('1 graph', '1,200 graphs')
    """
    return f"{count:,} {singular if count == 1 else plural or singular + 's'}"
