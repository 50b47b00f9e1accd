"""Many requests in one process: each is answered in a fork, so that Python, NumPy and pytest are loaded once."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

from rung.course.inside.modes import request


def serve() -> None:
    """Answer one request a line by one line, a list of events, until the input ends. POSIX alone has forks."""
    import numpy  # noqa: F401  (what each fork would load)
    import pytest  # noqa: F401

    import rung.course.inside.running
    import rung.course.testing  # noqa: F401

    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    for line in sys.stdin:
        answers.write(json.dumps(_in_fork(json.loads(line))) + "\n")
        answers.flush()


def _in_fork(wanted: dict[str, Any]) -> list[dict[str, Any]]:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.close(reading)
            with os.fdopen(writing, "w", encoding="utf-8") as events:
                request(wanted, events)
            status = 0
        finally:
            os._exit(status)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as events:
        lines = events.read().splitlines()
    os.waitpid(child, 0)
    return [json.loads(line) for line in lines]
