import numpy as np
import pytest

from rung.kernels import choice, switched
from rung.machine import has_numba


@pytest.fixture
def runs(monkeypatch):
    """The kernels that ran so far; they are chosen for small arrays as well."""
    if not has_numba():
        pytest.skip("kernels are compiled by Numba")
    ran, call = [], choice.Kernel.__call__

    def noted(self, *args, **options):
        ran.append(self)
        return call(self, *args, **options)

    monkeypatch.setattr(choice, "LEAST", 1)
    monkeypatch.setattr(choice.Kernel, "__call__", noted)
    return ran


@pytest.fixture
def check(runs):
    """A kernel runs in place of a composition, and gives what that gives in float64; also in memory of ours."""

    def check(kernel, composition, *args, tolerance=1e-6):
        runs.clear()
        y = composition(np, *args)
        assert runs[:1] == [kernel]
        with switched(False), np.errstate(all="ignore"):
            plain = composition(np, *args)
            exact = composition(np, *[x.astype("float64") if isinstance(x, np.ndarray) else x for x in args])
        assert (y.dtype, y.shape) == (plain.dtype, plain.shape)
        np.testing.assert_allclose(y, exact, rtol=0, atol=tolerance * float(np.nanmax(abs(exact))))
        out = np.full_like(y, np.nan)
        assert kernel(*args, out=out) is out
        np.testing.assert_array_equal(out, y)

    return check
