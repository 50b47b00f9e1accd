"""Products of any number of arrays, axis by axis."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from string import ascii_letters
from typing import Any

from rung.core.call import apply
from rung.core.families import Variadic
from rung.core.samples import case, normal
from rung.core.variable import Variable
from rung.errors import ValueRangeError
from rung.functions.documented import documented
from rung.functions.view import broadcast_to, reshape
from rung.shapes import Shape, expect

__all__ = ["einsum"]


class Einsum(Variadic):
    """Multiply arrays element by element and sum, as a rule of letters says: one letter for each axis.

        "ij,jk->ik"  is a matrix product;  "ij->j"  a sum;  "i,j->ij"  an outer product

    The derivative by one input is the einsum of the gradient and the other inputs, with that input's letters as
    the result. A letter may not come twice in one input, and there is no ellipsis.

    Shape: as the letters say; a letter has one size everywhere.

    >>> import numpy as np
    >>> einsum("ij,j->i", np.ones((2, 3)), Variable(np.arange(3.0)))
    variable([3. 3.])
    """

    multilinear = True
    checks_shape = True

    def __init__(self, rule: str):
        self.inputs_letters, self.output_letters = parse_rule(rule)

    def shape(self, *xs: Shape) -> Shape:
        expect(len(xs) == len(self.inputs_letters), f"the rule has {len(self.inputs_letters)} inputs")
        sizes: dict[str, int] = {}
        for letters, x in zip(self.inputs_letters, xs, strict=True):
            expect(len(letters) == len(x), f"{letters!r} must name every axis")
            for letter, size in zip(letters, x, strict=True):
                expect(sizes.setdefault(letter, size) == size, f"the axes {letter!r} must have one size")
        return tuple(sizes[letter] for letter in self.output_letters)

    def forward(self, xp: Any, *xs: Any) -> Any:
        return xp.einsum(f"{','.join(self.inputs_letters)}->{self.output_letters}", *xs, optimize=len(xs) > 2)

    def multiply_adds(self, *xs: Shape) -> int:
        sizes = {
            letter: n
            for letters, x in zip(self.inputs_letters, xs, strict=True)
            for letter, n in zip(letters, x, strict=True)
        }
        return math.prod(sizes.values()) * (len(xs) - 1)

    def multiply_adds_back(self, wanted: Collection[int], *xs: Shape) -> int:
        return self.multiply_adds(*xs) * len(wanted)

    def grad_xs(self, index: int, gy: Any, xs: Sequence[Any], xs_shapes: Sequence[Shape]) -> Any:
        letters = self.inputs_letters[index]
        others = [self.output_letters, *[s for i, s in enumerate(self.inputs_letters) if i != index]]
        known = [letter for letter in letters if letter in "".join(others)]
        factors = [gy, *[x for i, x in enumerate(xs) if i != index]]
        g = apply(Einsum(f"{','.join(others)}->{''.join(known)}"), *factors)
        kept = [n if letter in known else 1 for letter, n in zip(letters, xs_shapes[index], strict=True)]
        return broadcast_to(reshape(g, kept), xs_shapes[index])

    def over_batch(self, inputs: list[Any], batched: list[bool]) -> Any:
        used = "".join([*self.inputs_letters, self.output_letters])
        example = next(letter for letter in ascii_letters if letter not in used)
        marked = [example * here + s for s, here in zip(self.inputs_letters, batched, strict=True)]
        return einsum(f"{','.join(marked)}->{example}{self.output_letters}", *inputs)

    samples = [
        case(normal(2, 3), normal(3, 4), rule="ij,jk->ik"), case(normal(2, 3), rule="ij->j"),
        case(normal(2, 3), rule="ij->"), case(normal(2), normal(3), rule="i,j->ij"),
        case(normal(2, 3, 4), normal(2, 4, 5), rule="bij,bjk->bik"), case(normal(2, 3), rule="ij->ji"),
        case(normal(2), normal(2, 3), normal(3), rule="i,ij,j->"),
    ]  # fmt: skip
    errors = [case((2, 3), (4, 5), rule="ij,jk->ik"), case((2, 3, 1), rule="ij->j")]


def parse_rule(rule: str) -> tuple[list[str], str]:
    """The letters of each input and of the output. Without an arrow, the output has those that come once, in order.

    >>> parse_rule("ij, jk")
    (['ij', 'jk'], 'ik')
    """
    left, arrow, output = rule.replace(" ", "").partition("->")
    inputs = left.split(",")
    every = "".join(inputs)
    if not arrow:
        output = "".join(sorted(letter for letter in set(every) if every.count(letter) == 1))
    legal = all(s.isalpha() or not s for s in [*inputs, output]) and set(output) <= set(every)
    if not legal or any(len(set(s)) != len(s) for s in [*inputs, output]):
        raise ValueRangeError(
            f"einsum: expected letters as in 'ij,jk->ik', none of them twice in one place, but got {rule!r}"
        )
    return inputs, output


@documented(Einsum)
def einsum(rule: str, *xs: Any) -> Variable:
    return apply(Einsum(rule), *xs)
