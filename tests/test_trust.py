"""Every row of the table of provoked failures holds, with fewer cases than `python -m tests.trust` tries."""

import re
from pathlib import Path

import pytest
from trust import ROWS, NotPossibleHereError, Trial


@pytest.mark.parametrize("title", ROWS)
@pytest.mark.filterwarnings("ignore::rung.errors.UnverifiedWarning")
def test_the_row_holds(title, tmp_path):
    trial = Trial(tmp_path, full=False)
    try:
        ROWS[title](trial)
    except NotPossibleHereError as reason:
        pytest.skip(str(reason))
    assert trial.provoked
    assert trial.faults == []


def test_the_page_of_promises_tells_of_every_row():
    page = (Path(__file__).parent.parent / "docs" / "trust.md").read_text(encoding="utf-8")
    assert [title for title in ROWS if f"| {title} |" not in page] == []


def test_every_test_that_the_page_names_exists():
    root = Path(__file__).parent.parent
    page = (root / "docs" / "trust.md").read_text(encoding="utf-8")
    sources = [*root.glob("tests/**/*.py"), *root.glob("rung/testing/*.py")]
    defined = {name for path in sources for name in re.findall(r"def (\w+)", path.read_text(encoding="utf-8"))}
    named = re.findall(r"`(\w+)`", page.partition("| failure | where |")[2])
    assert len(named) > 40
    assert [name for name in named if name not in defined] == []
