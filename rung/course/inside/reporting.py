"""The plugin of pytest that turns its reports into events."""

from __future__ import annotations

import ast
import faulthandler
import time
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any, TextIO

import pytest

from rung.course.inside.sentences import of_error


class Reporter:
    """Says of each check how it went; orders them, and stops where the step's own have failed."""

    def __init__(self, wanted: dict[str, Any], root: Path, name: str, say: Callable[..., None], stack: TextIO):
        self.wanted, self.root, self.name, self.say, self.stack = wanted, root, name, say, stack
        self.groups = {Path(group["path"]).resolve(): group for group in wanted["checks"]}
        self.collected, self.broken, self.failed_own = 0, False, False
        self.started: dict[str, float] = {}

    def group(self, node: Any) -> dict[str, Any]:
        """The step that a check belongs to."""
        return self.groups[Path(node.path).resolve()]

    # Collecting ------------------------------------------------------------------------------------------------

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        """Leave out what does not hold for this state."""
        items[:] = [item for item in items if item.originalname not in self.group(item)["skip"]]
        only = self.wanted.get("only")
        if only:
            items[:] = [item for item in items if item.originalname in only]
        self.collected += len(items)

    def pytest_collectreport(self, report: Any) -> None:
        """Nothing: `pytest_exception_interact` has the error itself."""

    def pytest_exception_interact(self, node: Any, call: Any, report: Any) -> None:
        """A file of checks that could not be imported: its first check has failed, the others were not run."""
        if isinstance(node, pytest.Item):
            return
        error = call.excinfo.value
        found = of_error(error.__cause__ or error, self.root, self.name)
        group = self.group(node)
        skip, only = group["skip"], self.wanted.get("only")
        tests = [test for test in _tests(Path(node.path)) if test[0] not in skip and (not only or test[0] in only)]
        for number, (test, title) in enumerate(tests):
            about = {"id": test, "step": group["step"], "title": title, "seconds": 0.0}
            self.say("check", **about, **({"outcome": "failed", **found} if not number else {"outcome": "not run"}))
        self.broken = self.failed_own = True

    # Running ---------------------------------------------------------------------------------------------------

    def pytest_runtest_protocol(self, item: Any, nextitem: Any) -> bool | None:
        """Once a check of the step has failed, those of earlier steps are not run."""
        if self.failed_own and not self.group(item)["own"]:
            return True
        faulthandler.dump_traceback_later(self.wanted["limit"], exit=True, file=self.stack)
        self.say("start", id=item.originalname, step=self.group(item)["step"])
        self.started[item.nodeid] = time.perf_counter()
        return None

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: Any, call: Any) -> Generator[None, Any, Any]:
        """Say how a check went, when its call is over, or what came before it has failed."""
        report = yield
        if call.when == "call" or (call.when == "setup" and report.outcome != "passed"):
            self._tell(item, call, report)
        return report

    def _tell(self, item: Any, call: Any, report: Any) -> None:
        group, title = self.group(item), _title(item.originalname, item.obj.__doc__)
        outcome = "passed" if report.outcome == "passed" else "suspended" if report.outcome == "skipped" else "failed"
        found = {} if outcome != "failed" else of_error(call.excinfo.value, self.root, self.name)
        self.failed_own = self.failed_own or (outcome == "failed" and group["own"])
        self.say("check", id=item.originalname, case=_case(item), step=group["step"], title=title, outcome=outcome,
                 seconds=round(time.perf_counter() - self.started[item.nodeid], 3), **found,
                 output=_output(report))  # fmt: skip


def _case(item: Any) -> str:
    """What a parametrised check was run with."""
    return str(item.callspec.id) if hasattr(item, "callspec") else ""


def _output(report: Any) -> str:
    """What the learner's code printed while the check ran."""
    text = "".join(text for title, text in report.sections if title.startswith("Captured std"))
    return text if len(text) <= 4000 else text[:4000] + "\n…"


def _title(name: str, doc: str | None) -> str:
    """What a check is called: the first line of its docstring, or its name."""
    line = (doc or "").strip().splitlines()[:1]
    return line[0].rstrip(".") if line else name.removeprefix("test_").replace("_", " ")


def _tests(path: Path) -> list[tuple[str, str]]:
    """The checks of a file that cannot be imported, from its text."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test")]
    return [(node.name, _title(node.name, ast.get_docstring(node))) for node in found]
