"""Every row of the table of provoked failures holds, with fewer cases than `python -m tests.trust` tries."""

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
