"""What `rung train` leaves of the model itself: its graph, and a table of its layers."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

from rung import random
from rung.config import mode
from rung.dataloaders import DataLoader
from rung.errors import MissingExtraError
from rung.files import write_atomically
from rung.picture import Graph, record
from rung.trainer import Callback

GRAPH, PICTURE, MODEL = "graph.json", "graph.png", "model.json"
SAMPLES = 4  # in the batch whose graph is recorded: enough for statistics, and few numbers


class Portrait(Callback):
    """After the first update, record one small batch on a copy of the model, as ``graph.json`` and ``model.json``.

    The training does not notice: its random numbers, weights and batch statistics are what they would have been.
    """

    def __init__(self, folder: Path, data: Any, loss: Any, title: str = ""):
        self.folder, self.data, self.loss, self.title = folder, data, loss, title
        self._done = (folder / GRAPH).exists()

    def on_step_end(self, trainer: Any) -> None:
        if self._done:
            return
        self._done = True
        before = random.get_state()
        try:
            with random.forked(0), mode(train=True, enable_backprop=True):
                self._sit(copy.deepcopy(trainer.model))
        except Exception as error:  # a picture never ends a training
            print(f"no picture of the graph: {error}")
        finally:
            random.set_state(before)

    def _sit(self, model: Any) -> None:
        x, t = next(iter(DataLoader(self.data, SAMPLES, shuffle=False)))
        with record(self.title) as graph:
            self.loss(model(x), t).backward()
        graph.save(self.folder / GRAPH)
        with write_atomically(self.folder / MODEL) as file:
            file.write(json.dumps(table_of(model.summary(x[:1])), indent=1).encode())


def table_of(summary: Any) -> dict[str, Any]:
    """The table of a model's layers, for one sample, as plain data."""
    totals = ("parameters", "parameter_bytes", "output_bytes", "multiply_adds")
    return {"rows": [row._asdict() for row in summary.rows], **{name: getattr(summary, name) for name in totals}}


def draw_graph(folder: Path) -> list[str]:
    """Draw the graph that was recorded; return the names of what is there."""
    if not (folder / GRAPH).exists():
        return []
    try:
        Graph.load(folder / GRAPH).save(folder / PICTURE)
    except MissingExtraError:  # the page shows it all the same
        return [GRAPH]
    return [GRAPH, PICTURE]
