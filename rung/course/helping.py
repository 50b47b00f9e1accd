"""What helps on the way: `hint`, `demo`, `diff`, `solution`."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys

from rung.course import checking, diffing, hints, lesson, process, state, workspace
from rung.course.inside.learner import called
from rung.course.screen import Screen
from rung.course.table import Step
from rung.course.workspace import Workspace, chosen
from rung.errors import ValueRangeError

Options = argparse.Namespace


def hint(options: Options) -> int:
    """The next hint for the check that failed."""
    work, screen = workspace.find(), Screen()
    step, wanted = find_check(work, options.check)
    found = hints.next_hint(work, step, wanted)
    if found is None:
        screen.say((f"there is no hint for {wanted}", "quiet"))
        return 1
    show_hint(work, screen, step, wanted, found)
    return 0


def find_check(work: Workspace, wanted: str | None) -> tuple[Step, str]:
    """The check that a hint is wanted for: the one that is named, or the one that failed last."""
    if wanted is not None:
        if wanted not in hints.hints_of(work.step, work.progress.language):
            known = ", ".join(hints.hints_of(work.step, work.progress.language)) or "none"
            raise ValueRangeError(f"step {work.step.id} has no hints for {wanted}; it has some for {known}")
        return work.step, wanted
    report = checking.last_report(work)
    if report is None and work.step.has_check:
        report = checking.check(work, work.step)
    failure = report.failure if report else None
    if failure is None:
        raise ValueRangeError("no check has failed, so there is no hint to give; rung learn check runs them")
    if not failure.id:
        raise ValueRangeError(f"a hint is for a check, but none could run: {failure.sentence}")
    return work.course.step(failure.step), failure.id


def show_hint(work: Workspace, screen: Screen, step: Step, wanted: str, found: tuple[int, str]) -> None:
    """A hint with its level."""
    level, text = found
    screen.gap()
    screen.say((f"hint {level} of {hints.LEVELS}  ", "warm"), (wanted, "quiet"))
    screen.prose(text)
    screen.gap()


def demo(options: Options) -> int:
    """Run what the step has to see, on the learner's own framework."""
    work = workspace.find()
    return run_demo(work, chosen(work, options))


def run_demo(work: Workspace, step: Step) -> int:
    """Run a demo with this terminal as its own; return its status."""
    if not step.demo.is_file():
        raise ValueRangeError(f"step {step.id} has no demo")
    settings = {"RUNG_COURSE_ROOT": str(work.root), "RUNG_COURSE_NAME": work.name, "PYTHONUTF8": "1"}
    command = [sys.executable, "-P", "-B", str(process.START), "run", str(step.demo)]
    return subprocess.run(command, cwd=work.root, env=os.environ | settings).returncode


def diff(options: Options) -> int:
    """Compare with the solution once the step is passed; before, with what the step began with."""
    work, screen = workspace.find(), Screen()
    step = chosen(work, options)
    if options.course and not (options.give_up or step.id in work.progress.passed):
        raise ValueRangeError(_locked(step))
    if options.give_up:
        work.give_up(step.id)
    if options.course:
        screen.say(("- before   + after this step", "quiet"))
        _show_diffs(screen, diffing.of_step(work.course, step.id, work.name), "this step has no code")
    else:
        show_diff(work, step, screen, options.give_up, options.since)
    return 0


def show_diff(work: Workspace, step: Step, screen: Screen, give_up: bool = False, since: bool = False) -> None:
    """The learner's code against the solution's, if it may be seen, or against what the step began with."""
    open_now = give_up or step.id in work.progress.passed
    if open_now and not since:
        screen.say(("- yours   + the solution's", "quiet"))
        _show_diffs(screen, diffing.with_solution(work, step.id), "this step has no code")
        return
    _show_diffs(screen, diffing.since_begin(work, step.id), "nothing has changed since the step began")
    if not open_now:
        screen.say(("the solution is compared once the step is passed, or with --give-up", "quiet"))


def _locked(step: Step) -> str:
    return f"the solution of step {step.id} is for after passing it; to see it now: rung learn solution --give-up"


def _show_diffs(screen: Screen, parts: list[tuple[str, str]], nothing: str) -> None:
    if not parts:
        screen.say((nothing, "quiet"))
    for title, text in parts:
        screen.gap()
        screen.say((title, "bold"))
        if all(line.startswith(" ") for line in text.splitlines()):
            screen.say(("the same", "quiet"))
        else:
            screen.code(text, "diff")
    screen.gap()


def solution(options: Options) -> int:
    """The course's own code for a step, after passing it or on giving up."""
    work, screen = workspace.find(), Screen()
    step = chosen(work, options)
    if step.id not in work.progress.passed and not options.give_up:
        raise ValueRangeError(_locked(step))
    work.give_up(step.id)
    screen.say((f"step {step.id}, {step.title}: a solution; yours may differ and be as good", "quiet"))
    files = state.state(work.course, step.id)
    keys = state.changed(work.course, step.id)
    for file in dict.fromkeys(file for file, _ in keys):
        names = [name for f, name in keys if f == file and (file, name.rpartition(".")[0]) not in keys]
        screen.gap()
        screen.say((f"{work.name}/{file}", "bold"))
        screen.code(called(lesson.excerpt(files, step, file, names), work.name))
    if not keys:
        screen.say(("this step has no code", "quiet"))
    screen.gap()
    return 0
