"""Elementary functions of single numbers, for kernels: plain arithmetic, so that LLVM makes vectors of it.

Numba's own `exp`, `log` and `tanh` call the C library once per element. The ones here, for float32, split the range
as Cephes does (S. L. Moshier, https://netlib.org/cephes) and take its polynomials; they are right to 2 units in the
last place, and for zeros, infinities, NaN and denormal numbers. A kernel adds up by `plus`, whose additions may be
reordered; everything else is rounded as NumPy rounds it.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from llvmlite import ir

from rung.machine import import_numba

numba = import_numba()
float32: Any = numba.float32
int32: Any = numba.int32
njit: Any = numba.njit
intrinsic: Any = numba.extending.intrinsic
FUSED = {"contract"}  # a * b + c may be rounded once


@intrinsic  # type: ignore[untyped-decorator]
def as_float(typing_context: Any, bits: Any) -> Any:
    """The float32 of these 32 bits."""
    return float32(int32), lambda context, builder, signature, args: builder.bitcast(args[0], ir.FloatType())


@intrinsic  # type: ignore[untyped-decorator]
def as_bits(typing_context: Any, x: Any) -> Any:
    """The 32 bits of a float32."""
    return int32(float32), lambda context, builder, signature, args: builder.bitcast(args[0], ir.IntType(32))


def _intrinsic_of_two(name: str) -> Any:
    def typed(typing_context: Any, a: Any, b: Any) -> Any:
        def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            kind = context.get_value_type(a)
            function = builder.module.declare_intrinsic(name, [kind], ir.FunctionType(kind, [kind, kind]))
            return builder.call(function, args)

        return a(a, a), build

    return intrinsic(typed)


maximum = _intrinsic_of_two("llvm.maximum")  # NaN if one of them is
minimum = _intrinsic_of_two("llvm.minimum")


@njit(fastmath={"reassoc"})  # type: ignore[untyped-decorator]
def plus(total: Any, x: Any) -> Any:
    """A step of a sum, whose order does not matter."""
    return total + x


@njit(fastmath=FUSED)  # type: ignore[untyped-decorator]
def exp32(x: Any) -> Any:
    """exp(x) = 2^n exp(r), with |r| at most log(2) / 2."""
    c = float32(89.0) if x > float32(89.0) else x
    c = float32(0.0) if x < float32(-104.0) else c  # where the result is 0: arithmetic on denormal numbers is slow
    n = np.rint(c * float32(1.44269504))
    r = (c - n * float32(0.693359375)) - n * float32(-2.12194440e-4)
    p = float32(1.9875691500e-4)
    p = p * r + float32(1.3981999507e-3)
    p = p * r + float32(8.3334519073e-3)
    p = p * r + float32(4.1665795894e-2)
    p = p * r + float32(1.6666665459e-1)
    p = p * r + float32(5.0000001201e-1)
    y = (p * (r * r) + r) + float32(1.0)
    whole = int32(n if n == n else float32(0.0))
    half = int32(whole >> int32(1))  # in two steps, for results near the ends of the range
    rest = int32(whole - half)
    y = y * as_float(int32((half + int32(127)) << int32(23))) * as_float(int32((rest + int32(127)) << int32(23)))
    return float32(0.0) if x < float32(-104.0) else y


@njit(fastmath=FUSED)  # type: ignore[untyped-decorator]
def tanh32(x: Any) -> Any:
    """An odd polynomial near 0, and 1 - 2 / (exp(2 x) + 1) beyond."""
    size = abs(x)
    z = x * x
    p = float32(-5.70498872745e-3)
    p = p * z + float32(2.06390887954e-2)
    p = p * z + float32(-5.37397155531e-2)
    p = p * z + float32(1.33314422036e-1)
    p = p * z + float32(-3.33332819422e-1)
    near = p * z * x + x
    far = float32(1.0) - float32(2.0) / (exp32(size + size) + float32(1.0))
    far = -far if x < float32(0.0) else far
    return near if size < float32(0.625) else far


@njit(fastmath=FUSED)  # type: ignore[untyped-decorator]
def log32(x: Any) -> Any:
    """log(x) = n log(2) + log(m), with m between the root of 1/2 and that of 2."""
    small = x < float32(1.17549435e-38)
    scaled = x * float32(8388608.0) if small else x
    bits = as_bits(scaled)
    n = float32(int32((bits >> int32(23)) - int32(126)))
    n = n - float32(23.0) if small else n
    m = as_float(int32((bits & int32(0x007FFFFF)) | int32(0x3F000000)))
    low = m < float32(0.707106781186547524)
    n = n - float32(1.0) if low else n
    m = (m + m if low else m) - float32(1.0)
    z = m * m
    p = float32(7.0376836292e-2)
    p = p * m + float32(-1.1514610310e-1)
    p = p * m + float32(1.1676998740e-1)
    p = p * m + float32(-1.2420140846e-1)
    p = p * m + float32(1.4249322787e-1)
    p = p * m + float32(-1.6668057665e-1)
    p = p * m + float32(2.0000714765e-1)
    p = p * m + float32(-2.4999993993e-1)
    p = p * m + float32(3.3333331174e-1)
    y = m * z * p + n * float32(-2.12194440e-4) - float32(0.5) * z
    y = (m + y) + n * float32(0.693359375)
    y = x if not (x < float32(math.inf)) else y  # NaN and infinity are their own logarithms
    y = float32(math.nan) if x < float32(0.0) else y
    return float32(-math.inf) if x == float32(0.0) else y
