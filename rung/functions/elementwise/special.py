"""The error function and the gamma function, with their relatives: on any array library, without SciPy."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from rung.core.call import apply
from rung.core.families import RealElementwise
from rung.core.samples import Sample, case, normal, scalar, uniform
from rung.core.variable import Variable
from rung.errors import ValueRangeError
from rung.functions.documented import composed, documented
from rung.functions.elementwise.exponential import exp
from rung.functions.elementwise.rounding import round
from rung.functions.elementwise.selection import cast, where
from rung.functions.elementwise.trigonometric import tan

__all__ = ["digamma", "erf", "erfinv", "lgamma", "polygamma"]

# Chebyshev fits, computed with 50 digits: erf(x) / x in x ** 2 for |x| <= 1,
# erfc(z) exp(z ** 2) in 3 / (3 + z) for 1 <= z <= 6, and log(gamma(2 + t)) / t in t for |t| <= 1/2.
# The largest relative errors are 7e-18, 6e-17 and 5e-17.
_CENTER = (
    -7.795898827002142e-10, 1.3720064546777686e-08, -1.6208483801871705e-07, 1.6447424703317362e-06,
    -1.492473690741966e-05, 0.00012055294904839707, -0.0008548325975389692, 0.0052239776071164225,
    -0.02686617064323777, 0.11283791670945006, -0.37612638903183543, 1.1283791670955126,
)  # fmt: skip
_TAIL = (
    -0.00011080024529446188, 0.02173013560677321, -0.16569712608897857, 0.5561644357489371,
    -1.0588530224370087, 1.2871572921223842, -1.1404859715055813, 0.7814085855006287, -0.32253763814025715,
    0.23853160948431334, 0.08409193153151949, 0.1662328955965366, 0.17608254502247533, 0.18823319588814605,
    0.18805157979136622, 3.6860690286802047e-07,
)  # fmt: skip
_AROUND_2 = (
    2.7475390051909663e-07, -5.811277768921246e-07, 9.242852225162277e-07, -1.9743106888421067e-06,
    4.3828545383846665e-06, -9.45628851510172e-06, 2.050601970174762e-05, -4.4923727564247656e-05,
    9.945761692157133e-05, -0.00022315497746292723, 0.0005096695196526673, -0.0011927539009983087,
    0.002890510330865901, -0.007385551028935545, 0.02058080842778338, -0.06735230105319563, 0.3224670334241132,
    0.42278433509846713,
)  # fmt: skip


def polynomial(xp: Any, coefficients: Sequence[float], x: Any) -> Any:
    """A polynomial of x by Horner's rule, the highest power first."""
    y = xp.full_like(x, coefficients[0])
    for coefficient in coefficients[1:]:
        y *= x
        y += coefficient
    return y


def erf_of(xp: Any, x: Any) -> Any:
    """The error function of an array."""
    z = xp.minimum(abs(x), 6)
    y = xp.where(z < 1, _erf_in_the_center(xp, z), 1 - _erfc_in_the_tail(xp, z))
    return xp.copysign(y, x)


def _erf_in_the_center(xp: Any, z: Any) -> Any:
    return z * polynomial(xp, _CENTER, xp.minimum(z * z, 1))


def _erfc_in_the_tail(xp: Any, z: Any) -> Any:
    return xp.exp(-z * z) * polynomial(xp, _TAIL, 3 / (3 + z))


def in_float64(function: Any) -> Any:
    """Let a method `forward(self, xp, x)` compute in float64 whatever comes, and give back what came."""

    def forward(self: Any, xp: Any, x: Any) -> Any:
        return function(self, xp, x.astype(xp.float64)).astype(x.dtype)

    return forward


class Erf(RealElementwise):
    """The error function: how likely a normal variable of variance 1/2 lies within ±x, with the sign of x.

        y = 2 / sqrt(pi) * integral of exp(-t ** 2) from 0 to x        dy/dx = 2 / sqrt(pi) exp(-x ** 2)

    Shape: any -> the same. To full precision, by a polynomial around 0 and another one for the tail.

    >>> f"{erf(Variable(0.5)):.12f}"
    '0.520499877813'
    """

    def forward(self, xp: Any, x: Any) -> Any:
        wide = x.astype(xp.float32) if x.dtype == xp.float16 else x
        return erf_of(xp, wide).astype(x.dtype)

    def dx(self, x: Any) -> Any:
        return exp(-x * x) * (2 / math.sqrt(math.pi))

    samples = [
        normal(3, 4), scalar(0.0), uniform(5, low=-7, high=7), uniform(5, low=0.9, high=1.1),
        Sample((4,), lambda _: np.array([-1e3, -50.0, 50.0, 1e3]), smooth=False),
    ]  # fmt: skip


class ErfInv(RealElementwise):
    """The inverse of the error function; at -1 and 1 it is infinite, and NaN beyond.

        x = erf(y)                   dy/dx = sqrt(pi) / 2 exp(y ** 2)

    Shape: any -> the same. A first guess by Winitzki (2008), then Halley's steps, which triple its digits.

    >>> f"{erfinv(erf(Variable(0.25))):.12f}"
    '0.250000000000'
    """

    def forward(self, xp: Any, x: Any) -> Any:
        a = abs(x)
        inside = xp.minimum(a, 1 - 2**-53)
        y = self._guess(xp, inside)
        for _ in range(3):
            center, tail = _erf_in_the_center(xp, xp.minimum(y, 1)), _erfc_in_the_tail(xp, y)
            error = xp.where(y < 1, center - inside, (1 - inside) - tail)  # either is exact where it counts
            step = error * xp.exp(y * y) * (math.sqrt(math.pi) / 2)
            y = y - step / (1 + y * step)
        y = xp.where(a < 1, y, xp.where(a == 1, math.inf, math.nan))
        return xp.copysign(y, x)

    def _guess(self, xp: Any, a: Any) -> Any:
        log = xp.log1p(-a * a)
        b = 2 / (math.pi * 0.147) + log / 2
        return xp.sqrt(xp.maximum(xp.sqrt(b * b - log / 0.147) - b, 0))

    forward = in_float64(forward)

    def dx(self, y: Any) -> Any:
        return exp(y * y) * (math.sqrt(math.pi) / 2)

    samples = [uniform(3, 4, low=-0.95, high=0.95), scalar(0.0), uniform(5, low=0.9, high=0.98)]


def _stirling(xp: Any, x: Any) -> Any:
    """log(gamma(x)) for x >= 8, by Stirling's series."""
    series = (1 / 156, -691 / 360360, 1 / 1188, -1 / 1680, 1 / 1260, -1 / 360, 1 / 12)
    r = 1 / x
    return (x - 0.5) * (xp.log(x) - 1) + (0.5 * math.log(2 * math.pi) - 0.5) + polynomial(xp, series, r * r) * r


def _lgamma_below_8(xp: Any, x: Any) -> Any:
    """log |gamma(x)| for -1/2 <= x < 8, by gamma(x + 1) = x gamma(x) from what it is around 2."""
    nearest = xp.rint(x)
    t = x - nearest  # exact, so that the roots at 1 and 2 are
    above = xp.ones_like(x)
    for k in range(2, 8):
        above = xp.where(nearest > k, above * (t + k), above)
    below = xp.where(nearest < 2, x, 1) * xp.where(nearest < 1, x + 1, 1)
    return t * polynomial(xp, _AROUND_2, t) + xp.log(above) - xp.log(abs(below))


class LGamma(RealElementwise):
    """The logarithm of the absolute value of the gamma function; infinite at 0, -1, -2, …

        y = log |gamma(x)|,  gamma(n) = (n - 1)!        dy/dx = digamma(x)

    Shape: any -> the same. By Stirling's series from 8 on, a polynomial and the recurrence below, and the reflection
    below -1/2.

    >>> f"{lgamma(Variable(5.0)):.12f}", f"{math.log(24):.12f}"
    ('3.178053830348', '3.178053830348')
    """

    def forward(self, xp: Any, x: Any) -> Any:
        x = xp.maximum(x, -(2.0**53))  # from there on down, all are integers
        mirrored = x < -0.5
        z = xp.where(mirrored, 1 - x, x)
        y = xp.where(z < 8, _lgamma_below_8(xp, xp.minimum(z, 8)), _stirling(xp, xp.maximum(z, 8)))
        turn = xp.where(mirrored, x, 0.5)
        sine = abs(xp.sin(math.pi * (turn - xp.rint(turn))))
        return xp.where(mirrored, math.log(math.pi) - xp.log(sine) - y, y)

    forward = in_float64(forward)

    def dx(self, x: Any) -> Any:
        return digamma(x)

    samples = [
        uniform(3, 4, low=0.1, high=12.0),
        uniform(5, low=-3.9, high=-3.1),
        scalar(1.0),
        uniform(3, low=50, high=200),
    ]


class Polygamma(RealElementwise):
    """The derivatives of digamma, the logarithmic derivative of the gamma function, for x > 0.

        y = (-1) ** (n + 1) n! * sum over k of 1 / (x + k) ** (n + 1)        dy/dx = polygamma(n + 1, x)

    Shape: any -> the same; infinite at 0, NaN below. By the recurrence up to 15 and an asymptotic series behind it.

    >>> f"{polygamma(1, Variable(1.0)):.12f}", f"{math.pi ** 2 / 6:.12f}"
    ('1.644934066848', '1.644934066848')
    """

    def __init__(self, n: int):
        if not isinstance(n, int) or n < 0:
            raise ValueRangeError(f"polygamma: expected an order n of at least 0, but got {n!r}")
        self.n = n

    def forward(self, xp: Any, x: Any) -> Any:
        n, sign = self.n, (-1) ** (self.n + 1)
        near = xp.zeros_like(x)
        for k in range(15):
            near = near + (1 / (x + k)) ** (n + 1)
        y = sign * (math.factorial(n) * near + self._far(xp, x + 15)) if n else self._far(xp, x + 15) - near
        return xp.where(x >= 0, y, math.nan)

    def _far(self, xp: Any, x: Any) -> Any:
        """The asymptotic series for a large x."""
        n, r = self.n, 1 / x
        lead = math.factorial(n - 1) * r**n if n else xp.log(x)
        total = lead + math.factorial(n) / 2 * r ** (n + 1) * (1 if n else -1)
        for k, bernoulli in enumerate((1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6), 1):
            term = bernoulli * math.factorial(2 * k + n - 1) / math.factorial(2 * k) * r ** (2 * k + n)
            total = total + term if n else total - term
        return total

    forward = in_float64(forward)

    def dx(self, x: Any) -> Any:
        return polygamma(self.n + 1, x)

    samples = [
        case(uniform(3, 4), n=0), case(uniform(3, 4), n=1), case(uniform(5, low=5, high=30), n=2),
        case(scalar(1.0), n=3),
    ]  # fmt: skip


@documented(Erf)
def erf(x: Any) -> Variable:
    return apply(Erf(), x)


@documented(ErfInv)
def erfinv(x: Any) -> Variable:
    return apply(ErfInv(), x)


@documented(LGamma)
def lgamma(x: Any) -> Variable:
    return apply(LGamma(), x)


@documented(Polygamma)
def polygamma(n: int, x: Any) -> Variable:
    return apply(Polygamma(n), x)


@composed
def digamma(x: Any) -> Variable:
    """The logarithmic derivative of the gamma function, by reflection below 1/2.

        y = gamma'(x) / gamma(x)                 digamma(x) = digamma(1 - x) - pi / tan(pi x)

    Shape: any -> the same; infinite at 0, and NaN at -1, -2, …, where it jumps from one infinity to the other.

    >>> f"{digamma(Variable(1.0)):.6f}"
    '-0.577216'
    """
    low = x < 0.5
    y = polygamma(0, where(low, 1 - x, x))
    part = x - round(x)  # of the period of tan, which loses no digits however far away x is
    part = part * cast(where((x < 0) * (part == 0), math.nan, 1.0), part.dtype)  # so that its derivative is NaN too
    return where(low, y - math.pi / tan(math.pi * where(low, part, 0.25)), y)
