"""Runs what the page has in JavaScript, to compare it with what Python says."""

import functools
import json
import os
import shutil
import subprocess
from importlib.resources import files
from pathlib import Path

import pytest

PIECES = ("text", "scene")


def run(expression, cases):
    """What an expression gives in JavaScript for each case, which it knows as `it`."""
    program = f"""
        const CASES = JSON.parse(require("fs").readFileSync(0, "utf8"));
        process.stdout.write(JSON.stringify(CASES.map((it) => {expression})));
    """
    done = subprocess.run(
        [_node(), "--input-type=commonjs", "--eval", _page() + program],
        input=json.dumps(cases), capture_output=True, text=True, encoding="utf-8",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


@functools.cache
def _node():
    """Node from the path, or the one that playwright brings; without either, the test is skipped."""
    if found := shutil.which("node"):
        return found
    try:
        import playwright
    except ModuleNotFoundError:
        pytest.skip("there is no node on the path, and no playwright, which brings one")
    bundled = Path(playwright.__file__).parent / "driver" / ("node.exe" if os.name == "nt" else "node")
    return str(bundled) if bundled.exists() else pytest.skip("there is no node on the path, and none in playwright")


@functools.cache
def _page():
    room = files("rung.picture")
    text = {name: room.joinpath(name).read_text(encoding="utf-8") for name in ("widths.json", "theme.json")}
    pieces = [room.joinpath(f"page/{name}.js").read_text(encoding="utf-8") for name in PIECES]
    tables = f'"use strict"; const WIDTHS = {text["widths.json"]}; const THEME = {text["theme.json"]};'
    return "\n".join([tables, *pieces])
