"""What a learner sees: in a terminal with colours and a ladder, elsewhere plain lines of one form."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import asdict, replace
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text
from rich.theme import Theme

from rung.course.checking import Report, Result
from rung.course.process import Event
from rung.course.prose import WIDTH, Prose, coloured, verbatim
from rung.course.table import Course, Step
from rung.course.workspace import Workspace, standing

THEME = Theme({
    "ok": "#4fa36c", "bad": "#d0675f", "accent": "#4f8fd0", "key": "bold #4f8fd0", "quiet": "#868c96",
    "faint": "#868c96 dim", "warm": "#c08a35", "struck": "#d0675f dim strike",
    "markdown.code": "#c08a35", "markdown.item.bullet": "#868c96", "markdown.item.number": "#868c96",
    "markdown.link": "#4f8fd0", "markdown.link_url": "#4f8fd0", "markdown.block_quote": "#868c96",
    "markdown.hr": "#868c96", "markdown.h1": "bold", "markdown.h2": "bold", "markdown.h3": "bold",
})  # fmt: skip


def _place(failure: Result) -> str:
    """Where to look, in the form that editors and terminals make a link of."""
    line = f":{failure.line}" if failure.line else ""
    return f"{failure.file}{line}" + (f"  {failure.name}" if failure.name else "")


def _summary(report: Report) -> str:
    """How many checks have passed; where none could run, what kept them from it."""
    if report.problem is not None:
        place = _place(replace(report.problem, name="")) if report.problem.file else ""
        return "no check could run: " + (f"{place}: " if place else "") + report.problem.sentence
    own = [r for r in report.results if r.step == report.step and r.outcome != "suspended"]
    passed = sum(r.outcome == "passed" for r in own)
    lost = sum(r.step != report.step and r.outcome == "failed" for r in report.results)
    return f"{passed} of {len(own)} checks passed" + (f"; {lost} of earlier steps failed" if lost else "")


class Screen:
    """Writes to one console."""

    def __init__(self, console: Console | None = None):
        self.console = console or Console(theme=THEME, highlight=False, soft_wrap=False, emoji=False)
        self.plain = not self.console.is_terminal
        if self.plain:
            self.console.width = max(self.console.width, 400)  # lines are never broken for programs that read them
        self.ascii = self.console.options.ascii_only

    def say(self, *parts: str | tuple[str, str], indent: int = 2) -> None:
        """One line of text, of pieces with a style or without."""
        text = Text.assemble(*parts)
        if self.plain:
            self.console.print(text, soft_wrap=True)
        else:
            self._wrapped(text, indent)

    def _wrapped(self, text: Text, indent: int) -> None:
        for line in text.wrap(self.console, min(self.console.width - indent, WIDTH)) or [Text("")]:
            line.rstrip()
            self.console.print(Text(" " * indent) + line)

    def gap(self) -> None:
        """An empty line, in a terminal."""
        if not self.plain:
            self.console.print()

    # Where the learner is --------------------------------------------------------------------------------------

    def header(self, workspace: Workspace, step: Step) -> None:
        """The number and title of a step, and the ladder."""
        if self.plain:
            self.say(f"step {step.id}: {step.title}")
            return
        stage = workspace.course.stages.get(step.stage, "")
        self.gap()
        self.say(
            (f"{step.id} ", "key"),
            (step.title, "bold"),
            (f"   stage {step.stage}: {stage}".rstrip(": "), "quiet"),
        )
        for line in self.ladder(workspace):
            self.console.print(Text("  ") + line, no_wrap=True, overflow="crop")
        self.gap()

    def ladder(self, workspace: Workspace) -> list[Text]:
        """The ladder on its side: a rung for each step, bright where it is passed; a little apart, those above it."""
        course = workspace.course
        rows, numbers = [Text(), Text()], range(1, max(course.total, course.last) + 1)
        for number in numbers:
            style, signs = self._rung(workspace, number)
            for row, sign in zip(rows, signs, strict=True):
                row.append(sign, style)
                if number in course.ends and number < numbers[-1]:
                    row.append(" ")
        on, *above = standing(workspace).split(", ")
        rows[1].append(f"  {on}", "quiet")
        rows[0].append("".join(f"  {words}" for words in above), "quiet")
        return rows

    def _rung(self, workspace: Workspace, number: int) -> tuple[str, str]:
        top, bottom = ("#", "#") if self.ascii else ("┬", "┴")
        if number == workspace.progress.current:
            return ("key", "@@" if self.ascii else "╥╨")
        if number in workspace.progress.passed:
            return ("ok", top + bottom)
        if number in workspace.course.steps:
            return ("quiet", "--" if self.ascii else top + bottom)
        return ("faint", ".." if self.ascii else "╌╌")

    def steps(self, workspace: Workspace) -> None:
        """All steps, by stages."""
        course: Course = workspace.course
        stage = None
        for step in course.steps.values():
            if step.stage != stage and not self.plain:
                stage = step.stage
                self.gap()
                self.say((f"stage {stage}  ", "quiet"), (course.stages.get(stage, ""), "bold"))
            self._row(workspace, step)
        if course.last < course.total:
            self.gap()
            self.say((f"steps {course.last + 1} to {course.total} are still to be made", "quiet"))

    def _row(self, workspace: Workspace, step: Step) -> None:
        progress = workspace.progress
        passed, here = progress.passed.get(step.id), step.id == progress.current
        word = "passed" if passed else "open"
        if self.plain:
            self.say(f"{step.id:>2}  {word:<6}  {'*' if here else ' '}  {step.title}")
            return
        sign, style = ("✓", "ok") if passed else ("●", "accent") if here else ("·", "quiet")
        if self.ascii:
            sign = "x" if passed else ">" if here else "."
        note = "".join(f"   {text}" for text in (
            "you are here" if here else "", "questions" if step.kind == "theory" else "",
            "with the solution" if passed and step.id in progress.given_up else "",
        ) if text)  # fmt: skip
        self.say(
            (f"{sign} ", style), (f"{step.id:>2}  ", "quiet"), (step.title, "bold" if here else ""), (note, "quiet")
        )

    # How checks went -------------------------------------------------------------------------------------------

    def event(self, event: Event, step: Step) -> None:
        """A check as it comes, if it is one of the step's own."""
        if event["event"] == "check" and event["step"] == step.id:
            self.result(event)

    def result(self, event: Event) -> None:
        """One check: whether it passed, and what it proves."""
        outcome, case = event["outcome"], event.get("case", "")
        title = event["title"] + (f" ({case})" if case else "")
        if self.plain:
            word = {"passed": "ok", "failed": "FAILED", "not run": "-", "suspended": "-"}[outcome]
            self.say(f"{word:<6}  {event['id']}  {title}")
            return
        sign, style = {"passed": ("✓", "ok"), "failed": ("✗", "bad")}.get(outcome, ("·", "quiet"))
        if self.ascii:
            sign = {"passed": "+", "failed": "x"}.get(outcome, ".")
        self.say((f"{sign} ", style), (title, "quiet" if outcome not in ("passed", "failed") else ""))

    def question(self, result: Result) -> None:
        """One question: whether it is answered right, and what is to be said of the answer."""
        said = result.sentence if result.outcome != "not run" else ""
        if self.plain:
            self.result({**asdict(result), "title": result.title + (f"   {said}" if said else "")})
            return
        self.result(asdict(result))
        if said:
            self.say((said, "bad" if result.outcome == "failed" else "quiet"), indent=4)

    def report(self, report: Report, left: int = 0, hinted: str = "rung learn hint") -> None:
        """The outcome of all checks: what failed first, in full, or that the step is passed."""
        failure = report.failure
        if failure is not None:
            self.failure(failure, report, left, hinted)
        for note in report.notes:
            self.say(("note: " if self.plain else "", "warm"), (note, "warm"))
        earlier = [r for r in report.results if r.step != report.step and r.outcome == "passed"]
        if earlier:
            self.say((f"and {len(earlier)} checks of earlier steps hold", "quiet"))
        if self.plain:
            self.say(_summary(report))

    def failure(self, failure: Result, report: Report, left: int = 0, hinted: str = "") -> None:
        """What was expected, what came, where to look, and how to get a hint."""
        self.gap()
        if failure.step != report.step:
            self.say((f"step {failure.step} held before, and does not any longer: {failure.title}", "bad"))
        rows: list[tuple[str, Any]] = [("", failure.sentence)]
        if failure.expected and failure.came:
            what = failure.sentence.partition(": expected ")[0] if ": expected " in failure.sentence else ""
            rows = [("", what or failure.sentence), ("expected", failure.expected), ("came", failure.came)]
        if failure.detail:
            rows.append(("", failure.detail))
        if failure.file:
            rows.append(("look at", _place(failure)))
        if failure.source:
            rows.append(("", coloured(failure.source, "python")[0]))
        if failure.output.strip():
            rows.append(("printed", failure.output.rstrip()))
        if left:
            rows.append(("hint", f"{hinted}   {left} left"))
        self._rows([(name, text) for name, text in rows if text])

    def _rows(self, rows: Iterable[tuple[str, Any]]) -> None:
        if self.plain:
            for name, text in rows:
                for line in str(text).splitlines():
                    self.say(f"        {name + ': ' if name else ''}{line}")
            return
        table = Table.grid(padding=(0, 2))
        table.add_column(style="quiet", justify="right", width=10)
        table.add_column(overflow="fold", max_width=WIDTH)
        for name, text in rows:
            style = {"expected": "ok", "came": "bad", "look at": "accent"}.get(name, "")
            table.add_row(name, text if isinstance(text, Text) else Text(str(text), style))
        self.console.print(table)
        self.gap()

    # Text ------------------------------------------------------------------------------------------------------

    def prose(self, text: str, pager: bool = False) -> None:
        """A lesson; longer ones in a pager, if that is wanted."""
        if self.plain:
            self.console.print(text, markup=False, soft_wrap=True)
            return
        shown = Padding(Prose(text), (0, 0, 0, 2))
        width = min(self.console.width - 1, WIDTH + 4)
        if pager and text.count("\n") > self.console.height:
            os.environ.setdefault("LESS", "-R")
            with self.console.pager(styles=True):
                self.console.print(shown, width=width)
        else:
            self.console.print(shown, width=width)

    def remark(self, text: str) -> None:
        """A hint or a question: in it, only code between backticks and one *word* are marked."""
        self.prose(text if self.plain else verbatim(text))

    def code(self, text: str, language: str = "python") -> None:
        """A piece of code or of a diff."""
        if self.plain:
            self.console.print(text, markup=False, soft_wrap=True)
        else:
            self.prose(f"```{language}\n{text}\n```")
