"""Beginning, and where the learner is: `init`, `list`, `show`, `next`. The parser is `rung.cli.learn`."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from rung.course import git, lesson, workspace
from rung.course.screen import Screen
from rung.course.table import Course, Step
from rung.course.workspace import Workspace, chosen, still_open
from rung.errors import ValueRangeError

Options = argparse.Namespace


def init(options: Options) -> int:
    """Make a workspace."""
    root = options.folder or Path(options.name)
    work = workspace.make(options.name, root, options.course, options.lang, options.git)
    screen = Screen()
    complaint = git.init(work.root) if options.git else None
    if complaint:
        screen.say((f"no commits will be made: {complaint}", "warm"))
        work.progress.git = False
        work.save()
    screen.header(work, work.step)
    screen.say(f"Your framework begins in {root / options.name}, and is empty.")
    screen.say("Go there and begin:  ", (f"cd {root}", "accent"), "  then  ", ("rung learn watch", "accent"))
    screen.gap()
    return 0


def where(options: Options) -> int:
    """Without a command: where the learner is, and what to do next."""
    screen = Screen()
    try:
        work = workspace.find()
    except ValueRangeError:
        screen.say("Write a deep learning framework of your own, step by step, from an empty file.")
        screen.say((Course().extent, "quiet"))
        screen.say("Begin:  ", ("rung learn init mytorch", "accent"), "  where mytorch is any name you like.")
        return 0
    screen.header(work, work.step)
    passed = work.progress.current in work.progress.passed
    following = "rung learn next" if passed else "rung learn watch"
    screen.say(
        ("this step is passed" if passed else "this step is open", "quiet"), "   go on:  ", (following, "accent")
    )
    screen.gap()
    return 0


def list_steps(options: Options) -> int:
    """All steps, and which are passed."""
    work = workspace.find()
    if options.json:
        print(json.dumps([_as_json(work, step) for step in work.course.steps.values()], indent=2))
        return 0
    screen = Screen()
    if not screen.plain:
        screen.header(work, work.step)
    screen.steps(work)
    screen.gap()
    return 0


def _as_json(work: Workspace, step: Step) -> dict[str, object]:
    return {"id": step.id, "title": step.title, "stage": step.stage, "kind": step.kind,
            "passed": step.id in work.progress.passed, "current": step.id == work.progress.current}  # fmt: skip


def show(options: Options) -> int:
    """The lesson of a step."""
    work, screen = _anywhere(), Screen()
    if isinstance(work, Course):
        screen.prose(lesson.lesson(work, work.step(options.step or 1)), pager=True)
        return 0
    step = chosen(work, options)
    show_lesson(work, step, screen, pager=sys.stdin.isatty())
    return 0


def show_lesson(work: Workspace, step: Step, screen: Screen, pager: bool = False) -> None:
    """The lesson; in a terminal its title is that of the ladder."""
    text = text_of(work, step)
    if screen.plain:
        screen.prose(text)
    else:
        screen.header(work, step)
        screen.prose(text.partition("\n")[2], pager=pager)


def _anywhere() -> Workspace | Course:
    """The workspace, or, outside of one, the course: lessons can be read before one begins."""
    try:
        return workspace.find()
    except ValueRangeError:
        return Course()


def text_of(work: Workspace, step: Step) -> str:
    """The lesson in the learner's language and with the learner's name."""
    return lesson.lesson(work.course, step, work.progress.language, work.name)


def next_step(options: Options) -> int:
    """Go on to the step after the current one, once it is passed."""
    work = workspace.find()
    current = work.progress.current
    if current not in work.progress.passed:
        raise ValueRangeError(f"step {current} is not passed yet; check it: rung learn check")
    go_on(work, Screen())
    return 0


def go_on(work: Workspace, screen: Screen) -> None:
    """Begin the next step and say what there is to do; at the top, say what is still open."""
    if work.progress.current == work.course.last:
        screen.header(work, work.step)
        screen.say(("You are at the top of what there is.  ", "ok"), still_open(work))
        if work.at_summit:
            screen.say("What you have built, on one page:  ", ("rung learn summit", "accent"))
        return
    added = work.begin(work.progress.current + 1)
    screen.header(work, work.step)
    if added:
        screen.say(("your files were given something to fill in: ", "quiet"), ", ".join(added))
    screen.say(
        ("the lesson:  ", "quiet"), ("rung learn show", "accent"),
        ("     your checks:  ", "quiet"), ("rung learn watch", "accent"),
    )  # fmt: skip
    screen.gap()
