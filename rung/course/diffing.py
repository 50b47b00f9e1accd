"""What differs: the learner's definitions from the solution's, or from what they were when the step began."""

from __future__ import annotations

import difflib
import textwrap
from collections.abc import Mapping

from rung.course import backups, lesson, state
from rung.course.inside.learner import called
from rung.course.pieces import split
from rung.course.table import Course
from rung.course.workspace import Workspace

Texts = Mapping[tuple[str, str], str]


def with_solution(workspace: Workspace, number: int) -> list[tuple[str, str]]:
    """What a step changed, in the learner's words and in the course's: a title and a diff for each definition.

    A learner who is further on has changed things since: where there is one, the package as it was when the step
    was passed is compared.
    """
    folder = workspace.snapshot(number)
    mine = workspace.files() if folder is None else backups.read(folder)
    solution = {name: called(text, workspace.name) for name, text in state.state(workspace.course, number).items()}
    return _diffs(readable(mine), state.texts(solution), state.changed(workspace.course, number))


def of_step(course: Course, number: int, name: str) -> list[tuple[str, str]]:
    """What the step itself changes, from the state before to the state after."""
    before, after = (
        {file: called(text, name) for file, text in state.state(course, n).items()} for n in (number - 1, number)
    )
    return _diffs(state.texts(before), state.texts(after), state.changed(course, number))


def since_begin(workspace: Workspace, number: int) -> list[tuple[str, str]]:
    """What the learner changed since the step began, file by file."""
    before, now = workspace.beginning(number), workspace.files()
    found = []
    for file in sorted(before.keys() | now.keys()):
        lines = difflib.unified_diff(
            before.get(file, "").splitlines(), now.get(file, "").splitlines(), lineterm="", n=2
        )
        text = "\n".join(_marked(line) for line in list(lines)[2:])
        if text:
            found.append((f"{workspace.name}/{file}", text))
    return found


def readable(files: state.Files) -> dict[tuple[str, str], str]:
    """The definitions of those files that are Python at the moment."""
    found: dict[tuple[str, str], str] = {}
    for file, text in files.items():
        try:
            split(text)
        except SyntaxError:
            continue
        found.update(state.texts({file: text}))
    return found


def _diffs(left: Texts, right: Texts, keys: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """A title and a diff for each definition; a class that is new stands for its members."""
    found = []
    for file, name in keys:
        if (file, name.rpartition(".")[0]) not in keys:
            old, new = (textwrap.dedent(texts.get((file, name), "")).splitlines() for texts in (left, right))
            found.append((f"{file} {name}", "\n".join(lesson.compared(old, new))))
    return found


def _marked(line: str) -> str:
    """A line of a unified diff with its mark apart, as `compared` has it."""
    return "" if line.startswith("@@") else f"{line[:1]} {line[1:]}"
