"""State N of the framework: the solutions of steps 1 to N, folded. It exists nowhere else.

>>> from rung.course.table import Course
>>> sorted(state(Course(), 1))
['__init__.py', 'core.py']
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from weakref import WeakKeyDictionary

from rung.course.inside.learner import ALIAS, called
from rung.course.overlay import fold
from rung.course.pieces import definitions, split
from rung.course.table import Course, Step
from rung.errors import RungError, ValueRangeError

Files = dict[str, str]  # the text of each file of a package, by its path in it
_known: WeakKeyDictionary[Course, dict[int, Files]] = WeakKeyDictionary()


def state(course: Course, number: int) -> Files:
    """The whole package after a step; after step 0, what a learner begins with."""
    known = _known.setdefault(course, {})
    if number not in known:
        known[number] = course.start if number == 0 else _after(course, course.step(number))
    return dict(known[number])


def _after(course: Course, step: Step) -> Files:
    return overlaid(state(course, step.id - 1), step.overlays("solution"), f"{step.name}/solution")


def overlaid(files: Mapping[str, str], overlays: Mapping[str, str], where: str = "", keep: bool = False) -> Files:
    """A package with overlays on top; `where` they lie, for errors."""
    new = dict(files)
    for file, overlay in overlays.items():
        try:
            new[file] = fold(new.get(file, ""), overlay, keep)
        except (SyntaxError, RungError) as error:
            raise ValueRangeError(f"{where}/{file}: {error}") from error
    return new


def starter(course: Course, number: int) -> Files:
    """The package as a learner finds it at the beginning of a step."""
    step = course.step(number)
    return overlaid(state(course, number - 1), step.overlays("starter"), f"{step.name}/starter", keep=True)


def wrong_answers(step: Step) -> dict[str, Path]:
    """The typical mistakes of a step, by name."""
    return {file.stem: file for file in sorted((step.folder / "wrong").glob("*.py"))}


def wrong(course: Course, step: Step, answer: Path) -> tuple[Files, str]:
    """The package with a typical mistake, and the check that must catch it."""
    text = answer.read_text(encoding="utf-8")
    orders = dict(split(text).head)
    if "caught by" not in orders:
        raise ValueRangeError(f"{step.name}/wrong/{answer.name}: must say # caught by: the name of a check")
    overlay = {orders.get("file", "core.py"): text}
    return overlaid(state(course, step.id), overlay, f"{step.name}/wrong"), orders["caught by"]


def write(files: Mapping[str, str], package: Path, name: str = ALIAS) -> None:
    """Write a package into a folder, under a name."""
    for file, text in files.items():
        path = package / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(called(text, name), encoding="utf-8", newline="\n")


def texts(files: Mapping[str, str]) -> dict[tuple[str, str], str]:
    """The text of every definition of a package, by file and qualified name."""
    return {
        (file, name): "\n".join(piece.text())
        for file, text in files.items()
        for name, piece in definitions(split(text))
    }


def changed(course: Course, number: int) -> list[tuple[str, str]]:
    """What a step adds or replaces: files and qualified names; of a class that was there, its members alone.

    >>> changed(Course(), 1)[0]
    ('core.py', 'Variable')
    """
    before, after = texts(state(course, number - 1)), texts(state(course, number))
    classes = {(file, name.split(".")[0]) for file, name in before if "." in name}
    return [key for key, text in after.items() if before.get(key) != text and key not in classes]
