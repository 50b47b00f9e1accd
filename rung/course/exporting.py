"""A lesson as a notebook, to read and to run; the checks stay where they are."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from rung.course import lesson
from rung.course.inside.learner import called
from rung.course.table import Step
from rung.course.workspace import Workspace
from rung.files import write_atomically

SETUP = "import sys\n\nsys.path.insert(0, '..')  # so that {name}, beside this folder, can be imported"


def export(work: Workspace, step: Step) -> Path:
    """Write `notebooks/16-generations.ipynb`; one that is there is kept under another name."""
    folder = work.root / "notebooks"
    folder.mkdir(exist_ok=True)
    path = folder / f"{step.name}.ipynb"
    number = 2
    while path.exists():
        path = folder / f"{step.name}-{number}.ipynb"
        number += 1
    text = json.dumps(notebook(work, step), indent=1, ensure_ascii=False)
    with write_atomically(path) as file:
        file.write(f"{text}\n".encode())
    return path


def notebook(work: Workspace, step: Step) -> dict[str, Any]:
    """The notebook, in version 4.5 of the format: prose and code to read as Markdown, the demo as a cell to run."""
    text = lesson.lesson(work.course, step, work.progress.language, work.name)
    cells = [_code(SETUP.format(name=work.name))]
    demo = called(step.demo.read_text(encoding="utf-8"), work.name).rstrip() if step.demo.is_file() else None
    output = step.folder / "demo.out"
    for part in re.split(r"(^```\w*\n.*?^```$)", text, flags=re.MULTILINE | re.DOTALL):
        if demo is not None and part == lesson.fence("python", demo):
            cells.append(_code(demo, output.read_text(encoding="utf-8") if output.is_file() else ""))
        elif part.strip():
            cells.append({"cell_type": "markdown", "metadata": {}, "source": _lines(part.strip())})
    for number, cell in enumerate(cells):
        cell["id"] = f"{step.name}-{number}"
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}


def _code(text: str, output: str = "") -> dict[str, Any]:
    outputs = [{"output_type": "stream", "name": "stdout", "text": _lines(output)}] if output else []
    return {"cell_type": "code", "metadata": {}, "execution_count": None, "source": _lines(text), "outputs": outputs}


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)
