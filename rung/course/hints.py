"""Three hints for each check: a question, a pointer, nearly the answer. An error has one of its own before them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass

from rung.course import answers
from rung.course.checking import Result
from rung.course.inside.learner import called
from rung.course.table import Step
from rung.course.workspace import Workspace

LEVELS = 3


@dataclass(frozen=True)
class Hint:
    """A hint, the how manieth of how many it is, and whether it was given before, as there are no others."""

    level: int
    count: int
    text: str
    again: bool = False


def hints_of(step: Step, language: str = "en") -> dict[str, list[str]]:
    """All hints of a step by the check that they belong to, in the learner's language where there is one."""
    path = step.localized("hints", "toml", language)
    if not path.is_file():
        return {}
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    return {check: [str(text) for text in entry["hints"]] for check, entry in table.items()}


def names(workspace: Workspace, step: Step) -> list[str]:
    """The checks and questions of a step that have hints."""
    asked = answers.questions(workspace, step) if step.has_quiz else ()
    return [*hints_of(step, workspace.progress.language), *asked]


def texts(workspace: Workspace, step: Step, name: str, failure: Result | None = None) -> Sequence[str]:
    """The hints for a check or a question; first of all what there is to say of the error that made it fail."""
    own = [failure.hint] if failure and failure.hint else []
    if name.startswith(answers.PREFIX) and step.has_quiz:
        return [*own, *answers.questions(workspace, step)[name].hints]
    found = hints_of(step, workspace.progress.language).get(name, [])
    return own + [called(text, workspace.name) for text in found]


def next_hint(workspace: Workspace, step: Step, name: str, failure: Result | None = None) -> Hint | None:
    """The next hint; the last one again when all are taken; None if there are none."""
    found = texts(workspace, step, name, failure)
    if not found:
        return None
    taken, key = workspace.progress.hints.setdefault(step.id, {}), _key(workspace, step, name, failure)
    before = min(taken.get(key, 0), len(found))
    taken[key] = min(before + 1, len(found))
    workspace.save()
    return Hint(taken[key], len(found), found[taken[key] - 1], again=before == len(found))


def left(workspace: Workspace, step: Step, name: str, failure: Result | None = None) -> int:
    """How many hints are still to be had."""
    taken = workspace.progress.hints.get(step.id, {}).get(_key(workspace, step, name, failure), 0)
    return max(0, len(texts(workspace, step, name, failure)) - taken)


def _key(workspace: Workspace, step: Step, name: str, failure: Result | None) -> str:
    """What hints are counted for: a check and what fails in it, whatever the numbers are; a question with its own."""
    if name.startswith(answers.PREFIX) and step.has_quiz:
        return f"{name}: {answers.questions(workspace, step)[name].text}"
    if failure is None:
        return name
    what = re.sub(r"[-+]?\d[\d.e+-]*", "#", failure.sentence.partition(": expected ")[0])
    return f"{name}: {what}".removeprefix(": ")
