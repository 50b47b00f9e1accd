"""Every row runs in Rung, and means the same in all frameworks that are installed."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks.peers import PEERS
from benchmarks.workloads import SUITES, rows_of

ROOT = Path(__file__).parents[2]
ROWS = rows_of("training")


def losses(row, peer):
    """What a worker says of its first three steps."""
    command = [sys.executable, "-m", "benchmarks.worker", "training", row, peer, "2", "wall"]
    run = subprocess.run(command, cwd=ROOT, input="memory\n0\n", capture_output=True, text=True, check=True)
    first, memory, times = map(json.loads, run.stdout.splitlines())
    assert memory["added"] >= 0
    assert len(times["times"]) == 3
    return first["losses"]


@pytest.mark.parametrize("name", ROWS)
def test_a_row_runs_in_rung(name):
    step = ROWS[name].makers["rung"](False)
    first, second = step(), step()
    assert isinstance(first, float)
    if name in ("scalar", "tanh6"):
        assert first == second  # nothing is trained
    else:
        assert second < first


@pytest.mark.parametrize("name", ["tiny", "lstm", "tanh6"])
@pytest.mark.parametrize("peer", ["torch", "jax", "dezero"])
def test_the_first_losses_are_those_of_rung(name, peer):
    if why := PEERS[peer].missing():
        pytest.skip(why)
    tolerance = 0.02 if (name, peer) == ("lstm", "torch") else 1e-4  # PyTorch's LSTM learns two b
    np.testing.assert_allclose(losses(name, peer), losses(name, "rung"), rtol=tolerance)


def test_the_rows_are_those_of_the_table():
    assert list(ROWS) == ["tiny", "mlp", "mlp3", "cnn", "vgg", "lstm", "gpt", "scalar", "tanh6"]
    assert ROWS["mlp"].has(PEERS["torch-compiled"])
    assert not ROWS["tanh6"].has(PEERS["torch-compiled"])
    assert not ROWS["gpt"].has(PEERS["dezero"])


@pytest.mark.parametrize("suite", sorted(SUITES.keys() - {"training"}))
def test_the_rows_of_the_other_suites_run_in_rung(suite):
    for row in list(rows_of(suite).values())[:3]:
        row.makers["rung"](False)()
