"""Which address shows what. A file is found by its name in a listing, so that no path from outside is ever opened."""

from __future__ import annotations

import html
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from rung.viewing.answer import Answer, as_it_is, as_json, as_page, own_file, own_files, own_text, sentence
from rung.viewing.graphs import graph_page
from rung.viewing.run import GRAPH, KINDS, Run, find_runs
from rung.viewing.theme import theme_css
from rung.viewing.weights import WeightTable

FEW = 300  # points in a curve where there are many
Query = Mapping[str, str]


class Site:
    """What all sites have: the files of our own pages. One request at a time is answered."""

    def __init__(self) -> None:
        self._busy = threading.Lock()

    def answer(self, address: str, query: Query) -> Answer:
        """The answer to a request, of which the address is relative to the first page."""
        if address == "theme.css":
            return Answer(200, "text/css; charset=utf-8", theme_css().encode())
        if address in own_files():
            return own_file(address)
        page = self.pages().get(address)
        if page is None:
            return sentence(404, "There is nothing under this address.")
        with self._busy:
            return page(query)

    def pages(self) -> Mapping[str, Callable[[Query], Answer]]:
        """What there is, by address."""
        raise NotImplementedError


class FileSite(Site):
    """One file as it is: a page or a picture."""

    def __init__(self, path: Path):
        super().__init__()
        self.path = path

    def pages(self) -> Mapping[str, Callable[[Query], Answer]]:
        return {"": lambda query: as_it_is(self.path)}


class GraphSite(Site):
    """The page of one trace, or of two beside one another."""

    def __init__(self, paths: list[Path]):
        super().__init__()
        self.paths = paths

    def pages(self) -> Mapping[str, Callable[[Query], Answer]]:
        return {"": lambda query: graph_page(self.paths)}


class WeightSite(Site):
    """The table of a file of weights."""

    def __init__(self, path: Path):
        super().__init__()
        self.table = WeightTable(path)

    def pages(self) -> Mapping[str, Callable[[Query], Answer]]:
        return {
            "": lambda query: _shell("weights", self.table.path.name),
            "weights.json": lambda query: as_json(self.table.table()),
        }


class RunSite(Site):
    """Runs, found in a folder whenever somebody asks, or named one by one; a single one has no list."""

    def __init__(self, find: Callable[[], list[Path]], title: str, single: bool = False):
        super().__init__()
        self.find, self.title, self.single = find, title, single
        self._runs: dict[Path, Run] = {}
        self._tables: dict[Path, WeightTable] = {}

    def pages(self) -> Mapping[str, Callable[[Query], Answer]]:
        return {
            "": self._first_page, "run": self._run_page, "runs.json": self._runs_json, "run.json": self._run_json,
            "file": self._file, "weights.json": self._weights, "graph": self._graph,
        }  # fmt: skip

    def runs(self) -> dict[str, Run]:
        """The runs by name; two folders of one name are told apart by a number."""
        found: dict[str, Run] = {}
        for folder in self.find():
            name, number = folder.name, 2
            while name in found:
                name, number = f"{folder.name} ({number})", number + 1
            found[name] = self._runs.setdefault(folder, Run(name, folder))
        return found

    def _first_page(self, query: Query) -> Answer:
        return _shell("run" if self.single else "runs", self.title)

    def _run_page(self, query: Query) -> Answer:
        run = self._run(query)
        return sentence(404, "There is no such run.") if run is None else _shell("run", run.name)

    def _runs_json(self, query: Query) -> Answer:
        runs = [run.facts(points=FEW) for run in self.runs().values()]
        return as_json({"title": self.title, "runs": runs})

    def _run_json(self, query: Query) -> Answer:
        run = self._run(query)
        if run is None:
            return sentence(404, "There is no such run.")
        return as_json(run.facts())

    def _run(self, query: Query) -> Run | None:
        runs = self.runs()
        return next(iter(runs.values()), None) if self.single else runs.get(query.get("run", ""))

    def _path(self, query: Query, kind: str) -> Path | None:
        """A file of a run, if its name and kind stand in the listing of its folder."""
        run = self._run(query)
        for file in run.files() if run is not None else []:
            if file["name"] == query.get("file") and kind in (file["kind"], ""):
                return run.folder / str(file["name"])  # type: ignore[union-attr]
        return None

    def _file(self, query: Query) -> Answer:
        path = self._path(query, "")
        if path is None or KINDS.get(path.suffix.lower()) not in ("picture", "text", "page"):
            return sentence(404, "There is no such file.")
        return as_it_is(path)

    def _weights(self, query: Query) -> Answer:
        path = self._path(query, "weights")
        if path is None:
            return sentence(404, "There is no such file of weights.")
        return as_json(self._tables.setdefault(path, WeightTable(path)).table())

    def _graph(self, query: Query) -> Answer:
        path = self._path({**query, "file": GRAPH}, "")
        if path is None:
            return sentence(404, "The run has no graph.json.")
        return graph_page([path], query.get("theme", ""))


def runs_in(folder: Path) -> RunSite:
    """The runs of a folder, also those that begin later."""
    return RunSite(lambda: find_runs(folder), folder.resolve().name or str(folder))


def _shell(script: str, title: str) -> Answer:
    """One of our own pages: a frame that its script fills."""
    values: dict[str, Any] = {"script": f"{script}.js", "title": html.escape(title)}
    page = own_text("page.html")
    for name, value in values.items():
        page = page.replace(f"{{{{{name}}}}}", value)
    return as_page(page)
