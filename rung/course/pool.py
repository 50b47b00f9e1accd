"""Runs checks on many packages, in a few processes that fork for each; without forks, in a process for each."""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import Any, TypeVar

from rung.course import backups, checking, process
from rung.course.checking import Report
from rung.course.inside.learner import ALIAS, called
from rung.course.process import Event
from rung.course.state import Files
from rung.course.table import Course

NAME = "climber"  # of the package, so that what says myrung is seen to be understood
FORKS = hasattr(os, "fork")
T = TypeVar("T")
U = TypeVar("U")


class Worker:
    """One process, and the folder in which it finds the package."""

    def __init__(self) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="rung-gates-")
        self.root = Path(self.folder.name).resolve() / "work"
        (self.root / NAME).mkdir(parents=True)
        self.stack = self.root.parent / "stack.txt"
        self.process = self._start() if FORKS else None

    def _start(self) -> subprocess.Popen[str]:
        command = [sys.executable, "-P", "-B", str(process.START), "serve"]
        return subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            encoding="utf-8", env=process.environment(),
        )  # fmt: skip

    def put(self, files: Files) -> None:
        """Make the package consist of these files."""
        backups.put({file: called(text, NAME) for file, text in files.items()}, self.root / NAME)
        self.stack.unlink(missing_ok=True)

    def ask(self, wanted: dict[str, Any]) -> list[Event]:
        """Answer one request by its events."""
        if self.process is None:
            return list(process.ask(wanted, self.root.parent / "errors.txt", 120))
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(wanted) + "\n")
        self.process.stdin.flush()
        events: list[Event] = json.loads(self.process.stdout.readline())
        return events

    def close(self) -> None:
        """End the process and remove the folder."""
        if self.process is not None:
            assert self.process.stdin is not None
            self.process.stdin.close()
            self.process.wait()
            assert self.process.stdout is not None
            self.process.stdout.close()
        self.folder.cleanup()


class Pool:
    """A few workers that answer side by side."""

    def __init__(self, course: Course, size: int | None = None):
        self.course, self.size = course, size or min(os.cpu_count() or 1, 8)
        self.workers = [Worker() for _ in range(self.size)]
        self.free: SimpleQueue[Worker] = SimpleQueue()
        for worker in self.workers:
            self.free.put(worker)
        self.threads = ThreadPoolExecutor(self.size)

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End all processes."""
        self.threads.shutdown(cancel_futures=True)
        for worker in self.workers:
            worker.close()

    def of(self, course: Course) -> Pool:
        """The same workers, for another course."""
        other = copy.copy(self)
        other.course = course
        return other

    def map(self, f: Callable[[T], U], items: Iterable[T]) -> list[U]:
        """Apply a function that asks the pool to many things, side by side."""
        return list(self.threads.map(f, items))

    def check(
        self,
        files: Files,
        own: Sequence[int],
        earlier: Sequence[int],
        number: int,
        limit: float | None = None,
        everything: bool = False,
        quick: bool = False,
    ) -> Report:
        """How the checks of the steps in `own`, and then in `earlier`, go on a package that is in state `number`.

        Args:
            limit: seconds for one check
            everything: also the checks that do not hold for this state
            quick: stop at the first failure
        """
        groups = _all(self.course, own) if everything else checking.plan(self.course, own, earlier, number)
        limit = limit or 4 * max(self.course.step(n).seconds for n in (*own, *earlier))
        step = self.course.step(own[0])
        report = Report(step.id, step.title, NAME)
        worker = self.free.get()
        try:
            worker.put(files)
            events = worker.ask(process.request(worker.root, NAME, groups, limit, worker.stack, quick))
            for event in [*events, *process.ending(events, worker.stack, worker.root, limit)]:
                checking.take(report, event)
        finally:
            self.free.put(worker)
        return report

    def demo(self, files: Files, program: Path) -> tuple[str, str]:
        """What a program of a step prints on a package, and the error that ended it."""
        text = program.read_text(encoding="utf-8")
        said = self._ask(files, text, do="demo", file=program.name) or {"text": "", "error": "it ended Python"}
        return said["text"].replace(NAME, ALIAS), said["error"]

    def session(self, files: Files, text: str) -> list[str]:
        """What a session shows and Python does not say on a package, in sentences."""
        untrue = self._ask(files, text, do="session")
        return ["it ends Python"] if untrue is None else [line.replace(NAME, ALIAS) for line in untrue]

    def _ask(self, files: Files, text: str, **wanted: str) -> Any:
        """What comes of a text that a worker runs on a package; None if that ended Python."""
        worker = self.free.get()
        try:
            worker.put(files)
            events = worker.ask({"root": str(worker.root), "name": NAME, "text": called(text, NAME), **wanted})
        finally:
            self.free.put(worker)
        return events[0] if events else None


def _all(course: Course, own: Sequence[int]) -> list[dict[str, Any]]:
    """All checks of some steps."""
    return [{"step": n, "path": str(course.step(n).check), "skip": [], "own": True} for n in own]
