"""Special functions and activations over their whole range: against SciPy, in units of the last place."""

import math

import numpy as np
import pytest

import rung.functions as F
from rung import Variable

INF, NAN = math.inf, math.nan


def both_signs(x):
    return np.concatenate([-x[::-1], x])


TINY = both_signs(np.logspace(-305, -2, 400))
BESIDE = both_signs(np.logspace(-15.5, -1.1, 400))  # distances from a root or a pole


def ulps(y, exact, least=0.0):
    """The largest error in units of the last place of y's dtype; of values below `least`, of that of `least`."""
    y, exact = np.asarray(y.data), np.asarray(exact)
    unit = np.spacing(np.maximum(np.abs(exact), least).astype(y.dtype)).astype(float)
    return np.max(np.abs(y.astype(float) - exact) / unit)


ERF = {"tiny": TINY, "middle": np.linspace(-7, 7, 4001), "huge": both_signs(np.logspace(0.8, 308, 50))}


@pytest.mark.parametrize("where", ERF)
def test_erf_is_right_to_3_units(where):
    assert ulps(F.erf(ERF[where]), [math.erf(x) for x in ERF[where]]) <= 3


ERFINV = {
    "tiny": TINY,
    "middle": np.linspace(-1, 1, 4001)[1:-1],
    "near 1": both_signs(1 - np.logspace(-15.9, -1, 400)),
    "last": both_signs(np.array([1 - 2.0**-53])),
}


@pytest.mark.parametrize("where", ERFINV)
def test_erfinv_is_right_to_4_units(where):
    special = pytest.importorskip("scipy.special")
    assert ulps(F.erfinv(ERFINV[where]), special.erfinv(ERFINV[where])) <= 4


def lgamma_beside_1(t):
    """The power series of log(gamma(1 + t))."""
    special = pytest.importorskip("scipy.special")
    return -np.euler_gamma * t + sum(special.zeta(k) * (-t) ** k / k for k in range(2, 40))


def test_lgamma_has_all_its_digits_beside_its_roots():
    t = BESIDE
    t = (1 + t) - 1  # what is left of it beside 1
    assert ulps(F.lgamma(1 + t), lgamma_beside_1(t)) <= 3
    t = (2 + BESIDE) - 2
    assert ulps(F.lgamma(2 + t), lgamma_beside_1(t) + np.log1p(t)) <= 5  # the sum here costs digits too
    assert F.lgamma(np.array([1.0, 2.0])).tolist() == [0, 0]


LGAMMA = {
    "tiny": TINY,
    "tiniest": np.logspace(-322, -306, 40),
    "middle": np.concatenate([np.linspace(0.01, 0.9, 500), np.linspace(2.1, 40, 2000)]),
    "around 8": 8 + BESIDE,
    "huge": np.logspace(1, 305, 300),
    "far below": -np.floor(np.logspace(1, 12, 100)) - 0.25,
}


@pytest.mark.parametrize("where", LGAMMA)
def test_lgamma_is_right_to_6_units(where):
    assert ulps(F.lgamma(LGAMMA[where]), [math.lgamma(x) for x in LGAMMA[where]], least=1.0) <= 6


def test_lgamma_below_0_is_right_to_4_units_of_its_mirror_image():
    exact = np.vectorize(math.lgamma)
    beside_poles = -np.arange(1, 20)[:, None] - both_signs(np.logspace(-9, -3, 20))
    for x in (np.linspace(-30.03, -0.01, 3001), beside_poles):
        assert ulps(F.lgamma(x), exact(x), least=1 + abs(exact(1 - x))) <= 4


DIGAMMA = {
    "tiny": both_signs(np.logspace(-300, -2, 400)),
    "middle": np.linspace(0.01, 30, 3001),
    "huge": np.logspace(1, 300, 300),
}


@pytest.mark.parametrize("where", DIGAMMA)
def test_digamma_is_right_to_20_units_of_at_least_1(where):
    """Beside its roots no relative error can be asked for: it is a difference there."""
    special = pytest.importorskip("scipy.special")
    assert ulps(F.digamma(DIGAMMA[where]), special.digamma(DIGAMMA[where]), least=1.0) <= 20


def test_digamma_beside_poles_and_far_below():
    special = pytest.importorskip("scipy.special")
    x = np.linspace(-9.03, -0.01, 3001)
    assert ulps(F.digamma(x), special.digamma(x + 10) - sum(1 / (x + k) for k in range(10)), least=1.0) <= 20
    offset = both_signs(2.0 ** -np.arange(8.0, 30.0))
    poles = -np.arange(1.0, 12.0)[:, None] + offset
    pole = np.pi / np.tan(np.pi * offset)  # the offset is exact, and so is its tangent
    assert ulps(F.digamma(poles), F.digamma(1 - poles).data - pole, least=1.0) <= 4
    far = -np.floor(np.logspace(2, 14, 50)) - 0.25
    assert ulps(F.digamma(far), F.digamma(1 - far).data + np.pi) <= 4


POLYGAMMA = {
    "tiny": lambda n: np.logspace(-250 / (n + 1), -2, 200),
    "middle": lambda n: np.linspace(0.01, 60, 2001),
    "huge": lambda n: np.logspace(1, min(290 / (n + 1), 100), 200),
}


@pytest.mark.parametrize("n", [0, 1, 2, 3, 5, 10, 20])
@pytest.mark.parametrize("where", POLYGAMMA)
def test_polygamma_is_right_to_10_units_and_one_more_for_each_order(n, where):
    special = pytest.importorskip("scipy.special")
    x = POLYGAMMA[where](n)
    assert ulps(F.polygamma(n, x), special.polygamma(n, x), least=0.0 if n else 1.0) <= 10 + n


CORNERS = {
    "erf": (F.erf, {INF: 1.0, -INF: -1.0, NAN: NAN, 5e-324: 5e-324}),
    "erfinv": (F.erfinv, {1.0: INF, -1.0: -INF, NAN: NAN, 1.5: NAN, -2.0: NAN, INF: NAN}),
    "lgamma": (F.lgamma, {0.0: INF, -1.0: INF, -7.0: INF, -1e300: INF, INF: INF, -INF: INF, NAN: NAN, 1e306: INF}),
    "digamma": (F.digamma, {0.0: -INF, -1.0: NAN, -7.0: NAN, INF: INF, -INF: NAN, NAN: NAN}),
    "trigamma": (lambda x: F.polygamma(1, x), {0.0: INF, -1.5: NAN, INF: 0.0, NAN: NAN}),
    "tetragamma": (lambda x: F.polygamma(2, x), {0.0: -INF, -1.5: NAN, INF: -0.0, NAN: NAN}),
}


@pytest.mark.parametrize("name", CORNERS)
def test_zeros_poles_infinities_and_nan(name):
    f, values = CORNERS[name]
    with np.errstate(all="ignore"):
        y = f(np.array(list(values))).data
    np.testing.assert_array_equal(y, list(values.values()))
    np.testing.assert_array_equal(np.signbit(y[y == 0]), np.signbit([v for v in values.values() if v == 0]))


def test_a_zero_keeps_its_sign():
    for f in (F.erf, F.erfinv, F.gelu, F.mish):
        assert np.signbit(f(np.array([0.0, -0.0])).data).tolist() == [False, True]


@pytest.mark.parametrize(
    ("f", "oracle", "low", "high", "allowed"),
    [
        (F.erf, "erf", -4, 4, 3), (F.erfinv, "erfinv", -0.99, 0.99, 1), (F.lgamma, "gammaln", -3.4, 30, 1),
        (F.digamma, "digamma", 0.05, 30, 3), (lambda x: F.polygamma(2, x), None, 0.5, 30, 1),
    ],
)  # fmt: skip
@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_narrow_floats_are_right_to_a_few_units(f, oracle, low, high, allowed, dtype):
    special = pytest.importorskip("scipy.special")
    x = np.linspace(low, high, 777).astype(dtype)
    x = x[(x > 0) | (x != np.round(x))]
    exact = getattr(special, oracle)(x.astype(float)) if oracle else special.polygamma(2, x.astype(float))
    y = f(x)
    assert y.dtype == dtype
    assert ulps(y, exact, least=1.0 if oracle == "digamma" else 0.0) <= allowed
    leaf = Variable(x)
    f(leaf).backward()
    assert leaf.grad.dtype == dtype


# Activations --------------------------------------------------------------------------------------------------------


def _gelu(x):
    return x * math.erfc(-x / math.sqrt(2)) / 2


def _mish(x):
    return x * math.tanh(math.log1p(math.exp(x)) if x < 30 else x)


def _tanh_gelu(x):
    return x / (1 + math.exp(min(-2 * math.sqrt(2 / math.pi) * (x + 0.044715 * x**3), 700)))


def _prelu(x):
    return F.prelu(x, np.asarray(0.25, x.dtype))


ACTIVATIONS = {
    "gelu": (F.gelu, _gelu),
    "tanh gelu": (lambda x: F.gelu(x, approximate=True), _tanh_gelu),
    "mish": (F.mish, _mish),
    "prelu": (_prelu, lambda x: x if x > 0 else 0.25 * x),
}


@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_activations_over_the_whole_range(name, dtype):
    """In float16 within 4 units of the value or of a thousandth, whichever is larger; and no warning, no NaN."""
    f, oracle = ACTIVATIONS[name]
    largest = float(np.finfo(dtype).max) ** (1.0 if dtype is np.float16 else 0.3)
    x = np.concatenate([np.linspace(-12, 12, 500), both_signs(np.geomspace(12, 0.9 * largest, 60))]).astype(dtype)
    leaf = Variable(x)
    y = f(leaf)
    y.backward()
    assert y.dtype == leaf.grad.dtype == dtype
    assert ulps(y, [oracle(float(v)) for v in x], least=0.001 if dtype is np.float16 else 1.0) <= 6
    assert np.isfinite(leaf.grad.data).all()
    np.testing.assert_allclose(leaf.grad.data[x > 30], 1, rtol=2e-3)
    np.testing.assert_allclose(leaf.grad.data[x < -30], 0.25 if name == "prelu" else 0, atol=1e-6)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations_at_infinity_and_nan(name):
    f, _ = ACTIVATIONS[name]
    with np.errstate(all="ignore"):
        y = f(np.array([INF, NAN]))
    np.testing.assert_array_equal(y.data, [INF, NAN])
