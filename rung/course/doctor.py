"""`rung learn doctor`: looks whether all is well, and says what to do if it is not."""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import platform
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import rung
from rung.course import git, process, updating, workspace
from rung.course.screen import Screen
from rung.course.workspace import FOLDER, Progress, Workspace, digests
from rung.errors import RungError, ValueRangeError

Finding = tuple[Literal["ok", "note", "bad"], str, str]  # how it is, what was looked at, and the cure


def doctor(options: argparse.Namespace) -> int:
    """Print every finding; the status is 1 if something has to be mended."""
    screen = Screen()
    if options.repair:
        work = repair(Path.cwd())
        screen.say(("written anew: ", "quiet"), str(work.own / workspace.STATE))
    found = list(findings())
    for state, what, cure in found:
        _say(screen, state, what, cure)
    return 1 if any(state == "bad" for state, _, _ in found) else 0


def _say(screen: Screen, state: str, what: str, cure: str) -> None:
    signs = (
        {"ok": "ok", "note": "-", "bad": "BAD"}
        if screen.plain or screen.ascii
        else {"ok": "✓", "note": "·", "bad": "✗"}
    )
    style = {"ok": "ok", "note": "quiet", "bad": "bad"}[state]
    screen.say((f"{signs[state]:<4}", style), what, (f"   {cure}" if cure else "", "warm"))


def findings() -> Iterator[Finding]:
    """All that is looked at."""
    yield "ok", f"Rung {rung.__version__} in {Path(rung.__file__).parent}", ""
    yield "ok", f"Python {platform.python_version()} in {sys.executable}", ""
    yield from _libraries()
    try:
        work = workspace.find()
    except RungError as error:
        yield "bad", str(error), ""
        return
    yield "ok", f"workspace {work.root}, framework {work.name}", ""
    yield from _files(work)
    yield from _imported(work)
    yield from _course(work)


def _libraries() -> Iterator[Finding]:
    there = importlib.util.find_spec("pytest") is not None
    yield ("ok", "pytest runs the checks", "") if there else ("bad", "pytest is missing", 'pip install "rung[learn]"')
    fast = importlib.util.find_spec("watchfiles") is not None
    yield "note", "watchfiles tells of saves at once" if fast else "watch looks at your files six times a second", ""
    yield "note", "git is there" if git.available() else "git is not there; no commits can be made", ""


def _files(work: Workspace) -> Iterator[Finding]:
    if not work.package.is_dir():
        yield "bad", f"the folder {work.package} is gone", "copy it from .course/backups or .course/passed"
        return
    missing = [folder for folder in (work.root, work.own, work.package) if not os.access(folder, os.W_OK)]
    if missing:
        yield "bad", f"{missing[0]} cannot be written to", "change its permissions"
    for path in work.package.rglob("*.py"):
        try:
            compile(path.read_text(encoding="utf-8-sig"), str(path), "exec")
        except (SyntaxError, ValueError) as error:
            yield "bad", f"{path.relative_to(work.root)}: {error}", ""


def _imported(work: Workspace) -> Iterator[Finding]:
    """Whether the learner's package is what its name imports, from the folder of the workspace."""
    code = f"import {work.name}; print({work.name}.__file__)"
    run = subprocess.run([sys.executable, "-c", code], cwd=work.root, capture_output=True, text=True, timeout=60)
    came = run.stdout.strip().splitlines()[-1:] or [""]
    if run.returncode:
        yield "bad", f"import {work.name} fails: {(run.stderr.strip().splitlines() or ['?'])[-1]}", "rung learn check"
    elif not Path(came[0]).resolve().is_relative_to(work.root):
        yield "bad", f"import {work.name} gives {came[0]}", "another package hides yours; rename or remove that one"
    else:
        yield "ok", f"import {work.name} gives your own code", ""


def _course(work: Workspace) -> Iterator[Finding]:
    damaged = [step.name for step in work.course.steps.values() if not (step.has_check or step.has_quiz)]
    if damaged or not process.START.is_file():
        yield "bad", f"the course is damaged: {', '.join(damaged) or process.START}", "reinstall Rung"
    else:
        yield "ok", f"course of {work.course.extent}; passed: {workspace.standing(work)}; at step {work.step.id}", ""
    asks, says = updating.changes(work)
    if asks or says:
        yield "note", f"{len(asks) + len(says)} passed steps have changed since", "rung learn update"


def repair(folder: Path) -> Workspace:
    """Write a new `.course/state.json` from what is there: the package, and the copies of it at each passed step."""
    root = next((f for f in (folder, *folder.parents) if (f / FOLDER).is_dir()), None)
    if root is None:
        raise ValueRangeError(f"{folder} is in no workspace: there is no folder {FOLDER} in it or above it")
    names = [path.parent.name for path in sorted(root.glob("*/__init__.py"))]
    if len(names) != 1:
        raise ValueRangeError(f"{root} must hold one package, yours, but it holds {', '.join(names) or 'none'}")
    numbers = sorted(int(path.name) for path in (root / FOLDER / "passed").glob("[0-9][0-9]"))
    work = Workspace(root, Progress(names[0], course=_course_of(root)))
    known = [n for n in numbers if n in work.course.steps]
    work.progress.passed = {n: digests(work.course.step(n)) for n in known}
    work.progress.current = work.progress.level = min(max([0, *work.progress.passed]) + 1, work.course.last)
    work.save()
    return work


def _course_of(root: Path) -> str | None:
    """The folder of another course than Rung's, if what is left of the progress names one."""
    path = root / FOLDER / workspace.STATE
    text = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
    match = re.search(r'"course": ("(?:[^"\\]|\\.)*")', text)
    return None if match is None else str(json.loads(match[1]))
