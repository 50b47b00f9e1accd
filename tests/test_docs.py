"""The examples on the pages of the documentation run, one after the other."""

import doctest
from pathlib import Path

import pytest

DOCS = Path(__file__).parent.parent / "docs"


@pytest.mark.parametrize("name", ["training.md", "networks.md", "pictures.md", "viewing.md"])
def test_a_page_runs(name):
    outcome = doctest.testfile(str(DOCS / name), module_relative=False,
                               optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS)  # fmt: skip
    assert outcome.attempted > 7
    assert not outcome.failed
