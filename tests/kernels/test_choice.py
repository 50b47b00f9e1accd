"""When a kernel runs, and when the composition does."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import rung
import rung.functions as F
from rung.functions.spatial import largest
from rung.functions.spatial.geometry import Windows
from rung.kernels import choice, is_on, pooling, switched
from rung.machine import has_numba

WINDOWS = Windows((2, 2), (2, 2), ((0, 0), (0, 0)), (1, 1))


def pooled(*shape, dtype=np.float32, windows=WINDOWS):
    x = np.arange(np.prod(shape), dtype=dtype).reshape(shape)
    np.testing.assert_array_equal(largest.largest(np, x, windows)[..., -1, -1], x[..., -1, -1])


def test_a_kernel_runs_for_float32(runs):
    pooled(2, 4, 4)
    assert runs == [pooling.largest]


def test_a_composition_runs_for_all_else(runs):
    pooled(2, 4, 4, dtype=np.float64)
    pooled(2, 4, 4, dtype=np.int64)
    pooled(2, 4, 4, windows=Windows((2, 2), (1, 1), ((0, 0), (0, 0)), (1, 1)))
    assert runs == []


def test_a_composition_runs_for_small_arrays(runs, monkeypatch):
    monkeypatch.setattr(choice, "LEAST", 33)
    pooled(2, 4, 4)
    assert runs == []
    pooled(3, 4, 4)
    assert runs == [pooling.largest]


def test_kernels_can_be_turned_off(runs):
    with switched(False):
        assert not is_on()
        pooled(2, 4, 4)
    assert runs == []
    assert is_on()


def test_a_composition_runs_without_numba(runs, monkeypatch):
    monkeypatch.setattr(choice, "has_numba", lambda: False)
    pooled(2, 4, 4)
    assert runs == []


def test_arrays_that_are_not_in_one_piece_and_those_that_must_not_be_written_to(runs):
    x = np.arange(128, dtype=np.float32).reshape(2, 4, 4, 4)
    for array in (x.swapaxes(0, 1), x[..., ::-1], np.broadcast_to(x[:1], (3, 4, 4, 4))):
        with switched(False):
            expected = largest.largest(np, array, WINDOWS)
        np.testing.assert_array_equal(largest.largest(np, array, WINDOWS), expected)
    assert len(runs) == 3


def test_a_compiled_step_has_one_instruction_for_a_kernel(runs):
    x = np.random.default_rng(0).normal(size=(2, 4, 4)).astype(np.float32)
    step = rung.compile(lambda x: F.max_pool2d(x, 2))
    with switched(False):
        expected = F.max_pool2d(x, 2).data
    for _ in range(5):
        np.testing.assert_array_equal(step(x).data, expected)
    assert runs == [pooling.largest] * 5
    assert "maximum" not in step.source


FORK = """
import os, numpy as np, rung.functions as F
x = np.ones((99, 1, 99, 99), np.float32)
y = F.max_pool2d(x, 2).data
pid = os.fork()
assert (F.max_pool2d(x, 2).data == y).all()
if pid:
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
else:
    os._exit(0)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes cannot be forked here")
def test_a_forked_process_goes_on_without_the_threads_of_its_parent():
    environment = {"PYTHONPATH": ":".join(sys.path)}
    done = subprocess.run([sys.executable, "-c", FORK], capture_output=True, text=True, env=environment)
    assert done.stdout == "0\n", done.stderr


PROGRAM = """
import sys, numpy as np, rung.functions as F
F.max_pool2d(np.ones({shape}, np.float32), 2)
F.conv2d(np.ones({shape}, np.float32), np.ones((2, 1, 3, 3), np.float32))
print("numba" in sys.modules)
"""


@pytest.mark.parametrize(
    ("shape", "setting", "imported"),
    [("(9, 1, 9, 9)", {}, False), ("(99, 1, 99, 99)", {"RUNG_KERNELS": "0"}, False), ("(99, 1, 99, 99)", {}, True)],
)
def test_numba_is_imported_for_large_arrays_alone(shape, setting, imported):
    program, environment = PROGRAM.format(shape=shape), {"PYTHONPATH": ":".join(sys.path), **setting}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment)
    assert done.stdout.strip() == str(imported and has_numba()), done.stderr


POOLING = """
import numpy as np
from rung.kernels import pooling_loops
pooling_loops.largest(np.ones((1, 2, 2), np.float32), np.ones((1, 1, 1), np.float32))
"""


def test_kernels_are_compiled_anew_if_a_file_that_they_may_use_has_changed(tmp_path):
    if not has_numba():
        pytest.skip("kernels are compiled by Numba")
    package = shutil.copytree(Path(rung.__file__).parent, tmp_path / "rung", ignore=shutil.ignore_patterns("course"))
    environment = os.environ | {"PYTHONPATH": str(tmp_path), "NUMBA_CACHE_DIR": str(tmp_path / "cache")}

    def compiles():
        command = [sys.executable, "-c", POOLING]
        run = subprocess.run(command, capture_output=True, text=True, check=True, env=environment, cwd=tmp_path)
        return "compiling kernels" in run.stderr

    assert [compiles(), compiles()] == [True, False]
    with (package / "kernels" / "memory.py").open("a") as file:
        file.write("# changed\n")
    assert compiles()
