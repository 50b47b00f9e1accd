"""The process of a check: how it is started, what it is asked, and what is said if it does not come to its end."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from rung.course.table import HERE
from rung.errors import MissingExtraError

START = HERE / "inside" / "start.py"
GRACE = 20.0  # seconds for Python and pytest to start and end, beside the checks
Event = dict[str, Any]


def run(root: Path, name: str, groups: Sequence[Mapping[str, Any]], limit: float) -> Iterator[Event]:
    """Run groups of checks on the package of a name in a folder; give each event as it comes."""
    if importlib.util.find_spec("pytest") is None:
        raise MissingExtraError("pytest", "learn", "checking a step")
    with tempfile.TemporaryDirectory(prefix="rung-check-") as folder:
        stack = Path(folder) / "stack.txt"
        wanted = request(root, name, groups, limit, stack)
        events: list[Event] = []
        for event in ask(wanted, Path(folder) / "errors.txt", limit * 100 + GRACE):
            events.append(event)
            yield event
        yield from ending(events, stack, root, limit)


def request(
    root: Path, name: str, groups: Sequence[Mapping[str, Any]], limit: float, stack: Path, quick: bool = False
) -> dict[str, Any]:
    """What the process is asked for; `quick`: to stop at the first failure."""
    base = Path(os.path.commonpath([group["path"] for group in groups])) if groups else HERE
    base = base.parent if base.suffix else base
    return {"do": "check", "root": str(root), "name": name, "checks": list(groups), "limit": limit,
            "stack": str(stack), "base": str(base), "quick": quick}  # fmt: skip


def ask(wanted: Mapping[str, Any], errors: Path, limit: float) -> Iterator[Event]:
    """Start a process, ask it one thing, and give its events; it is ended when it takes too long or nobody reads."""
    with errors.open("w", encoding="utf-8") as stderr:
        running = subprocess.Popen(
            [sys.executable, "-P", "-B", str(START), "request"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr, text=True, encoding="utf-8",
            env=environment(),
        )  # fmt: skip
        assert running.stdin is not None
        assert running.stdout is not None
        killer = threading.Timer(limit, running.kill)
        killer.start()
        try:
            running.stdin.write(json.dumps(wanted) + "\n")
            running.stdin.close()
            for line in running.stdout:
                yield json.loads(line)
            running.wait()
        finally:
            killer.cancel()
            running.kill()
            running.wait()
            running.stdout.close()


def environment() -> dict[str, str]:
    """That of a check: no plugins of pytest, one thread, UTF-8, no window for figures, and nobody's own data."""
    settings = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONUTF8": "1", "MPLBACKEND": "Agg"}
    for library in ("OPENBLAS", "OMP", "MKL"):
        settings[f"{library}_NUM_THREADS"] = "1"
    ignored = ("PYTEST_ADDOPTS", "PYTHONSTARTUP", "PYTHONWARNINGS", "PYTHONHASHSEED", "RUNG_DATA")
    return {name: value for name, value in os.environ.items() if name not in ignored} | settings


def ending(events: Sequence[Event], stack: Path, root: Path, limit: float) -> Iterator[Event]:
    """What is to be said if the process did not come to its end: a check that never ends, or a crash."""
    if any(event["event"] in ("end", "problem") for event in events):
        return
    text = stack.read_text(encoding="utf-8") if stack.is_file() else ""
    if "Timeout" in text:
        came = {"sentence": f"this did not end within {limit:g} s: is there a loop that never ends?",
                "came": f"no end within {limit:g} s", **_where(text, root)}  # fmt: skip
    else:
        came = {"sentence": "Python itself ended in the middle of the check", "came": "the end of the process"}
    begun = {"title": "", **_unfinished(events)}
    if begun.get("id"):
        yield {"event": "check", **begun, "title": title_of(begun["id"]),
               "outcome": "failed", **came}  # fmt: skip
    else:
        yield {"event": "problem", **came}


def _unfinished(events: Iterable[Event]) -> dict[str, Any]:
    """The check that had begun and did not end."""
    begun: dict[str, Any] = {}
    for event in events:
        if event["event"] in ("start", "check"):
            begun = {"id": event["id"], "step": event["step"]} if event["event"] == "start" else {}
    return begun


def _where(stack: str, root: Path) -> dict[str, Any]:
    """The learner's line that was running, from the stack that was left."""
    for file, line, name in re.findall(r'File "(.+?)", line (\d+) in (\S+)', stack):
        path = Path(file)
        if not file.startswith("<") and path.resolve().is_relative_to(root.resolve()):
            return {"file": path.resolve().relative_to(root.resolve()).as_posix(), "line": int(line), "name": name}
    return {}


def title_of(test: str) -> str:
    """What a check is called whose words are not known.

    >>> title_of("test_counts_once")
    'counts once'
    """
    return test.removeprefix("test_").replace("_", " ")
