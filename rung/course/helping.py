"""What helps on the way: `hint`, `demo`, `diff`, `solution`."""

from __future__ import annotations

import argparse
import itertools
import os
import subprocess
import sys
from pathlib import Path

from rung.course import answers, checking, diffing, hints, lesson, process, state, workspace
from rung.course.checking import Result
from rung.course.inside.learner import called
from rung.course.screen import Screen
from rung.course.table import Step
from rung.course.workspace import Workspace, chosen
from rung.errors import ValueRangeError
from rung.files import write_atomically

Options = argparse.Namespace


def hint(options: Options) -> int:
    """The next hint for the check or the question that failed."""
    work, screen = workspace.find(), Screen()
    return 0 if give_hint(work, screen, options.check) else 1


def give_hint(work: Workspace, screen: Screen, wanted: str | None = None, watching: bool = False) -> bool:
    """Show the next hint for what failed, or for the check that is named; say whether there was one."""
    step, name, failure = find_check(work, wanted)
    found = hints.next_hint(work, step, name, failure)
    if found is None:
        screen.say((f"there is no hint for {name}", "quiet"))
        return False
    screen.gap()
    screen.say((f"hint {found.level} of {found.count}  ", "warm"), (name, "quiet"))
    if failure is not None and name.startswith(answers.PREFIX):
        screen.remark(failure.title)
    screen.remark(found.text)
    if found.again:
        _say_what_else(screen, name, step.has_check, watching)
    screen.gap()
    return True


def _say_what_else(screen: Screen, name: str, code: bool, watching: bool) -> None:
    """What helps when all hints are taken."""
    ways = [("the lesson", "press s" if watching else "rung learn show")]
    if code:
        ways += [("what you have changed", "press d" if watching else "rung learn diff")]
        ways += [("the solution, on giving up", "rung learn solution --give-up")]
    else:
        ways += [("other numbers", "press a, then: new" if watching else "rung learn check --new")]
    screen.gap()
    screen.say((f"these are all the hints for {name or 'this error'}; what else helps:", "quiet"))
    for what, how in ways:
        screen.say((f"{what}:  ", "quiet"), (how, "accent"))


def find_check(work: Workspace, wanted: str | None) -> tuple[Step, str, Result | None]:
    """What a hint is wanted for: the check or question that is named, or the one that failed last."""
    report = _last(work)
    if wanted is not None:
        if wanted not in (known := hints.names(work, work.step)):
            raise ValueRangeError(
                f"step {work.step.id} has no hints for {wanted}; it has some for {', '.join(known) or 'none'}"
            )
        results = report.results if report else ()
        return work.step, wanted, next((r for r in results if r.id == wanted and r.outcome == "failed"), None)
    failure = report.failure or next((r for r in report.results if r.outcome == "not run"), None) if report else None
    if failure is None:
        raise ValueRangeError("no check has failed, so there is no hint to give; rung learn check runs them")
    if not failure.id and not failure.hint:
        raise ValueRangeError(f"a hint is for a check, but none could run: {failure.sentence}")
    return work.course.step(failure.step), failure.id, failure


def _last(work: Workspace) -> checking.Report | None:
    """How things stand: by the last run of the checks, or by one that is made now; with questions, as they are."""
    step, report = work.step, checking.last_report(work)
    failure = report.failure if report else None
    code_failed = failure is not None and not failure.id.startswith(answers.PREFIX)
    if step.has_quiz and (not step.has_check or (report is not None and not code_failed)):
        return answers.report(work, step)
    return checking.check(work, step) if report is None and step.has_check else report


def demo(options: Options) -> int:
    """Run what the step has to see, on the learner's own framework; or copy it, to be changed."""
    work, screen = workspace.find(), Screen()
    step = chosen(work, options)
    if options.copy:
        copy_demo(work, step, screen)
        return 0
    return run_demo(work, step, screen)


def run_demo(work: Workspace, step: Step, screen: Screen) -> int:
    """Run a demo with this terminal as its own; return its status."""
    _has_demo(step)
    settings = {"RUNG_COURSE_ROOT": str(work.root), "RUNG_COURSE_NAME": work.name, "PYTHONUTF8": "1"}
    command = [sys.executable, "-P", "-B", str(process.START), "run", str(step.demo)]
    status = subprocess.run(command, cwd=work.root, env=os.environ | settings).returncode
    if status == 0:
        screen.gap()
        screen.say(("to change it and try:  ", "quiet"), ("rung learn demo --copy", "accent"))
    elif step.id not in work.progress.passed:
        screen.say(("it runs once the step is written; its checks say how far you are:  ", "quiet"),
                   ("rung learn check", "accent"))  # fmt: skip
    return status


def copy_demo(work: Workspace, step: Step, screen: Screen) -> Path:
    """Put a demo into the playground as the learner would write it; a file that is there stays as it is."""
    _has_demo(step)
    text = called(step.demo.read_text(encoding="utf-8"), work.name).encode()
    stem = step.name.replace("-", "_")
    names = (f"{stem}_{number}.py" if number > 1 else f"{stem}.py" for number in itertools.count(1))
    paths = (work.root / "playground" / name for name in names)
    path = next(path for path in paths if not path.exists() or path.read_bytes() == text)
    path.parent.mkdir(exist_ok=True)
    with write_atomically(path) as file:
        file.write(text)
    screen.say(("written: ", "quiet"), f"playground/{path.name}")
    screen.say((f"run it from {work.root}:  ", "quiet"), (f"python -m playground.{path.stem}", "accent"))
    return path


def _has_demo(step: Step) -> None:
    if not step.demo.is_file():
        raise ValueRangeError(f"step {step.id} has no demo")


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
