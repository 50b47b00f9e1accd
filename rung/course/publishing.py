"""Writes what is made of the steps: what their demos print, and the pages in `docs/steps/`.

In a checkout: ``python -m rung.course.publishing``. A test holds the pages equal to what this would write.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from rung.course import lesson
from rung.course.gates import programs
from rung.course.pool import Pool
from rung.course.state import state
from rung.course.table import Course, Step

DOCS = Path(__file__).parent.parent.parent / "docs"
NOTE = (
    '*A page of the course. To do this step, with checks and hints: `pip install "rung[learn]"`, then `rung learn`.*'
)


def main() -> int:
    """Run every demo and keep what it prints, then write every page."""
    course = Course()
    with Pool(course) as pool:
        for step in course.steps.values():
            for program in programs(step):
                text, error = pool.demo(state(course, step.id), program)
                if error:
                    print(f"{step.name}/{program.name}: {error}", file=sys.stderr)
                    return 1
                write(program.with_suffix(".out"), text)
    for path, text in pages(course).items():
        write(path, text)
    return 0


def write(path: Path, text: str) -> None:
    """Write a file, if it is another text than there is."""
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
        print(path)


def pages(course: Course) -> dict[Path, str]:
    """Every page of the documentation that is made of the course, by its path."""
    folder = DOCS / "steps"
    found = {folder / f"{step.name}.md": page(course, step) for step in course.steps.values()}
    return {folder / "index.md": contents(course), **found}


def page(course: Course, step: Step) -> str:
    """A lesson with its number, its questions, and the ways to its neighbours."""
    text = lesson.lesson(course, step)
    head, _, body = text.partition("\n")
    ways = [
        f"[{other.id}. {other.title}]({other.name}.md)"
        for n in (step.id - 1, step.id + 1)
        if (other := course.steps.get(n))
    ]
    return (
        "\n\n".join(
            [
                f"# {step.id}. {head.lstrip('# ')}",
                NOTE,
                body.strip(),
                "---",
                " · ".join(["[All steps](index.md)", *ways]),
            ]
        )
        + "\n"
    )


def contents(course: Course) -> str:
    """The list of all steps."""
    parts = ["# The course", ABOUT.format(extent=course.extent)]
    for stage in sorted({step.stage for step in course.steps.values()}):
        parts.append(f"## Stage {stage}: {course.stages.get(stage, '')}")
        steps = [step for step in course.steps.values() if step.stage == stage]
        parts.append("\n".join(f"{step.id}. [{step.title}]({step.name}.md)" for step in steps))
    if course.last < course.total:
        parts.append(f"Steps {course.last + 1} to {course.total} are still to be made.")
    return re.sub(r"\n{3,}", "\n\n", "\n\n".join(parts)) + "\n"


ABOUT = """Write a deep learning framework of your own, from an empty file: {extent}, where the ladder is open.
Every step is checked on your own machine, offline:

    pip install "rung[learn]"
    rung learn init mytorch        # mytorch: any name you like
    cd mytorch
    rung learn watch               # the lesson, and your checks whenever you save

These pages are the lessons, to read."""


if __name__ == "__main__":
    sys.exit(main())
