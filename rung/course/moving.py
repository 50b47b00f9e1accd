"""Going back and elsewhere: `reset`, `goto`, `update`, `export`. A learner's work is never lost on the way."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from rung.course import exporting, git, state, updating, workspace
from rung.course.inside.learner import called
from rung.course.screen import Screen
from rung.course.workspace import Workspace
from rung.errors import ValueRangeError

Options = argparse.Namespace
FORMS = ("notebook",)  # in which a step can be exported


def reset(options: Options) -> int:
    """Make the package, or one file, what it was when the step began; the work so far is kept in a backup."""
    work, screen = workspace.find(), Screen()
    number = work.progress.current if options.step is None else work.course.step(options.step).id
    if number > work.reached:
        raise ValueRangeError(f"step {number} is ahead of you; to enter there: rung learn goto {number}")
    files = dict(work.beginning(number)) if not options.course else _course_beginning(work, number)
    what = work.name
    if options.file is not None:
        wanted = Path(options.file).as_posix().removeprefix(f"{work.name}/")
        if wanted not in files:
            raise ValueRangeError(
                f"{work.name} had no file {wanted} when step {number} began; it had {', '.join(files)}"
            )
        files, what = {**work.files(), wanted: files[wanted]}, f"{work.name}/{wanted}"
    question = f"Make {what} what it was at the beginning of step {number}? A copy of your work is kept."
    if not confirmed(screen, question, options.yes):
        return 1
    backup = work.rewrite(files, number, f"reset-{number:02d}")
    tell_backup(screen, work, backup)
    return 0


def _course_beginning(work: Workspace, number: int) -> state.Files:
    return {file: called(text, work.name) for file, text in state.starter(work.course, number).items()}


def goto(options: Options) -> int:
    """Enter the course at any step: the package becomes the course's own, as it is when that step begins."""
    work, screen = workspace.find(), Screen()
    step = work.course.step(options.step)
    question = (
        f"Make {work.name} the course's own, as at the beginning of step {step.id}? A copy of your work is kept."
    )
    if not confirmed(screen, question, options.yes):
        return 1
    if work.progress.git and (
        complaint := git.commit(work.root, f"Before going to step {step.id}")
        or git.branch(work.root, f"from-step-{step.id}")
    ):
        screen.say((f"no new branch: {complaint}", "warm"))
    backup = work.rewrite(_course_beginning(work, step.id), step.id, f"goto-{step.id:02d}")
    screen.header(work, step)
    tell_backup(screen, work, backup)
    return 0


def confirmed(screen: Screen, question: str, yes: bool) -> bool:
    """Whether the learner agrees; who cannot be asked must have said so before."""
    if yes:
        return True
    if not sys.stdin.isatty():
        raise ValueRangeError(f"{question} Say so by --yes")
    screen.say(question)
    if input("  [y/N] ").strip().lower() in ("y", "yes"):
        return True
    screen.say(("nothing was changed", "quiet"))
    return False


def tell_backup(screen: Screen, work: Workspace, backup: Path) -> None:
    """Where the copy of the learner's work is."""
    screen.say(("your work as it was: ", "quiet"), str(backup.relative_to(work.root)))


def update(options: Options) -> int:
    """What a new version of the course changes in the steps that are passed."""
    work, screen = workspace.find(), Screen()
    return updating.update(work, screen)


def export(options: Options) -> int:
    """A notebook of a step: ``export``, ``export 18``, ``export notebook 18``."""
    work, screen = workspace.find(), Screen()
    numbers = [word for word in options.what if word.isdigit()]
    forms = [word for word in options.what if not word.isdigit()]
    if len(numbers) > 1 or not {*forms} <= {*FORMS}:
        raise ValueRangeError(
            f"export writes a step in a form ({', '.join(FORMS)}), as in rung learn export notebook 18, but got "
            f"{' '.join(options.what)}"
        )
    path = exporting.export(work, work.course.step(int(numbers[0])) if numbers else work.step)
    screen.say(("written: ", "quiet"), str(path.relative_to(work.root)))
    return 0
