"""Every op of rung.functions through the checker: against NumPy, against PyTorch, and all the properties."""

import hypothesis
import numpy as np
import pytest
from functions.references import ORACLES, PARTS, peers
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import rung.functions as F
from rung.core.families import Elementwise, Reduction
from rung.core.function import Function
from rung.core.samples import Sample, case
from rung.testing import check_op


def _descendants(cls):
    for child in cls.__subclasses__():
        yield child
        yield from _descendants(child)


OPS = {
    op.name: op
    for op in _descendants(Function)
    if op.__module__.startswith("rung.functions") and hasattr(op, "forward")
}


@pytest.mark.parametrize("name", OPS)
def test_op_has_every_property(name):
    assert name in ORACLES, "an op needs an independent formula in references.py"
    assert OPS[name].samples, "an op needs samples"
    assert OPS[name].__doc__, "an op needs its formula and its shapes"
    assert check_op(OPS[name], oracle=ORACLES[name]) > 2


@pytest.mark.parametrize("name", OPS)
def test_op_agrees_with_pytorch(name):
    pytest.importorskip("torch")
    if name not in peers():
        pytest.skip("PyTorch has no such function")
    assert check_op(OPS[name], peer=peers()[name]) > 2


def test_every_op_is_public():
    assert set(OPS) - PARTS <= set(F.__all__)


_POSITIVE = ("log", "log2", "log1p", "sqrt", "rsqrt", "pow", "div", "reciprocal", "arctan2", "fmod",
             "lgamma", "remainder")  # fmt: skip
_DOMAINS = dict.fromkeys(_POSITIVE, (0.5, 2.0)) | {
    "arcsin": (-0.9, 0.9), "arccos": (-0.9, 0.9), "arctanh": (-0.9, 0.9), "arccosh": (1.2, 3.0), "tan": (-1.2, 1.2),
    "erfinv": (-0.9, 0.9),
}  # fmt: skip


def _values(name, shape, seed):
    """Random values where the op is defined and smooth."""
    rng = np.random.default_rng(seed)
    low, high = _DOMAINS.get(name, (-3.0, 3.0))
    return Sample(shape, lambda _: rng.uniform(low, high, shape))


_SMOOTH_ELEMENTWISE = [
    name
    for name, op in OPS.items()
    if issubclass(op, Elementwise) and op.differentiable and name not in ("cast", "polygamma")
]


@pytest.mark.parametrize("name", _SMOOTH_ELEMENTWISE)
@hypothesis.settings(max_examples=8, deadline=None, derandomize=True)
@hypothesis.given(data=st.data(), seed=st.integers(0, 2**32 - 1))
def test_elementwise_over_drawn_shapes(name, data, seed):
    op = OPS[name]
    count = len(op.input_names)
    shapes = data.draw(hnp.mutually_broadcastable_shapes(num_shapes=count, max_dims=3, max_side=4, min_side=0))
    inputs = [_values(name, shape, seed + i) for i, shape in enumerate(shapes.input_shapes)]
    if name == "where":
        inputs[0] = Sample(
            inputs[0].shape, lambda rng, shape=inputs[0].shape: rng.random(shape) < 0.5, kind="boolean"
        )
    check_op(op, oracle=ORACLES[name], samples=[tuple(inputs)])


_REDUCTIONS = [name for name, op in OPS.items() if issubclass(op, Reduction) and not name.startswith("arg")]


@pytest.mark.parametrize("name", _REDUCTIONS)
@hypothesis.settings(max_examples=12, deadline=None, derandomize=True)
@hypothesis.given(data=st.data(), seed=st.integers(0, 2**32 - 1), keepdims=st.booleans())
def test_reductions_over_drawn_shapes_and_axes(name, data, seed, keepdims):
    shape = data.draw(hnp.array_shapes(min_dims=0, max_dims=4, min_side=1, max_side=4))
    axes = st.integers(-len(shape), len(shape) - 1) if shape else st.none()
    several = hnp.valid_tuple_axes(len(shape), min_size=1) if shape else st.none()
    axis = data.draw(st.one_of(st.none(), axes, several))
    sample = case(_values(name, shape, seed), axis=axis, keepdims=keepdims)
    check_op(OPS[name], oracle=ORACLES[name], samples=[sample])


@hypothesis.settings(max_examples=15, deadline=None, derandomize=True)
@hypothesis.given(data=st.data(), seed=st.integers(0, 2**32 - 1))
def test_matmul_over_drawn_shapes(data, seed):
    shapes = data.draw(
        hnp.mutually_broadcastable_shapes(signature="(n,k),(k,m)->(n,m)", max_dims=2, min_side=1, max_side=4)
    )
    inputs = tuple(_values("matmul", shape, seed + i) for i, shape in enumerate(shapes.input_shapes))
    check_op(OPS["matmul"], oracle=ORACLES["matmul"], samples=[inputs])
