"""What there is to tell of a climb: which definitions each step brought, when, and how the framework grew."""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from rung.course import answers, backups, diffing, state
from rung.course.inside.learner import called
from rung.course.state import Files
from rung.course.table import Step
from rung.course.workspace import Workspace

Texts = Mapping[tuple[str, str], str]
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@dataclass(frozen=True)
class Rung:
    """One step of a climb.

    Attributes:
        day: on which it was passed; None where that is not known, or it was not passed
        built: the learner's own definitions that came with it, by file and name
        lines: of the whole framework when it was passed; None where there is no copy of it
    """

    step: Step
    passed: bool
    day: date | None
    built: Mapping[tuple[str, str], str]
    lines: int | None


class Climb:
    """A whole climb, as the copies of the framework at each passed step tell it."""

    def __init__(self, work: Workspace):
        self.work = work
        self.rungs = [_rung(work, step) for step in work.course.steps.values()]

    @cached_property
    def files(self) -> Files:
        """The framework at the highest step that was passed."""
        numbers = sorted(self.work.progress.passed, reverse=True)
        folders = (self.work.snapshot(number) for number in numbers)
        folder = next((folder for folder in folders if folder is not None), self.work.package)
        return backups.read(folder)

    @property
    def passed(self) -> list[Rung]:
        """The steps that are passed."""
        return [rung for rung in self.rungs if rung.passed]

    @property
    def days(self) -> list[date]:
        """The days on which steps were passed, in order."""
        return sorted({rung.day for rung in self.passed if rung.day is not None})

    @property
    def checks(self) -> int:
        """How many checks and questions are behind the steps that are passed."""
        steps = [rung.step for rung in self.passed]
        asked = sum(len(answers.questions(self.work, step)) for step in steps if step.has_quiz)
        return asked + sum(len(step.tests) for step in steps)

    @property
    def lines(self) -> int:
        """The lines of the framework that are not empty."""
        return sum(map(count_lines, self.files.values()))

    @property
    def definitions(self) -> int:
        """Its functions, methods and classes."""
        return sum(isinstance(node, DEFINITIONS) for tree in self._trees() for node in ast.walk(tree))

    def families(self) -> dict[str, list[str]]:
        """Its classes by the class that they come from, the greatest family first, and then its functions."""
        found: dict[str, list[str]] = {}
        functions = []
        for node in (node for tree in self._trees() for node in tree.body):
            if isinstance(node, ast.ClassDef) and node.bases:
                found.setdefault(ast.unparse(node.bases[0]).rpartition(".")[2], []).append(node.name)
            elif isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                functions.append(node.name)
        own = {name for names in found.values() for name in names} | self._plain()
        families = {base: sorted(set(names)) for base, names in found.items() if base in own}
        ordered = dict(sorted(families.items(), key=lambda item: -len(item[1])))
        return {**ordered, "functions": sorted(set(functions), key=str.lower)}

    def _plain(self) -> set[str]:
        """The classes that come from none."""
        return {node.name for tree in self._trees() for node in tree.body if isinstance(node, ast.ClassDef)}

    def _trees(self) -> list[ast.Module]:
        return [ast.parse(text) for text in self.files.values()]


def _rung(work: Workspace, step: Step) -> Rung:
    passed, folder = work.progress.passed.get(step.id), work.snapshot(step.id)
    if passed is None or folder is None:
        return Rung(step, passed is not None, _day(passed), {}, None)
    after = backups.read(folder)
    before = diffing.readable(_before(work, step.id))
    lines = sum(map(count_lines, after.values()))
    return Rung(step, True, _day(passed), built(before, diffing.readable(after)), lines)


def _before(work: Workspace, number: int) -> Files:
    """The learner's framework when the step before was passed, or, where there is no copy of it, the course's."""
    folder = work.snapshot(number - 1)
    if folder is not None:
        return backups.read(folder)
    return {file: called(text, work.name) for file, text in state.state(work.course, number - 1).items()}


def _day(passed: Mapping[str, str] | None) -> date | None:
    return date.fromisoformat(passed["on"]) if passed and "on" in passed else None


def built(before: Texts, after: Texts) -> dict[tuple[str, str], str]:
    """The definitions that are new or other than they were; what only moved to another file is neither."""
    old, classes = set(before.values()), {(file, name.split(".")[0]) for file, name in before if "." in name}
    keys = [key for key, text in after.items() if text not in old and key not in classes and _is_name(key[1])]
    return {
        (file, name): textwrap.dedent(after[file, name]).strip("\n")
        for file, name in keys
        if (file, name.rpartition(".")[0]) not in keys
    }


def _is_name(name: str) -> bool:
    return re.fullmatch(r"[A-Za-z_][\w.]*", name) is not None and not name.endswith("__doc__")


def count_lines(text: str) -> int:
    """The lines of a text that are not empty."""
    return sum(bool(line.strip()) for line in text.splitlines())
