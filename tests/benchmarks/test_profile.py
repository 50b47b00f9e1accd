"""Where the time of a step goes."""

import subprocess
import sys
from pathlib import Path


def test_a_row_is_profiled():
    command = [sys.executable, "-m", "benchmarks.profile", "tiny", "--seconds", "0", "--lines", "20"]
    run = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True)
    for name in ("tiny: ", "page faults", "3 steps", "linear 30x2 2x10 10", "sigmoid 30x10", "backward", "updates"):
        assert name in run.stdout


def test_a_compiled_row_is_profiled_line_by_line():
    options = ["--compiled", "--seconds", "0", "--lines", "100"]
    command = [sys.executable, "-m", "benchmarks.profile", "tiny", *options]
    run = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True)
    for name in ("tiny, compiled: 3 steps", "inputs[0]", "dot(", ".write("):
        assert name in run.stdout
