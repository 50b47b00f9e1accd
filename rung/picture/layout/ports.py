"""Ports: the main line enters a box in its middle, so that a long trunk runs straight down and does not drift."""

from __future__ import annotations

from rung.picture.layout.levels import BOX, ENTRY, FRAME, Level

_SERVANT, _FAR, _NEAR = range(3)


def centre_main_lines(level: Level, ranks: list[int]) -> None:
    """Move the ports of boxes, in their order, so that the one with the most important line is in the middle.

    A line from the rank above counts more than one from farther away, and either more than one from a servant: a box
    that nothing leads to. Where two count the same, the ports stay as they are.
    """
    lines = _lines_into(level, ranks)
    for item, kind in enumerate(level.kinds):
        if kind != BOX or len(lines[item]) < 2:
            continue
        most = max(worth for worth, _ in lines[item])
        main = [port for worth, port in lines[item] if worth == most]
        if most > _SERVANT and len(main) == 1:
            level.ins[item] = _spread(level.widths[item], len(level.ins[item]), main[0])


def _lines_into(level: Level, ranks: list[int]) -> list[list[tuple[int, int]]]:
    """For each item: the worth of each line to it, and the port that it leads to."""
    led = [kind in (ENTRY, FRAME) for kind in level.kinds]
    for wire in level.wires:
        for item, _ in wire.targets:
            led[item] = True
    lines: list[list[tuple[int, int]]] = [[] for _ in level.kinds]
    for wire in level.wires:
        for item, port in wire.targets:
            if wire.source < 0 or not led[wire.source]:
                worth = _SERVANT
            else:
                worth = _NEAR if ranks[wire.source] == ranks[item] - 1 else _FAR
            lines[item].append((worth, port))
    return lines


def _spread(width: int, count: int, main: int) -> list[int]:
    """Offsets of ports: the main one in the middle, the others at equal distances on its sides."""
    middle, after = width // 2, count - 1 - main
    left = [(port + 1) * middle // (main + 1) for port in range(main)]
    right = [middle + (port + 1) * (width - middle) // (after + 1) for port in range(after)]
    return [*left, middle, *right]
