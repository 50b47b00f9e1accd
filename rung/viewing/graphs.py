"""The page of a recorded graph."""

from __future__ import annotations

from pathlib import Path

from rung.errors import RungError
from rung.viewing.answer import ALONE, Answer, as_page, sentence


def graph_page(paths: list[Path], theme: str = "") -> Answer:
    """The interactive page of one trace, or of two; of a damaged one, what is wrong with it."""
    from rung.picture import Graph
    from rung.picture.page import page_of

    try:
        graph, compare = (*(Graph.load(path) for path in paths), None)[:2]
        start = {"theme": theme} if theme in ("light", "dark") else None
        return as_page(page_of(graph, compare, start=start), ALONE)
    except RungError as error:
        return sentence(200, str(error))
