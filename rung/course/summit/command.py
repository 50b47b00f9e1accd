"""The command: what is told, drawn and computed by the learner's framework is put into one page."""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

from rung.course import graphing, process, state, workspace
from rung.course.screen import Screen
from rung.course.summit.drawing import draw
from rung.course.summit.page import MARK, page
from rung.course.summit.telling import Climb
from rung.course.table import Step
from rung.course.workspace import Workspace
from rung.errors import RungError, ValueRangeError
from rung.files import write_atomically

SECONDS = 120.0  # that one figure may take


def summit(options: argparse.Namespace) -> int:
    """Write the page, and open it unless a file is named."""
    work, screen = workspace.find(), Screen()
    if not work.at_summit:
        raise ValueRangeError(
            f"the view from the summit is for after step {work.summit}, but that is not passed yet; "
            f"you are at step {work.step.id}"
        )
    path = work.root / "summit.html" if options.out is None else options.out
    _refuse(path)
    text = page(*seen(work, screen))
    path.parent.mkdir(parents=True, exist_ok=True)
    with write_atomically(path) as file:
        file.write(text.encode())
    screen.say(("written: ", "quiet"), str(path))
    if options.out is None:
        import webbrowser

        webbrowser.open(path.resolve().as_uri())
    return 0


def _refuse(path: Path) -> None:
    """A file that is there and was not written by this command stays."""
    if path.exists() and MARK not in path.read_text(encoding="utf-8", errors="replace")[:200]:
        raise ValueRangeError(f"{path} is there, and is not such a page; choose another file by --out")


def seen(work: Workspace, screen: Screen) -> tuple[Climb, str, dict[int, Any]]:
    """What the page shows: the climb, the page of the graph, and the figures, computed by the learner's framework."""
    climb, figures, graph = Climb(work), {}, ""
    with tempfile.TemporaryDirectory(prefix="rung-summit-") as folder:
        root = Path(folder)
        state.write(climb.files, root / work.name, work.name)
        steps = [rung.step for rung in climb.passed if figure_of(rung.step).is_file()]
        for step in steps:
            screen.say(("your framework draws: ", "quiet"), f"{step.id}  {step.title}")
            try:
                figures[step.id] = figure(root, work.name, step)
            except RungError as error:
                screen.say((f"left out: {error}", "warm"))
        try:
            graph = graph_page(root, work)
        except RungError as error:
            screen.say((f"no graph: {error}", "warm"))
    return climb, graph, figures


def figure_of(step: Step) -> Path:
    """The program of a step that computes a figure; not every step has one."""
    return step.folder / "figure.py"


def figure(root: Path, name: str, step: Step) -> dict[str, Any]:
    """What the figure of a step is made of, computed by the package of a name in a folder."""
    from rung.course.inside.learner import called

    file = figure_of(step)
    wanted = {"do": "demo", "root": str(root), "name": name, "file": file.name,
              "text": called(file.read_text(encoding="utf-8"), name)}  # fmt: skip
    events = list(process.ask(wanted, root / "errors.txt", SECONDS))
    if not events or events[0]["error"]:
        why = events[0]["error"] if events else f"no end within {SECONDS:g} s"
        raise ValueRangeError(f"the figure of step {step.id} fails on your framework: {why}")
    found: dict[str, Any] = json.loads(events[0]["text"])
    draw(found)
    return found


def graph_page(root: Path, work: Workspace) -> str:
    """The page that plays the graph of the step at the summit."""
    from rung.picture.graph import Graph

    step = work.course.step(work.summit)
    trace = graphing.trace_of(root, work.name, graphing.program(step), f"{work.name}: {step.title}")
    file = root / "graph.html"
    Graph.from_json(json.dumps(trace)).save(file)
    return file.read_text(encoding="utf-8")
