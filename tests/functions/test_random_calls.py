"""Ten thousand calls with whatever comes: each result equals the oracle's, or the error names the op."""

import warnings

import numpy as np
import pytest
from functions.references import ORACLES
from functions.test_every_op import OPS

from rung import Variable
from rung.core.samples import Sample, as_case
from rung.errors import RungError

CALLS = 10_000
FLOATS = ["float16", "float32", "float64"]
DTYPES = [*FLOATS, *FLOATS, "float64", "int8", "int64", "uint8", "bool", "complex64", "object", "datetime64[s]", "U3"]
TOLERANCE = {"float16": 3e-2, "float32": 2e-4, "float64": 1e-9}
NOT_ARRAYS = [[1.0, 2.0], (1.0,), "text", None, 1j, {}, np.float32(0.5), np.ma.ones(3), np.int8(1), True, 2, 0.5]
LAYOUTS = {
    "contiguous": lambda x: x,
    "fortran": np.asfortranarray,
    "reversed": lambda x: np.flip(np.flip(x).copy()) if x.ndim else x,
    "strided": lambda x: np.repeat(x, 2, axis=-1)[..., ::2] if x.ndim else x,
    "one row repeated": lambda x: np.broadcast_to(x[:1], x.shape) if x.ndim and len(x) else x,
    "read-only": lambda x: np.broadcast_to(x, x.shape),
}
# Decompositions of arbitrary matrices lose digits as their condition says, so only full precision is compared.
ILL_CONDITIONED = {"inv", "solve", "det", "cofactor", "slogdet", "cholesky", "eigh", "qr", "svd"}


def random_shape(rng):
    return tuple(int(n) for n in rng.choice([0, 1, 1, 2, 3, 4], rng.integers(0, 5)))


def random_input(rng, sample):
    """An input like the sample's, or less and less like it."""
    kind = rng.random()
    if kind < 0.06:
        return NOT_ARRAYS[rng.integers(len(NOT_ARRAYS))]
    if not isinstance(sample, Sample):
        return sample
    x = np.asarray(sample.draw(rng))
    if kind < 0.25:
        x = np.asarray(rng.standard_normal(random_shape(rng)) * 3)
    if kind < 0.5 or sample.kind == "real":
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            x = x.astype(DTYPES[rng.integers(len(DTYPES))])
    return list(LAYOUTS.values())[rng.integers(len(LAYOUTS))](x)


def random_options(rng, options):
    """The sample's options, some of them with another axis."""
    options = dict(options)
    if "axis" in options and rng.random() < 0.4:
        options["axis"] = [None, 0, -1, 1, 3, -5, (0, 1), (0, 0), 1.5][rng.integers(9)]
    return options


def plain(x, integers=False):
    """What the oracle gets: floats in double precision, and integers too if the op takes them for reals."""
    if isinstance(x, np.generic):
        x = x.item()
    if isinstance(x, (bool, int, float)) and integers:
        x = np.asarray(float(x))
    kinds = "fiub" if integers else "f"
    return x.astype(float) if isinstance(x, np.ndarray) and x.dtype.kind in kinds else x


def precision_of(values):
    return min((str(x.dtype) for x in values if getattr(x, "dtype", np.dtype(int)).kind == "f"),
               key=FLOATS.index, default="float64")  # fmt: skip


def differences(ys, expected, inputs):
    """What is wrong with the results; an empty text if nothing is."""
    expected = expected if isinstance(expected, tuple) else (expected,)
    for y, e in zip(ys, map(np.asarray, expected), strict=True):
        if y.shape != e.shape:
            return f"the shape is {y.shape}, not {e.shape}"
        precision = precision_of([*inputs, y.data])
        limit = float(np.finfo(precision).max)
        actual, e = y.data.astype(float), e.astype(float)
        e = np.where((abs(e) > limit) & np.isinf(actual), np.copysign(np.inf, e), e)  # it has to overflow
        scale = 1 + max((float(np.max(abs(plain(x)), initial=0)) for x in inputs if hasattr(x, "dtype")), default=0)
        if not np.allclose(actual, e, TOLERANCE[precision], TOLERANCE[precision] * scale, equal_nan=True):
            return f"{actual} is not {e} in {precision}"
    return ""


def one_call(rng):
    """What became of one call: "equal", "refused", or a complaint."""
    name = rng.choice(sorted(OPS))
    op = OPS[name]
    case = as_case(op.samples[rng.integers(len(op.samples))])
    options = random_options(rng, case.options)
    inputs = [random_input(rng, sample) for sample in case.inputs]
    wrapped = [Variable(x) if isinstance(x, np.ndarray) and x.dtype.kind in "fiub" and rng.random() < 0.5
               and not isinstance(x, np.ma.MaskedArray) else x for x in inputs]  # fmt: skip
    shown = f"{name}({options})({', '.join(_show(x) for x in inputs)})"
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            ys = op(**options)(*wrapped)
        except RungError as error:
            return "refused" if op.name in str(error) else f"{shown}: the error does not name {op.name}: {error}"
        except Exception as error:
            return f"{shown}: {type(error).__name__}: {error}"
        precision = precision_of(inputs)
        if name in ILL_CONDITIONED and (precision != "float64" or _lacks_rank(inputs[0])):
            return "ill-conditioned"
        try:
            others = [x for i, x in enumerate(inputs) if i not in op.data_inputs]
            real = op.of_reals or any(getattr(x, "dtype", np.dtype(int)).kind == "f" for x in others)
            values = [plain(x, real and i not in op.data_inputs) for i, x in enumerate(inputs)]
            expected = ORACLES[name](*values, **options)
        except Exception as error:
            return f"{shown}: accepted, but the oracle says {type(error).__name__}: {error}"
        wrong = differences(ys if isinstance(ys, tuple) else (ys,), expected, inputs)
    return f"{shown}: {wrong}" if wrong else "equal"


def _lacks_rank(x):
    return 0 not in x.shape and bool((np.linalg.matrix_rank(x.astype(float)) < min(x.shape[-2:])).any())


def _show(x):
    return f"{x.dtype} {x.shape} strides {x.strides}" if isinstance(x, np.ndarray) else repr(x)


@pytest.mark.parametrize("part", range(10))
def test_every_call_is_right_or_refused(part):
    rng = np.random.default_rng(part)
    outcomes = [one_call(rng) for _ in range(CALLS // 10)]
    complaints = [outcome for outcome in outcomes if outcome not in ("equal", "refused", "ill-conditioned")]
    assert not complaints, f"{len(complaints)} of {len(outcomes)}:\n" + "\n".join(complaints[:20])
    assert outcomes.count("equal") > len(outcomes) // 3
    assert outcomes.count("refused") > len(outcomes) // 10
