"""A run: what a training left in its folder, or is writing there. Anything in it may be damaged, and is then said."""

from __future__ import annotations

import json
import math
import os
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rung.trainer.folder import is_held
from rung.trainer.journal import NAME as JOURNAL
from rung.viewing.journal import POINTS, JournalReader, number

LOG, GRAPH, MODEL, CHECKPOINT = "log.json", "graph.json", "model.json", "last.npz"
MARKS = (LOG, JOURNAL, CHECKPOINT)  # a folder with one of them is a run
LARGEST = 1 << 24  # bytes of a log or a text that are read
SILENCE = 3.0  # seconds without a line after which it is looked whether anybody is still writing
MOST_FILES = 500
MOST_SETTINGS = 100

KINDS = {
    ".png": "picture", ".jpg": "picture", ".jpeg": "picture", ".gif": "picture", ".webp": "picture",
    ".svg": "picture", ".txt": "text", ".npz": "weights", ".safetensors": "weights", ".html": "page",
}  # fmt: skip


def is_run(folder: Path) -> bool:
    """Whether a training has written into a folder."""
    return any((folder / name).is_file() for name in MARKS)


class Run:
    """One folder, read again whenever somebody asks; the journal only from where it was left."""

    def __init__(self, name: str, folder: Path):
        self.name, self.folder = name, folder
        self.journal = JournalReader(folder / JOURNAL)
        self._log: tuple[Any, dict[str, Any], str] = (None, {}, "")

    def facts(self, points: int = POINTS) -> dict[str, Any]:
        """Everything that the page of a run shows, but for the weights and the graph; so many points in a curve."""
        damage: list[str] = []
        self._update_journal(damage)
        log = self._read_log(damage)
        settings = log.get("settings")
        epochs = _count(settings.get("epochs")) if isinstance(settings, dict) else 0
        figures = self._figures(log)
        files = self.files()
        return {
            "name": self.name,
            **self._progress(epochs, figures, log),
            "settings": _texts(settings),
            "versions": _texts(log.get("versions")),
            "figures": figures,
            "steps": self.journal.curves(points),
            "steps_per_epoch": self.journal.steps_per_epoch,
            "tested": "test" if isinstance(settings, dict) else "validation",
            "files": files,
            "graph": any(file["name"] == GRAPH for file in files),
            "model": self._read_json(MODEL, damage),
            "damage": damage,
        }

    def files(self) -> list[dict[str, Any]]:
        """The files of the folder itself that can be shown; no links, nothing deeper."""
        found = [
            {"name": name, "kind": KINDS.get(Path(name).suffix.lower(), "other"), "bytes": facts.st_size,
             "changed": facts.st_mtime_ns // 1_000_000}
            for name, facts in _regular_files(self.folder)
        ]  # fmt: skip
        return sorted(found, key=lambda file: str(file["name"]))[:MOST_FILES]

    # The parts --------------------------------------------------------------------------------------------------

    def _update_journal(self, damage: list[str]) -> None:
        try:
            if _is_regular(self.journal.path):
                self.journal.update()
        except OSError as error:
            damage.append(f"{JOURNAL} cannot be read: {error.strerror}")
        if self.journal.damaged:
            damage.append(f"{JOURNAL} has {self.journal.damaged} damaged lines, which are left out")

    def _read_log(self, damage: list[str]) -> dict[str, Any]:
        """The log; read again only when it has changed."""
        try:
            facts = (self.folder / LOG).lstat()
            version = (facts.st_mtime_ns, facts.st_size, facts.st_ino)
        except OSError:
            version = None
        if self._log[0] != version or version is None:
            told: list[str] = []
            log = self._read_json(LOG, told)
            self._log = (version, log or {}, " ".join(told))
        damage.extend(filter(None, self._log[2:]))
        return self._log[1]

    def _read_json(self, name: str, damage: list[str]) -> dict[str, Any] | None:
        """A JSON object from a file; None, and a word about it, if it is none."""
        path = self.folder / name
        try:
            if not path.exists():
                return None
            if not _is_regular(path):
                raise ValueError("it is no regular file")
            if path.stat().st_size > LARGEST:
                raise ValueError(f"it is larger than {LARGEST >> 20} MiB")
            content = json.loads(path.read_bytes())
            if not isinstance(content, dict):
                raise ValueError("it is no JSON object")
        except (OSError, ValueError, RecursionError) as error:
            damage.append(f"{name} is damaged and left out: {error!s:.120}.")
            return None
        return content

    def _figures(self, log: dict[str, Any]) -> dict[str, list[Any]]:
        """What was measured in each epoch, as columns: of the log, and of the journal where it has gone on."""
        history = log.get("history")
        rows: dict[int, dict[str, Any]] = {}
        for place, row in enumerate(history if isinstance(history, list) else [], 1):
            if isinstance(row, dict):
                rows[_count(row.get("epoch")) or place] = {_measured(name): value for name, value in row.items()}
        for epoch, row in self.journal.epochs.items():
            rows[epoch] = {_measured(name): value for name, value in row.items()}
        epochs = sorted(rows)
        names = dict.fromkeys(name for epoch in epochs for name in rows[epoch])
        columns = {name: [number(rows[epoch].get(name)) for epoch in epochs] for name in names if name != "epoch"}
        return {"epoch": epochs, **columns}

    def _progress(self, epochs: int, figures: dict[str, list[Any]], log: dict[str, Any]) -> dict[str, Any]:
        """How far it is, and whether it goes on."""
        journal, done = self.journal, (figures["epoch"] or [0])[-1]
        state, error = self._state(done, epochs)
        seconds = journal.seconds or number(log.get("seconds"))
        left = math.nan
        steps = epochs * journal.steps_per_epoch
        if state == "running" and math.isfinite(journal.began):
            elapsed = max(time.time() - journal.began, 0.0)
            seconds = max(journal.seconds, elapsed)
            learnt = journal.last_step - journal.first_step
            left = elapsed / learnt * max(steps - journal.last_step, 0) if learnt > 0 and steps else math.nan
        return {"state": state, "error": error, "epoch": done, "epochs": epochs, "step": journal.last_step,
                "of_steps": steps, "seconds": seconds, "seconds_left": left, "changed": self._changed()}  # fmt: skip

    def _state(self, done: int, epochs: int) -> tuple[str, str]:
        """`running`, `finished`, `stopped`, `failed`, or `broken off`: of a process that ended without a word."""
        if self.journal.ending is not None:
            state = self.journal.ending.get("state")
            error = self.journal.ending.get("error", "")
            known = state in ("finished", "stopped", "failed")
            return (str(state) if known else "finished"), str(error)[:2000] if error else ""
        if self._is_running():
            return "running", ""
        if not _is_regular(self.journal.path):  # of a program without a journal
            return ("finished" if done and done >= epochs else "stopped"), ""
        return "broken off", ""

    def _is_running(self) -> bool:
        """Its lines say so, or else the lock that it holds."""
        try:
            if abs(time.time() - self.journal.path.lstat().st_mtime) < SILENCE:
                return True
        except OSError:
            pass
        return is_held(self.folder)

    def _changed(self) -> float:
        times = [facts.st_mtime for name, facts in _regular_files(self.folder) if name in MARKS]
        return max(times, default=0.0)


def find_runs(folder: Path, most: int = 1000) -> list[Path]:
    """The runs that lie directly in a folder; links are not followed."""
    try:
        with os.scandir(folder) as entries:
            folders = [Path(entry.path) for entry in entries if entry.is_dir(follow_symlinks=False)]
    except OSError:
        return []
    return [path for path in sorted(folders, key=lambda path: _natural(path.name)) if is_run(path)][:most]


def _natural(name: str) -> list[tuple[int, str]]:
    """A key that sorts digits-2 before digits-10."""
    parts = "".join(c if c.isascii() and c.isdigit() else f"\0{c}\0" for c in name).split("\0")
    return [(int(part) if len(part) < 20 and part.isdecimal() else -1, part) for part in parts if part]


def _regular_files(folder: Path) -> Iterator[tuple[str, os.stat_result]]:
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_file(follow_symlinks=False) and not entry.name.startswith("."):
                    yield entry.name, entry.stat(follow_symlinks=False)
    except OSError:  # it has been removed meanwhile
        return


def _is_regular(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False


def _measured(name: Any) -> str:
    """The name of a figure; on data that it has not learnt from, it begins with ``test_``.

    >>> _measured("val_loss"), _measured("loss")
    ('test_loss', 'loss')
    """
    return f"test_{name[4:]}" if str(name).startswith("val_") else str(name)[:200]


def _count(value: Any) -> int:
    """A number of at least 0 that counts something; 0 for anything else."""
    return value if type(value) is int and 0 <= value < 1 << 53 else 0


def _texts(facts: Any) -> dict[str, str]:
    """Settings, as they are shown."""
    if not isinstance(facts, dict):
        return {}
    shown = list(facts.items())[:MOST_SETTINGS]
    return {str(name)[:200]: "–" if value is None else str(value)[:500] for name, value in shown}
