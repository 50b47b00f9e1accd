"""Runs the checks by pytest, in a process that holds the learner's package."""

from __future__ import annotations

import faulthandler
import importlib
import json
import sys
from pathlib import Path
from typing import Any, TextIO

from rung.course.inside import learner
from rung.course.inside.reporting import Reporter
from rung.course.inside.sentences import of_error

OPTIONS = [
    "-q", "--import-mode=importlib", "--capture=fd", "--tb=no", "--no-header", "--no-summary",
    *[option for name in ("cacheprovider", "faulthandler", "warnings", "doctest", "junitxml", "unittest", "stepwise",
                          "pastebin", "debugging", "setuponly", "setupplan") for option in ("-p", f"no:{name}")],
]  # fmt: skip

QUICK = ["-x", "--assert=plain"]  # where it matters alone whether anything fails


def run_checks(wanted: dict[str, Any], root: Path, name: str, events: TextIO) -> None:
    """Import the learner's package, run every check that is wanted, and prove that it was the learner's code."""

    def say(event: str, **fields: Any) -> None:
        events.write(json.dumps({"event": event, **fields}) + "\n")
        events.flush()

    with Path(wanted["stack"]).open("w", encoding="utf-8") as stack:
        faulthandler.dump_traceback_later(wanted["limit"], exit=True, file=stack)
        try:
            importlib.import_module(name)
        except BaseException as error:  # whatever stands in the learner's file, even sys.exit()
            say("problem", import_failed=True, **of_error(error, root, name))
            return
        reporter = Reporter(wanted, root, name, say, stack)
        _run_pytest(wanted, reporter)
        faulthandler.cancel_dump_traceback_later()
    _close(reporter, root, name, say)


def _run_pytest(wanted: dict[str, Any], reporter: Reporter) -> None:
    import pytest

    sys.dont_write_bytecode = True
    settings = Path(wanted["stack"]).with_name("pytest.ini")  # an empty one, so that none of the learner's is taken
    settings.write_text("[pytest]\n", encoding="utf-8")
    options = ["-c", str(settings), "--rootdir", wanted["base"], *OPTIONS, *(QUICK if wanted.get("quick") else [])]
    for own in (True, False):  # reading the files of many earlier steps takes longer than running the step's own
        files = [group["path"] for group in wanted["checks"] if group["own"] is own]
        if files and not reporter.failed_own:
            pytest.main([*options, *files], plugins=[reporter])


def _close(reporter: Reporter, root: Path, name: str, say: Any) -> None:
    """The last word: a run without a check, or on other code than the learner's, has not passed."""
    if not reporter.collected and not reporter.broken:
        say("problem", sentence="no check was found, so nothing was proven: your course is damaged; reinstall Rung")
    elif not reporter.broken and (wrong := learner.prove(root, name)):
        say("problem", sentence=wrong)
    say("end")
