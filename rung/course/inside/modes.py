"""The modes of the process of a check: run checks, a program, a demo, or serve many requests one after the other."""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
from pathlib import Path
from typing import Any, TextIO

from rung.course.inside import learner
from rung.course.inside.sentences import of_error


def main(arguments: list[str]) -> None:
    """Do what the first argument says; requests are JSON on the standard input."""
    mode = arguments[0]
    if mode == "code":
        learner.install(Path(os.environ[learner.ROOT]), os.environ[learner.NAME])
        run_program(sys.stdin.read(), "<program>")
    elif mode == "run":
        learner.install(Path(os.environ[learner.ROOT]), os.environ[learner.NAME])
        file = Path(arguments[1])
        sys.exit(run_demo(learner.called(file.read_text(encoding="utf-8"), os.environ[learner.NAME]), str(file)))
    elif mode == "serve":
        from rung.course.inside.serving import serve

        serve()
    else:
        events = keep_output()
        request(json.loads(sys.stdin.readline()), events)


def request(wanted: dict[str, Any], events: TextIO) -> None:
    """Answer one request, by events as lines of JSON."""
    root, name = Path(wanted["root"]), wanted["name"]
    learner.install(root, name)
    os.chdir(root)
    if wanted["do"] == "check":
        from rung.course.inside.running import run_checks

        run_checks(wanted, root, name, events)
    elif wanted["do"] == "trace":
        from rung.course.inside.tracing import run_trace

        run_trace(wanted, root, name, events)
    elif wanted["do"] == "session":
        from rung.course.inside.sessions import untrue

        events.write(json.dumps(untrue(wanted["text"])) + "\n")
    elif wanted["do"] == "demo":
        events.write(json.dumps(said_by(wanted["text"], wanted["file"])) + "\n")
    events.flush()


def said_by(text: str, file: str) -> dict[str, str]:
    """What a program prints, and the error that ends it."""
    said, error = io.StringIO(), ""
    with contextlib.redirect_stdout(said):
        try:
            run_program(text, file)
        except BaseException as raised:
            error = f"{type(raised).__name__}: {raised}"
    return {"text": said.getvalue(), "error": error}


def keep_output() -> TextIO:
    """A stream to the true standard output; what the learner prints goes to the standard error from here on."""
    kept = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)
    return kept


def run_demo(text: str, file: str) -> int:
    """Run a program; where it fails, say why in one sentence, and which of the learner's lines it was."""
    try:
        run_program(text, file)
    except Exception as error:
        found = of_error(error, Path(os.environ[learner.ROOT]), os.environ[learner.NAME])
        print(f"rung: the demo fails on your framework: {found['sentence']}", file=sys.stderr)
        if "line" in found:
            print(f"  look at {found['file']}:{found['line']}  {found.get('name', '')}".rstrip(), file=sys.stderr)
            print(f"    {found.get('source', '')}".rstrip(), file=sys.stderr)
        return 1
    return 0


def run_program(text: str, file: str) -> dict[str, Any]:
    """Run the text of a program as the main one; return its names."""
    names: dict[str, Any] = {"__name__": "__main__", "__file__": file}
    exec(compile(text, file, "exec"), names)
    return names
