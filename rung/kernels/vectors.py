"""What kernels do with vectors that stay in the registers: blocks of products of matrices, and of transposes.

Numba has no words for that, so it is written in LLVM's own. BLAS would not do, which shares out each product among
the threads: a kernel has many small ones, and whole ones for each thread.
"""

from __future__ import annotations

from itertools import chain
from typing import Any

import llvmlite.binding as llvm
import numpy as np
from llvmlite import ir

from rung.kernels.jit import at, numba, part

# A block has as many rows of two vectors as there are registers for.
LANES, ROWS = (16, 12) if llvm.get_host_cpu_features().get("avx512f") else (8, 6)
STRIP = 2 * LANES  # columns
intrinsic: Any = numba.extending.intrinsic
types: Any = numba.types
SQUARE = 8
DEEP = 128  # rows of a strip at a time, so that it and what is multiplied by it stay in the first-level cache
FUSED = ("contract",)  # a * b + c is one instruction


@part
def pack(b: Any, strip: Any, start: Any, depth: Any, length: Any) -> None:
    """STRIP columns of b, whose rows have this length, as a strip: row after row."""
    for i in range(depth):
        for j in range(STRIP):
            strip[at(i * STRIP + j)] = b[at(start + i * length + j)]


@part
def room(rows: Any) -> Any:
    """Memory for blocks of so many rows; the last one has ROWS as well, and begins earlier."""
    return np.empty(-(-rows // ROWS) * ROWS * STRIP, np.float32)


@part
def place_of(row: Any, rows: Any) -> Any:
    """Where a row lies in the blocks of a matrix of so many."""
    first = row // ROWS * ROWS
    return (first + row - min(first, rows - ROWS)) * STRIP


@intrinsic  # type: ignore[untyped-decorator]
def block(typing: Any, a: Any, start: Any, row: Any, step: Any, strip: Any, begin: Any, depth: Any, c: Any,
          place: Any, length: Any, more: Any) -> Any:  # fmt: skip
    """ROWS rows of a matrix times a strip, to `c[place:]`, whose rows have this length; all arrays are flat.

    Args:
        start: where the first row of `a` begins; rows are `row` apart, and the elements of one `step`.
        begin: where the strip begins; it has `depth` rows.
        more: whether it is added to what is there.
    """
    signature = types.void(a, *[types.intp] * 3, strip, *[types.intp] * 2, c, *[types.intp] * 2, types.boolean)
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

    places = [pair(c, builder.add(place, builder.mul(length, whole(i)))) for i in range(ROWS)]
    zero = ir.Constant(vector, None)
    old = [[builder.select(args[10], builder.load(p, align=4), zero) for p in pairs] for pairs in places]
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
    k.add_incoming(whole(0), before)
    k.add_incoming(following, loop)
    for phi, first, next in zip(chain(*sums), chain(*old), chain(*new), strict=True):
        phi.add_incoming(first, before)
        phi.add_incoming(next, loop)
    builder.position_at_end(after)
    for total, pointer in zip(chain(*new), chain(*places), strict=True):
        builder.store(total, pointer, align=4)
    return context.get_dummy_value()


@intrinsic  # type: ignore[untyped-decorator]
def turn(typing: Any, source: Any, start: Any, row: Any, target: Any, place: Any, length: Any) -> Any:
    """target[place + j length + i] = source[start + i row + j] for i and j below SQUARE; both arrays are flat."""
    return types.void(source, *[types.intp] * 2, target, *[types.intp] * 2), _turn


def _turn(context: Any, builder: Any, signature: Any, args: Any) -> Any:
    whole, vector = ir.IntType(64), ir.VectorType(ir.FloatType(), SQUARE)
    source, target = (context.make_array(signature.args[i])(context, builder, args[i]).data for i in (0, 3))

    def lines(data: Any, first: Any, length: Any) -> list[Any]:
        offsets = [builder.add(first, builder.mul(length, whole(i))) for i in range(SQUARE)]
        return [builder.bitcast(builder.gep(data, [offset]), vector.as_pointer()) for offset in offsets]

    def mixed(a: Any, b: Any, first: int) -> Any:
        """The elements of a and b in turn, from one half of both."""
        places = [first + i // 2 + SQUARE * (i % 2) for i in range(SQUARE)]
        return builder.shuffle_vector(a, b, ir.Constant(ir.VectorType(ir.IntType(32), SQUARE), places))

    half = SQUARE // 2
    rows = [builder.load(line, align=4) for line in lines(source, args[1], args[2])]
    for _ in range(SQUARE.bit_length() - 1):
        pairs = list(zip(rows[:half], rows[half:], strict=True))
        rows = [mixed(a, b, first) for a, b in pairs for first in (0, half)]
    for row, line in zip(rows, lines(target, args[4], args[5]), strict=True):
        builder.store(row, line, align=4)
    return context.get_dummy_value()
