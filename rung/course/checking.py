"""Runs checks in a process of their own, and says what came: the one reader of results for all that shows them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from rung.course import doubles, state
from rung.course.inside.sentences import NOTHING
from rung.course.pieces import definitions, split
from rung.course.process import Event, run, title_of
from rung.course.table import Course, Step
from rung.course.workspace import Workspace
from rung.files import write_atomically

FORMAT, VERSION = "rung-check", 1


@dataclass
class Result:
    """How one check went.

    Attributes:
        outcome: ``passed``, ``failed``, ``not run`` or ``suspended``
        sentence: why it failed; `expected` and `came` where they are known
        file, line, name, source: where to look in the learner's own code
        output: what the learner's code printed meanwhile
        hint: what the error means and how it is mended, where it is one that can be told
    """

    id: str
    step: int
    title: str
    outcome: str
    case: str = ""
    seconds: float = 0.0
    sentence: str = ""
    expected: str = ""
    came: str = ""
    detail: str = ""
    file: str = ""
    line: int = 0
    name: str = ""
    source: str = ""
    output: str = ""
    hint: str = ""


@dataclass
class Report:
    """How the checks of a step went, and those of the steps before it.

    Attributes:
        problem: what kept the checks from being run, or from proving anything; None in most runs
        notes: what is to be said of the learner's files besides
    """

    step: int
    title: str
    package: str
    results: list[Result] = field(default_factory=list)
    problem: Result | None = None
    notes: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Whether there was something to prove, and all of it was that holds for the learner's state."""
        outcomes = {result.outcome for result in self.results}
        own = any(result.step == self.step for result in self.results)
        return self.problem is None and own and outcomes <= {"passed", "suspended"}

    @property
    def failure(self) -> Result | None:
        """The first thing that is wrong."""
        return self.problem or next((r for r in self.results if r.outcome == "failed"), None)

    def as_json(self) -> dict[str, Any]:
        """The report as the file of `check --json` has it."""
        return {**asdict(self), "passed": self.passed}


def load_report(record: Mapping[str, Any]) -> Report:
    """A report from its JSON."""
    results = [Result(**result) for result in record["results"]]
    problem = record["problem"]
    about = (record["step"], record["title"], record["package"])
    return Report(*about, results, problem and Result(**problem), record["notes"])


# A workspace -------------------------------------------------------------------------------------------------------


def check(
    workspace: Workspace, step: Step, tell: Callable[[Event], None] | None = None, earlier: bool = True
) -> Report:
    """Check a step on the learner's package, then the steps before it; remember the report in `.course/last.json`.

    Args:
        workspace: the learner's
        step: the one whose checks are wanted
        tell: is called with each event as it comes
        earlier: also run what earlier steps have proven, once the step's own checks pass
    """
    number = max(step.id, workspace.reached)
    passed = [n for n in workspace.progress.passed if n < step.id] if earlier else []
    groups = plan(workspace.course, [step.id], sorted(passed), number)
    report = Report(step.id, step.title, workspace.name, suspended(step, number))
    events = run(workspace.root, workspace.name, groups, step.seconds) if groups else iter(())
    for event in events:
        take(report, event)
        if tell is not None:
            tell(event)
    if report.problem is None:
        report.results += not_reached(step, number, report)
    report.notes = doubles.warnings(workspace.files())
    find_places(report, workspace)
    remember(workspace, report)
    return report


def check_many(workspace: Workspace, steps: Sequence[Step]) -> list[Report]:
    """Check several steps in one run, each for itself."""
    number = workspace.reached
    reports = {step.id: Report(step.id, step.title, workspace.name, suspended(step, number)) for step in steps}
    groups = plan(workspace.course, list(reports), [], number)
    events = run(workspace.root, workspace.name, groups, max(step.seconds for step in steps)) if groups else iter(())
    for event in events:
        concerned = [reports[event["step"]]] if "step" in event else list(reports.values())
        for report in concerned:
            take(report, event)
    for step in steps:
        if step.has_quiz and not step.has_check:
            done = step.id in workspace.progress.passed
            outcome = "passed" if done else "not run"
            reports[step.id].results.append(Result("questions", step.id, "the questions are answered", outcome))
        find_places(reports[step.id], workspace)
    return list(reports.values())


def as_json(workspace: Workspace, reports: Sequence[Report]) -> dict[str, Any]:
    """Reports in the form that watch, lists, CI and editors read."""
    return {"format": FORMAT, "version": VERSION, "root": str(workspace.root),
            "reports": [report.as_json() for report in reports]}  # fmt: skip


def remember(workspace: Workspace, report: Report) -> None:
    """Write the last report to where hints and editors find it."""
    with write_atomically(workspace.own / "last.json") as file:
        file.write(f"{json.dumps(as_json(workspace, [report]), indent=2)}\n".encode())


def last_report(workspace: Workspace) -> Report | None:
    """The last report, if it is one of the step that the learner is at."""
    try:
        record = json.loads((workspace.own / "last.json").read_text(encoding="utf-8"))
        report = load_report(record["reports"][0])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return report if report.step == workspace.progress.current else None


def plan(course: Course, own: Sequence[int], earlier: Sequence[int], number: int) -> list[dict[str, Any]]:
    """The files of checks to run, the step's own first, without the checks that do not hold for a state."""
    groups = []
    for n in (*own, *earlier):
        step = course.step(n)
        skip = [test for test in step.tests if not step.holds(test, number)]
        if len(skip) < len(step.tests) or (not step.tests and step.has_check):
            groups.append({"step": n, "path": str(step.check), "skip": skip, "own": n in own})
    return groups


def suspended(step: Step, number: int) -> list[Result]:
    """The checks of a step that do not hold for a state, as results."""
    tests = [test for test in step.tests if not step.holds(test, number)]
    return [Result(test, step.id, f"{title_of(test)} (not in step {number})", "suspended") for test in tests]


def not_reached(step: Step, number: int, report: Report) -> list[Result]:
    """The checks of a step that were not begun, as one before them ended the process."""
    known = {result.id for result in report.results if result.step == step.id}
    tests = [test for test in step.tests if step.holds(test, number) and test not in known]
    return [Result(test, step.id, title_of(test), "not run") for test in tests]


def take(report: Report, event: Event) -> None:
    """Add an event to a report."""
    fields = {name: value for name, value in event.items() if name in Result.__dataclass_fields__}
    if event["event"] == "check":
        report.results.append(Result(**fields))
    elif event["event"] == "problem":
        report.problem = Result(**{"id": "", "step": report.step, "title": "", "outcome": "failed", **fields})


def find_places(report: Report, workspace: Workspace) -> None:
    """Where a failure does not say where to look, the first of the step's definitions that the learner has.

    For a name that is missing it is the file in which the course has it.
    """
    failure = report.failure
    if failure is None or failure.file:
        return
    if failure.came == NOTHING:
        names = state.texts(state.state(workspace.course, workspace.reached))
        file = next((file for file, name in names if name == failure.expected), "")
        failure.file = f"{workspace.name}/{file}" if file else ""
        return
    wanted = state.changed(workspace.course, failure.step)
    text = f"{failure.sentence} {failure.title}"
    wanted.sort(key=lambda key: not re.search(rf"\b{re.escape(key[1].split('.')[-1])}\b", text))
    there = places(workspace)
    for key in wanted:
        if key in there:
            failure.file, failure.line, failure.name = f"{workspace.name}/{key[0]}", there[key], key[1]
            return
    if wanted:
        failure.file = f"{workspace.name}/{wanted[0][0]}"


def places(workspace: Workspace) -> dict[tuple[str, str], int]:
    """The line of every definition of the learner's, by file and qualified name."""
    found = {}
    for file, text in workspace.files().items():
        try:
            source = split(text)
        except SyntaxError:
            continue
        found.update({(file, name): piece.node.lineno for name, piece in definitions(source)})
    return found
