"""`check`: runs the checks of a step, puts its questions, and remembers what is passed."""

from __future__ import annotations

import argparse
import json
import sys

from rung.course import answering, answers, checking, hints, workspace
from rung.course.screen import Screen
from rung.course.table import Step
from rung.course.workspace import Workspace, chosen, still_open
from rung.errors import ValueRangeError

Options = argparse.Namespace


def check(options: Options) -> int:
    """Check a step, or all that are passed and the current one."""
    work = workspace.find()
    if options.all:
        return _check_all(work, options)
    step = chosen(work, options)
    if options.new:
        _draw_again(work, step)
    if options.json:
        reports = [check_quietly(work, step, options.answers)]
        return _print_json(work, reports)
    screen = Screen()
    screen.header(work, step)
    return 0 if check_step(work, step, screen, options.answers) else 1


def check_step(
    work: Workspace, step: Step, screen: Screen, given: list[str] | None = None, watching: bool = False
) -> bool:
    """Check code and questions of a step, show how it went, and remember it if it is passed.

    Args:
        given: answers to the questions; without them the learner is asked, if there is a terminal
        watching: keys do what commands do elsewhere, and nothing is asked
    """
    if step.has_check:
        report = checking.check(work, step, lambda event: screen.event(event, step))
        failure = report.failure
        left = hints.left(work, work.course.step(failure.step), failure.id, failure) if failure else 0
        screen.report(report, left, "press h" if watching else "rung learn hint")
        if not report.passed:
            return False
    if step.has_quiz and not _answered(work, step, screen, given, watching):
        return False
    passed(work, step, screen, watching)
    return True


def _draw_again(work: Workspace, step: Step) -> None:
    if not step.has_quiz:
        raise ValueRangeError(f"--new gives questions other numbers, but step {step.id} has none")
    answers.draw_again(work, step)


def _answered(work: Workspace, step: Step, screen: Screen, given: list[str] | None, watching: bool) -> bool:
    """Whether all questions are answered; each is shown with its verdict, in a terminal the open ones are put."""
    if given:
        answers.take(work, step, given)
    elif not watching and not screen.plain and sys.stdin.isatty():
        answering.Interview(work, step, screen).converse()
    report = answers.report(work, step)
    if given or not report.passed:
        for result in report.results:
            screen.question(result)
    if not report.passed:
        how = "press a to answer" if watching else "answer in a terminal, or: rung learn check --answers 3 1/2 …"
        more = "" if watching else "     other numbers: rung learn check --new"
        screen.say((how + more, "quiet"))
    checking.remember(work, report)
    return report.passed


def passed(work: Workspace, step: Step, screen: Screen, watching: bool = False) -> None:
    """Say that a step is passed, and, where no keys do it, what may come next."""
    complaint = work.pass_step(step.id)
    screen.gap()
    screen.say((f"Step {step.id} is passed.", "ok"), (f"   {workspace.standing(work)}", "quiet"))
    if complaint:
        screen.say((f"not committed: {complaint}", "warm"))
    if work.at_summit and step.id in (work.summit, work.course.last):
        screen.say("What you have built, on one page, to look at and to show:  ", ("rung learn summit", "accent"))
    if step.id == work.course.last:
        screen.say(still_open(work))
    elif not watching:
        screen.say(
            ("go on:  ", "quiet"), ("rung learn next", "accent"),
            ("     compare:  ", "quiet"), ("rung learn diff", "accent"),
        )  # fmt: skip
    screen.gap()


def check_quietly(work: Workspace, step: Step, given: list[str] | None = None) -> checking.Report:
    """Check a step without a word; remember it if it is passed."""
    report = checking.check(work, step) if step.has_check else None
    if step.has_quiz and (report is None or report.passed):
        if given:
            answers.take(work, step, given)
        asked = answers.report(work, step)
        asked.results = (report.results if report else []) + asked.results
        report = asked
        checking.remember(work, report)
    if report is None:
        raise ValueRangeError(f"step {step.id} has nothing to check; your course is damaged: reinstall Rung")
    if report.passed:
        work.pass_step(step.id)
    return report


def _check_all(work: Workspace, options: Options) -> int:
    numbers = sorted({*work.progress.passed, work.progress.current})
    reports = checking.check_many(work, [work.course.step(number) for number in numbers])
    if options.json:
        return _print_json(work, reports)
    screen = Screen()
    for report in reports:
        sign, style = ("✓", "ok") if report.passed else ("✗", "bad")
        word = ("passed" if report.passed else "FAILED") if screen.plain or screen.ascii else sign
        screen.say((f"{word} ", style), (f"{report.step:>2}  ", "quiet"), report.title)
        if report.failure:
            screen.failure(report.failure, report, 0)
    return 0 if all(report.passed for report in reports) else 1


def _print_json(work: Workspace, reports: list[checking.Report]) -> int:
    print(json.dumps(checking.as_json(work, reports), indent=2))
    return 0 if all(report.passed for report in reports) else 1
