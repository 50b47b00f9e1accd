"""Products of matrices within a kernel, where BLAS would share out each one among the threads.

In the middle is a block of the result that stays in the registers. Numba has no words for that, so it is written in
LLVM's own, of vectors.
"""

from __future__ import annotations

from itertools import chain
from typing import Any

import llvmlite.binding as llvm
import numba.extending
from llvmlite import ir
from numba.core import types

from rung.kernels.jit import at, part

# A block has as many rows of two vectors as there are registers for.
LANES, ROWS = (16, 12) if llvm.get_host_cpu_features().get("avx512f") else (8, 6)
STRIP = 2 * LANES  # columns
intrinsic: Any = numba.extending.intrinsic
FUSED = ("contract",)  # a * b + c is one instruction


@part
def pack(b: Any, strip: Any, start: Any, depth: Any, length: Any) -> None:
    """STRIP columns of b, whose rows have this length, as a strip: row after row."""
    for i in range(depth):
        for j in range(STRIP):
            strip[at(i * STRIP + j)] = b[at(start + i * length + j)]


@intrinsic  # type: ignore[untyped-decorator]
def block(typing: Any, a: Any, start: Any, row: Any, step: Any, strip: Any, begin: Any, depth: Any, c: Any,
          place: Any, length: Any) -> Any:  # fmt: skip
    """ROWS rows of a matrix times a strip, to `c[place:]`, whose rows have this length; all arrays are flat.

    Args:
        start: where the first row of `a` begins; rows are `row` apart, and the elements of one `step`.
        begin: where the strip begins; it has `depth` rows.
    """
    signature = types.void(a, *[types.intp] * 3, strip, *[types.intp] * 2, c, *[types.intp] * 2)
    return signature, _block


def _block(context: Any, builder: Any, signature: Any, args: Any) -> Any:
    whole, vector = ir.IntType(64), ir.VectorType(ir.FloatType(), LANES)
    start, row, step, begin, depth, place, length = (args[i] for i in (1, 2, 3, 5, 6, 8, 9))
    a, strip, c = (context.make_array(signature.args[i])(context, builder, args[i]).data for i in (0, 4, 7))

    def pair(pointer: Any, offset: Any) -> list[Any]:
        places = [builder.gep(pointer, [builder.add(offset, whole(LANES * i))]) for i in range(2)]
        return [builder.bitcast(place, vector.as_pointer()) for place in places]

    def spread(number: Any) -> Any:
        first = builder.insert_element(ir.Constant(vector, ir.Undefined), number, ir.IntType(32)(0))
        return builder.shuffle_vector(first, first, ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES))

    rows = [builder.gep(a, [builder.add(start, builder.mul(row, whole(i)))]) for i in range(ROWS)]
    before, loop, after = builder.block, builder.append_basic_block("sums"), builder.append_basic_block("done")
    builder.branch(loop)
    builder.position_at_end(loop)
    k, sums = builder.phi(whole), [[builder.phi(vector) for _ in range(2)] for _ in range(ROWS)]
    factors = [builder.load(p, align=4) for p in pair(strip, builder.add(begin, builder.mul(k, whole(STRIP))))]
    new = []
    for pointer, totals in zip(rows, sums, strict=True):
        number = spread(builder.load(builder.gep(pointer, [builder.mul(k, step)])))
        products = [builder.fmul(number, factor, flags=FUSED) for factor in factors]
        new.append([builder.fadd(*both, flags=FUSED) for both in zip(totals, products, strict=True)])
    following = builder.add(k, whole(1))
    builder.cbranch(builder.icmp_signed("<", following, depth), loop, after)
    phis, values = [(k,), *sums], [(following,), *new]
    for phi, value in zip(chain(*phis), chain(*values), strict=True):
        phi.add_incoming(ir.Constant(phi.type, None), before)
        phi.add_incoming(value, loop)
    builder.position_at_end(after)
    for i, totals in enumerate(new):
        for total, pointer in zip(totals, pair(c, builder.add(place, builder.mul(length, whole(i)))), strict=True):
            builder.store(total, pointer, align=4)
    return context.get_dummy_value()
