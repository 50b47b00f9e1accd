"""Where the time of a step goes."""

import subprocess
import sys
import time
from pathlib import Path

from benchmarks.profile import Profile


def test_a_span_inside_another_counts_once():
    profile = Profile()
    inner = profile.around(lambda: time.sleep(0.02), lambda: "inner")
    profile.around(inner, lambda: "outer")()
    assert profile.calls == {"inner": 1, "outer": 1}
    assert profile.seconds["inner"] >= 0.02 > 10 * profile.seconds["outer"]


def test_a_row_is_profiled():
    command = [sys.executable, "-m", "benchmarks.profile", "tiny", "--seconds", "0", "--lines", "20"]
    run = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True)
    for name in ("tiny: ", "page faults", "linear 30x2 2x10 10", "sigmoid backward", "(update)", "(the rest"):
        assert name in run.stdout
