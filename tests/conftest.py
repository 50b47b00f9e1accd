"""What all tests share: the devices to run on, and modules beside the tests."""

import gc
import sys
from pathlib import Path

import pytest

import rung

sys.path.insert(0, str(Path(__file__).parent))  # so that a test can import the tables beside it
sys.path.append(str(Path(__file__).parents[1]))  # and the benchmarks


@pytest.fixture(params=["cpu", "gpu"])
def xp(request):
    """The array module of each device; a device that is not there is skipped."""
    if request.param == "gpu":
        if not rung.cuda.is_available():
            pytest.skip("no GPU, or no CuPy")
        import cupy

        return cupy
    import numpy

    return numpy


@pytest.fixture(autouse=True)
def _seeded():
    rung.seed(0)


@pytest.fixture
def no_gc():
    """Without the garbage collector: what is gone is so because nobody refers to it."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.fixture(scope="session")
def browser():
    """One browser for all tests that look at pages, for playwright runs once in a process."""
    from browser import chromium

    with chromium() as found:
        yield found
