"""A learner's workspace: the package, the playground, and `.course/`, which remembers how far the learner is."""

from __future__ import annotations

import importlib.util
import json
import keyword
import random
import re
import shutil
import sys
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from rung.course import backups, git, state
from rung.course.inside.learner import called
from rung.course.table import Course, Step
from rung.errors import ValueRangeError
from rung.files import write_atomically

FOLDER, STATE = ".course", "state.json"
FORMAT, VERSION = "rung-course", 1


@dataclass
class Progress:
    """What is remembered between commands.

    Attributes:
        name: of the learner's package
        current: the step that the learner is at
        level: the step that the learner's package is at; ahead of the current one where an earlier step is done again
        course: the folder of another course than Rung's; None for Rung's
        passed: of each passed step, what tells whether it has changed since, and the day on which it was passed
        given_up: steps whose solution was seen before they were passed
        hints: of each step, how many hints were taken of each check
        answered: of each step with questions, the seed of the numbers and which questions are answered
    """

    name: str
    current: int = 1
    level: int = 1
    course: str | None = None
    language: str = "en"
    git: bool = False
    seed: int = 0
    passed: dict[int, dict[str, str]] = field(default_factory=dict)
    given_up: list[int] = field(default_factory=list)
    hints: dict[int, dict[str, int]] = field(default_factory=dict)
    answered: dict[int, dict[str, Any]] = field(default_factory=dict)


class Workspace:
    """The folder in which a learner works."""

    def __init__(self, root: Path, progress: Progress, course: Course | None = None):
        self.root, self.progress = root, progress
        chosen = progress.course
        self.course = course or Course(None if chosen is None else Path(chosen))

    @property
    def name(self) -> str:
        """The name of the learner's package."""
        return self.progress.name

    @property
    def package(self) -> Path:
        """The folder of the learner's package."""
        return self.root / self.name

    @property
    def own(self) -> Path:
        """The folder of the course's own notes."""
        return self.root / FOLDER

    @property
    def step(self) -> Step:
        """The step that the learner is at."""
        return self.course.step(self.progress.current)

    @property
    def reached(self) -> int:
        """The number of the state that the learner's package is in, or on its way to."""
        return max(self.progress.current, self.progress.level)

    @property
    def summit(self) -> int:
        """The number of the last step of the ladder; what comes after it is open country."""
        return min(self.course.total, self.course.last)

    @property
    def at_summit(self) -> bool:
        """Whether the last step of the ladder is passed."""
        return self.summit in self.progress.passed

    def files(self) -> state.Files:
        """The text of every file of the learner's package."""
        return backups.read(self.package)

    def save(self) -> None:
        """Remember the progress: whole, or not at all."""
        self.own.mkdir(exist_ok=True)
        record = {"format": FORMAT, "version": VERSION, **asdict(self.progress)}
        with write_atomically(self.own / STATE) as file:
            file.write(f"{json.dumps(record, indent=2)}\n".encode())

    def begin(self, number: int) -> list[str]:
        """Go to a step and add what it gives to the learner's files; return the files that were added to."""
        self.progress.current, self.progress.level = number, max(number, self.progress.level)
        added = self.add_starter(self.course.step(number))
        self.save()
        return added

    def add_starter(self, step: Step) -> list[str]:
        """Put what a step gives below what the learner has; nothing that is there is changed."""
        before = self.files()
        where = f"{self.name} (begin step {step.id} again when its files are Python)"
        overlays = {file: called(text, self.name) for file, text in step.overlays("starter").items()}
        after = state.overlaid(before, overlays, where, keep=True)
        new = {file: text for file, text in after.items() if before.get(file) != text}
        if new:
            self.back_up(f"before-{step.name}")
            backups.put({**before, **new}, self.package)
        return sorted(new)

    def rewrite(self, files: state.Files, number: int, why: str) -> Path:
        """Make the package what it is at the beginning of a step; return where the backup is."""
        backup = self.back_up(why)
        backups.put(files, self.package)
        self.progress.current = self.progress.level = number
        self.save()
        return backup

    def back_up(self, why: str) -> Path:
        """Copy the learner's package into `.course/backups/`."""
        return backups.back_up(self.package, self.own / "backups", why)

    def give_up(self, number: int) -> None:
        """Remember that the solution of a step was seen before it was passed."""
        if number not in self.progress.passed and number not in self.progress.given_up:
            self.progress.given_up.append(number)
            self.save()

    def pass_step(self, number: int) -> str | None:
        """Remember that a step is passed, and the learner's package as it is now; return what git has to say."""
        step = self.course.step(number)
        first = number not in self.progress.passed
        today = {"on": date.today().isoformat()}
        self.progress.passed[number] = today | self.progress.passed.get(number, {}) | digests(step)
        self.save()
        if number == self.reached:
            backups.replace(self.package, self.own / "passed" / f"{number:02d}")
        if first and self.progress.git:
            return git.commit(self.root, f"Step {number}: {step.title}")
        return None

    def snapshot(self, number: int) -> Path | None:
        """The learner's package as it was when a step was passed; None if it never was."""
        folder = self.own / "passed" / f"{number:02d}"
        return folder if folder.is_dir() else None

    def beginning(self, number: int) -> state.Files:
        """The learner's own package at the beginning of a step, or, if there is none, the course's."""
        folder = self.snapshot(number - 1)
        if folder is None:
            return {file: called(text, self.name) for file, text in state.starter(self.course, number).items()}
        return state.overlaid(backups.read(folder), self.course.step(number).overlays("starter"), keep=True)


def digests(step: Step) -> dict[str, str]:
    """What tells whether a passed step has changed: what it asks for, and what it says."""
    says = step.digest("lesson.*.md", "demo.py", "solution/**/*.py")
    return {"asks": step.digest("check.py", "quiz.toml"), "says": says}


def chosen(workspace: Workspace, options: Any) -> Step:
    """The step that a command names, or the current one."""
    return workspace.step if options.step is None else workspace.course.step(options.step)


def still_open(workspace: Workspace) -> str:
    """Which steps are not passed, in words."""
    missing = [str(number) for number in workspace.course.steps if number not in workspace.progress.passed]
    return f"Still open: {', '.join(missing)}." if missing else f"All is passed: {workspace.course.extent}."


def standing(workspace: Workspace) -> str:
    """How many rungs of the ladder are passed, and how many steps above it: ``7 of 60``, ``60 of 60, 1 above``."""
    total = workspace.course.total
    on = sum(number <= total for number in workspace.progress.passed)
    above = len(workspace.progress.passed) - on
    return f"{on} of {total}" + (f", {above} above" if above else "")


# Finding and making ------------------------------------------------------------------------------------------------


def find(begin: Path | None = None) -> Workspace:
    """The workspace that a folder lies in."""
    begin = (begin or Path.cwd()).resolve()
    for folder in (begin, *begin.parents):
        if (folder / FOLDER / STATE).is_file():
            return load(folder)
    raise ValueRangeError(
        f"there is no workspace in {begin} or above it; go into yours, or make one: rung learn init NAME"
    )


def load(root: Path) -> Workspace:
    """The workspace in a folder."""
    path = root / FOLDER / STATE
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        if record.pop("format") != FORMAT:
            raise KeyError("format")
        if (version := record.pop("version")) > VERSION:
            raise ValueRangeError(f"{path} is of version {version}, which this Rung does not know; update Rung")
        for name in ("passed", "hints", "answered"):
            record[name] = {int(number): value for number, value in record[name].items()}
        progress = Progress(**record)
    except (KeyError, TypeError, AttributeError, json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ValueRangeError(
            f"{path} is damaged; make it anew, your framework stays as it is: rung learn doctor --repair"
        ) from error
    return Workspace(root, progress)


def make(name: str, root: Path, course: Path | None = None, language: str = "en", use_git: bool = False) -> Workspace:
    """A new workspace in a folder that is empty or not there yet; whole, or not at all."""
    refuse_name(name)
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise ValueRangeError(f"{root} must be a new or empty folder, but it is not; choose another name")
    chosen = None if course is None else str(course.resolve())
    seed = random.SystemRandom().randrange(1 << 16)
    workspace = Workspace(root.resolve(), Progress(name, course=chosen, language=language, git=use_git, seed=seed))
    workspace.course.step(1)
    try:
        _fill(workspace)
    except BaseException:  # also Ctrl-C
        shutil.rmtree(root, ignore_errors=True)
        raise
    return workspace


def _fill(workspace: Workspace) -> None:
    """The files of a new workspace; the one that makes it a workspace comes last."""
    workspace.package.mkdir(parents=True)
    state.write(workspace.course.start, workspace.package, workspace.name)
    (workspace.root / "playground").mkdir()
    for file, text in (("README.md", README.format(name=workspace.name)), (".gitignore", IGNORED)):
        (workspace.root / file).write_text(text, encoding="utf-8", newline="\n")
    workspace.begin(1)


IGNORED = "__pycache__/\n.course/backups/\n.course/last.json\n"
README = """# {name}

A deep learning framework, written step by step with `rung learn`.

    rung learn watch        the lesson, and your checks whenever you save
    rung learn list         how far you are

Your framework is the folder `{name}/`. `playground/` is for whatever you like to try: run it from this folder, as in
`python -m playground.first`. `.course/` remembers where you are and keeps copies of your work.
"""


def refuse_name(name: str) -> None:
    """A name that cannot be imported, or that would hide another package, is refused.

    >>> refuse_name("numpy")
    Traceback (most recent call last):
    rung.errors.ValueRangeError: the name numpy is taken by a package of this Python; choose another, such as mytorch
    """
    cure = "choose another, such as mytorch"
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name) or name.startswith("__"):
        raise ValueRangeError(f"the name must be letters, digits and _, the first a letter, but got {name!r}; {cure}")
    if keyword.iskeyword(name) or keyword.issoftkeyword(name):
        raise ValueRangeError(f"the name {name} is a word of Python itself; {cure}")
    if name.lower() in RESERVED:
        raise ValueRangeError(f"the name {name} is a device on Windows or a folder of the workspace; {cure}")
    if name != "myrung" and (name.lower() in sys.stdlib_module_names or _importable(name)):
        raise ValueRangeError(f"the name {name} is taken by a package of this Python; {cure}")


RESERVED = {"con", "prn", "aux", "nul", "playground", "notebooks", "test", "tests"} | {
    f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10)
}


def _importable(name: str) -> bool:
    """Whether an installed package has this name; a folder here that happens to have it does not count."""
    spec = importlib.util.find_spec(name)
    return spec is not None and spec.origin is not None
