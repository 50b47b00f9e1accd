"""What kind of thing somebody wants to look at."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from rung.errors import ValueRangeError
from rung.viewing.run import find_runs, is_run
from rung.viewing.site import FileSite, GraphSite, RunSite, Site, WeightSite, runs_in

AS_IT_IS = (".html", ".svg", ".png")
WEIGHTS = (".npz", ".safetensors", ".pt", ".pth")


def site_of(paths: Sequence[Path]) -> Site:
    """The site for files or folders that somebody named.

    Raises:
        ValueRangeError: nothing is shown of such a thing.

    >>> site_of([Path("nowhere")])
    Traceback (most recent call last):
    rung.errors.ValueRangeError: rung view: there is no nowhere
    """
    paths = [Path(os.path.abspath(path)) if path.exists() else path for path in paths]
    for path in paths:
        if not path.exists():
            raise ValueRangeError(f"rung view: there is no {path}")
    if all(path.is_dir() for path in paths):
        return _of_folders(paths)
    if len(paths) == 1:
        return _of_file(paths[0])
    if len(paths) == 2 and all(path.suffix.lower() == ".json" for path in paths):
        return GraphSite(paths)
    raise ValueRangeError("rung view: expected one file, two traces (.json) to compare, or folders of runs")


def _of_file(path: Path) -> Site:
    suffix = path.suffix.lower()
    if suffix == ".json":
        return GraphSite([path])
    if suffix in WEIGHTS:
        return WeightSite(path)
    if suffix in AS_IT_IS:
        return FileSite(path)
    known = ", ".join((".json", *WEIGHTS, *AS_IT_IS))
    raise ValueRangeError(f"rung view: expected a folder of a run or a file {known}, but got {path.name}")


def _of_folders(folders: list[Path]) -> Site:
    if len(folders) == 1 and is_run(folders[0]):
        return RunSite(lambda: folders, folders[0].name, single=True)
    if len(folders) == 1:
        return runs_in(folders[0])
    return RunSite(lambda: [run for folder in folders for run in ([folder] if is_run(folder) else find_runs(folder))],
                   f"{len(folders)} folders")  # fmt: skip
