"""The table of the steps, `course.toml`, and the files of each step."""

from __future__ import annotations

import ast
import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from rung.errors import ValueRangeError

HERE = Path(__file__).parent
KINDS = ("code", "theory", "train")
SECONDS = 5.0  # that one check may take


@dataclass(frozen=True)
class Step:
    """One step of the course.

    Attributes:
        until: of a check that does not hold for ever, the last state that it holds for
        suspended: of a check, states for which it does not hold
        seconds: that one of its checks may take
        folder: where its files lie
    """

    id: int
    slug: str
    title: str
    stage: int
    folder: Path = field(compare=False)
    kind: str = "code"
    files: Sequence[str] = ("core.py",)
    until: Mapping[str, int] = field(default_factory=dict, hash=False)
    suspended: Mapping[str, Sequence[int]] = field(default_factory=dict, hash=False)
    seconds: float = SECONDS

    @property
    def name(self) -> str:
        """How its folder, page and notebook are called, such as ``16-generations``."""
        return f"{self.id:02d}-{self.slug}"

    @property
    def check(self) -> Path:
        """Its file of checks, which a step without code may lack."""
        return self.folder / "check.py"

    @property
    def has_check(self) -> bool:
        """Whether there is code to check."""
        return self.check.is_file()

    @property
    def has_quiz(self) -> bool:
        """Whether there are questions to answer."""
        return (self.folder / "quiz.toml").is_file()

    @property
    def demo(self) -> Path:
        """Its program to run and see; not every step has one."""
        return self.folder / "demo.py"

    def holds(self, check: str, state: int) -> bool:
        """Whether one of its checks holds for a state."""
        return self.id <= state <= self.until.get(check, state) and state not in self.suspended.get(check, ())

    @cached_property
    def tests(self) -> list[str]:
        """The names of its checks, in order."""
        tree = ast.parse(self.check.read_text(encoding="utf-8")) if self.has_check else ast.Module([], [])
        return [node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test")]

    def overlays(self, kind: str) -> dict[str, str]:
        """The overlays of a kind, ``solution`` or ``starter``, by the file that they change."""
        folder = self.folder / kind
        files = sorted(folder.rglob("*.py"))
        return {file.relative_to(folder).as_posix(): file.read_text(encoding="utf-8") for file in files}

    def localized(self, stem: str, ending: str, language: str) -> Path:
        """A file in the learner's language, or else in English: ``lesson.ko.md``, ``lesson.en.md``."""
        wanted = self.folder / f"{stem}.{language}.{ending}"
        return wanted if wanted.is_file() else self.folder / f"{stem}.en.{ending}"

    def digest(self, *patterns: str) -> str:
        """What tells whether any of these files have changed."""
        found = hashlib.sha256()
        for file in sorted({file for pattern in patterns for file in self.folder.glob(pattern) if file.is_file()}):
            text = file.read_text(encoding="utf-8").replace("\r\n", "\n")
            found.update(f"{file.relative_to(self.folder).as_posix()}\n{text}\n".encode())
        return found.hexdigest()[:16]


class Course:
    """All steps that are there, in order.

    >>> Course().step(1).name
    '01-variable'
    """

    def __init__(self, root: Path | None = None):
        self.root = HERE if root is None else root
        table = self.root / "course.toml"
        if not table.is_file():
            raise ValueRangeError(f"a course is a folder with a file course.toml, but {self.root} has none")
        self.table: dict[str, Any] = tomllib.loads(table.read_text(encoding="utf-8"))

    @cached_property
    def steps(self) -> dict[int, Step]:
        """Every step by its number."""
        steps = [_step(row, self.root) for row in self.table["step"]]
        numbers = [step.id for step in steps]
        if numbers != list(range(1, len(numbers) + 1)):
            raise ValueRangeError(f"course.toml: steps must be numbered 1, 2, 3, …, but got {numbers}")
        return {step.id: step for step in steps}

    @property
    def stages(self) -> dict[int, str]:
        """The title of each stage."""
        return {row["id"]: row["title"] for row in self.table.get("stage", ())}

    @property
    def total(self) -> int:
        """How many rungs the ladder has, those included that are still to be made; the stage above it is open."""
        return int(self.table.get("total", len(self.steps)))

    @property
    def above(self) -> int:
        """How many steps there are above the ladder."""
        return max(0, self.last - self.total)

    @property
    def extent(self) -> str:
        """How many steps there are, in words.

        >>> Course().extent
        '60 steps, and 2 above'
        """
        return f"{min(self.total, self.last)} steps" + (f", and {self.above} above" if self.above else "")

    @cached_property
    def ends(self) -> set[int]:
        """The last step of each stage."""
        return set({step.stage: step.id for step in self.steps.values()}.values())

    @property
    def start(self) -> dict[str, str]:
        """The files of the learner's package before the first step."""
        return dict(self.table.get("start", {"__init__.py": "", "core.py": ""}))

    @property
    def last(self) -> int:
        """The number of the last step."""
        return max(self.steps)

    def step(self, number: int) -> Step:
        """A step by its number, or a sentence that says which there are."""
        if number not in self.steps:
            raise ValueRangeError(f"the course has steps 1 to {self.last}, but not {number}")
        return self.steps[number]


def _step(row: Mapping[str, Any], root: Path) -> Step:
    known = {name for name in Step.__dataclass_fields__ if name != "folder"}
    if unknown := sorted(row.keys() - known):
        raise ValueRangeError(f"course.toml: step {row.get('id')} has {', '.join(unknown)}, which no step has")
    if row.get("kind", "code") not in KINDS:
        raise ValueRangeError(
            f"course.toml: the kind of step {row['id']} must be one of {KINDS}, not {row['kind']!r}"
        )
    return Step(**row, folder=root / "steps" / f"{row['id']:02d}-{row['slug']}")
