"""Every example runs, a few steps of it, and leaves a picture."""

import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parent.parent / "examples"
SHARED = ("common", "text")  # what examples are made of
NAMES = sorted(path.stem for path in EXAMPLES.glob("*.py") if path.stem not in SHARED)


@pytest.mark.parametrize("name", NAMES)
def test_it_runs_and_leaves_a_picture(name, tmp_path):
    pytest.importorskip("matplotlib")
    command = [sys.executable, EXAMPLES / f"{name}.py", "--quick", "--out", tmp_path / "out"]
    run = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert run.returncode == 0, run.stderr
    assert list((tmp_path / "out").glob("*.png"))


def test_the_table_of_examples_has_every_one_of_them():
    table = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    assert [name for name in NAMES if f"`{name}.py`" not in table] == []
    assert len(NAMES) >= 8
