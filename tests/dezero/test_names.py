"""The stand-in is complete: every public name of the published package, 0.0.13, is there, in its module."""

import importlib
from pathlib import Path

import pytest

LINES = (Path(__file__).parent / "names.txt").read_text(encoding="utf-8").splitlines()
NAMES = {module: names.split() for module, _, names in (line.partition(": ") for line in LINES)}


@pytest.mark.parametrize("module", NAMES)
def test_every_public_name_is_there(module):
    stand_in = importlib.import_module("rung.dezero" if module == "__init__" else f"rung.dezero.{module}")
    assert [name for name in NAMES[module] if not hasattr(stand_in, name)] == []


def test_there_are_many():
    assert sum(map(len, NAMES.values())) > 250
