"""`rung learn graph`: the graph of a step, made of the learner's own objects, played in the page of the picture."""

from __future__ import annotations

import argparse
import base64
import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

import rung
from rung.course import process, workspace
from rung.course.screen import Screen
from rung.course.table import Step
from rung.course.workspace import Workspace, chosen
from rung.errors import ValueRangeError

FIRST = 7  # the step from which on a variable knows its creator
SECONDS = 60.0  # that the program of a graph may take


def graph(options: argparse.Namespace) -> int:
    """Open the page, or write a file."""
    work, screen = workspace.find(), Screen()
    show(work, chosen(work, options), screen, options.out)
    return 0


def show(work: Workspace, step: Step, screen: Screen, out: Path | None = None) -> None:
    """Run the step's program on the learner's framework and show what it built."""
    from rung.picture.graph import Graph

    found = Graph.from_json(json.dumps(trace(work, step)))
    path = work.own / "graphs" / f"{step.name}.html" if out is None else out
    path.parent.mkdir(parents=True, exist_ok=True)
    found.save(path)
    screen.say(("written: ", "quiet"), str(path))
    if out is None:
        import webbrowser

        webbrowser.open(path.resolve().as_uri())


def program(step: Step) -> Path:
    """What is run for the graph of a step: its own program for that, or its demo."""
    own = step.folder / "graph.py"
    if step.id < FIRST or not (own.is_file() or step.demo.is_file()):
        raise ValueRangeError(f"step {step.id} has no graph: variables know their creators from step {FIRST} on")
    return own if own.is_file() else step.demo


def trace(work: Workspace, step: Step) -> dict[str, Any]:
    """The trace of a step's program on the learner's framework."""
    return trace_of(work.root, work.name, program(step), f"step {step.id}: {step.title}")


def trace_of(root: Path, name: str, file: Path, title: str) -> dict[str, Any]:
    """The trace of a program on the package of a name in a folder, in the format of docs/trace.md."""
    wanted = {
        "do": "trace",
        "root": str(root),
        "name": name,
        "file": file.name,
        "text": file.read_text(encoding="utf-8"),
    }
    with tempfile.TemporaryDirectory(prefix="rung-graph-") as folder:
        events = list(process.ask(wanted, Path(folder) / "errors.txt", SECONDS))
    if not events:
        raise ValueRangeError(f"the graph of {file.name} did not come to an end within {SECONDS:g} s")
    if events[0]["error"]:
        raise ValueRangeError(f"the program of the graph fails on your framework: {events[0]['error']}")
    found: dict[str, Any] = events[0]["trace"]
    return described({**found, "title": title, "rung": rung.__version__})


def described(found: dict[str, Any]) -> dict[str, Any]:
    """A trace with statistics in place of raw arrays."""
    for value in found["values"]:
        for entry in (*value["arrays"], *value["gradients"]):
            entry[1] = describe(entry[1])
    for event in found["events"]:
        for arrival in event.get("arrivals", ()):
            arrival["array"] = describe(arrival["array"])
    return found


def describe(raw: dict[str, Any]) -> dict[str, Any]:
    """What a picture knows of an array, in the form of JSON."""
    from rung.picture.arrays import describe_array
    from rung.picture.trace import plain

    array = np.frombuffer(base64.b64decode(raw["raw"]), raw["dtype"]).reshape(raw["shape"])
    found: dict[str, Any] = plain(describe_array(array))
    return found
