"""The threads and the memory of the process."""

import platform
import subprocess
import sys
from importlib import metadata

import numpy as np
import pytest

import rung
from rung.errors import RungError
from rung.machine import import_numba, num_threads, one_blas_thread

PATHS = ":".join(sys.path)


def test_matrix_products_have_as_many_threads_as_were_set():
    before = rung.get_num_threads()
    with num_threads(2):
        assert rung.get_num_threads() == 2
        with num_threads(1):
            assert rung.get_num_threads() == 1
        assert rung.get_num_threads() == 2
    assert rung.get_num_threads() == before


def test_threads_are_set_back_after_an_error():
    before = rung.get_num_threads()
    with pytest.raises(ZeroDivisionError), num_threads(before + 1):
        1 / 0  # noqa: B018
    assert rung.get_num_threads() == before


def test_one_blas_thread_for_a_while():
    with num_threads(2):
        with pytest.raises(ZeroDivisionError), one_blas_thread():
            assert rung.get_num_threads() == 1
            1 / 0  # noqa: B018
        assert rung.get_num_threads() == 2


@pytest.mark.parametrize(("n", "said"), [
    (0, "set_num_threads: n must be at least 1, but got 0"), (True, "must be an integer, but got bool True"),
    (1.0, "must be an integer, but got float 1.0"), (None, "must be an integer, but got NoneType"),
])  # fmt: skip
def test_a_wrong_number_of_threads(n, said):
    with pytest.raises(RungError, match=said):
        rung.set_num_threads(n)


def test_kernels_have_as_many_threads_as_were_set_before_or_after():
    numba = pytest.importorskip("numba")
    with num_threads(1):
        import_numba()
        assert numba.get_num_threads() == 1
    with num_threads(64):
        assert numba.get_num_threads() == numba.config.NUMBA_NUM_THREADS
    with num_threads(1), num_threads(np.int64(1)):
        pass
    assert numba.get_num_threads() == numba.config.NUMBA_NUM_THREADS


PARALLEL = """
import numpy as np
from rung.kernels.jit import loops, numba, prange
@loops
def double(x):
    for i in prange(len(x)):
        x[i] *= 2
x = np.ones(1000)
double(x)
assert (x == 2).all()
print(numba.threading_layer())
"""


def test_kernels_have_threads_that_wait_for_no_other_program():
    pytest.importorskip("numba")
    try:
        metadata.version("tbb")
    except metadata.PackageNotFoundError:
        pytest.skip("tbb is not installed")
    done = subprocess.run([sys.executable, "-c", PARALLEL], capture_output=True, text=True, env={"PYTHONPATH": PATHS})
    assert done.stdout.strip() == "tbb", done.stderr


FAULTS = """
import resource, numpy as np, rung
def step():
    return sum(float(np.ones(1 << 19).sum()) for _ in range(10))
step()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
step()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def faults(**environment):
    done = subprocess.run([sys.executable, "-c", FAULTS], capture_output=True, text=True, check=True, env=environment)
    return int(done.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc can be told to keep memory")
def test_memory_is_kept_for_the_next_arrays():
    pages = 10 * (8 << 19) // 4096
    assert faults(PYTHONPATH=PATHS) < pages / 20
    assert faults(PYTHONPATH=PATHS, MALLOC_MMAP_THRESHOLD_="65536") > pages / 2


GELU = """
import numpy as np, rung.functions as F
F.gelu(np.ones((1 << 17,), np.float32), approximate=True)
"""


def test_it_is_said_when_kernels_are_compiled_and_not_when_they_are_loaded(tmp_path):
    pytest.importorskip("numba")
    environment = {"PYTHONPATH": PATHS, "XDG_CACHE_HOME": str(tmp_path), "NUMBA_CACHE_DIR": str(tmp_path)}
    run = [
        subprocess.run([sys.executable, "-c", GELU], capture_output=True, text=True, env=environment) for _ in "12"
    ]
    assert [done.stderr.count("compiling kernels, once on this machine") for done in run] == [1, 0]
