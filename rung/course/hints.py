"""Three hints for each check: a question, a pointer, nearly the answer."""

from __future__ import annotations

import tomllib

from rung.course.inside.learner import called
from rung.course.table import Step
from rung.course.workspace import Workspace

LEVELS = 3


def hints_of(step: Step, language: str = "en") -> dict[str, list[str]]:
    """All hints of a step by the check that they belong to, in the learner's language where there is one."""
    path = step.localized("hints", "toml", language)
    if not path.is_file():
        return {}
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    return {check: [str(text) for text in entry["hints"]] for check, entry in table.items()}


def next_hint(workspace: Workspace, step: Step, check: str) -> tuple[int, str] | None:
    """The next hint for a check, with its level; the last one again when all are taken; None if there are none."""
    hints = hints_of(step, workspace.progress.language).get(check)
    if not hints:
        return None
    taken = workspace.progress.hints.setdefault(step.id, {})
    level = min(taken.get(check, 0) + 1, len(hints))
    taken[check] = level
    workspace.save()
    return level, called(hints[level - 1], workspace.name)


def left(workspace: Workspace, step: Step, check: str) -> int:
    """How many hints for a check are still to be had."""
    hints = hints_of(step, workspace.progress.language).get(check, [])
    return len(hints) - workspace.progress.hints.get(step.id, {}).get(check, 0)
