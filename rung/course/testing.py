"""What the checks of the steps use: each failure says what was expected, what came, and where to look.

This is all of Rung that a check may import. It knows nothing of the learner's classes beyond `data`, `grad` and
`backward`, which it asks of the objects that it is given.

    from rung.course.testing import expect, expect_raises, check_gradient, in_fresh_interpreter
"""

from __future__ import annotations

import importlib
import inspect
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

SHAPES: tuple[tuple[int, ...], ...] = ((), (3,), (2, 3), (1, 4), (2, 1, 3))  # what random points have
GRADIENT = re.compile(r"\.grad\b")
STEP = 1e-5  # how far central differences go to each side
Function = Callable[..., Any]


class Unmet(AssertionError):
    """A check that failed: what was looked at, what was expected of it, what came, and where to look.

    >>> raise Unmet("y.data", "array(4.0)", "array(2.0)")
    Traceback (most recent call last):
    rung.course.testing.Unmet: y.data: expected array(4.0), but array(2.0) came
    """

    def __init__(self, what: str, expected: str, came: str, look: Any = None):
        super().__init__(f"{what}: expected {expected}, but {came} came")
        self.what, self.expected, self.came, self.look = what, expected, came.rstrip(","), look


# Comparing ---------------------------------------------------------------------------------------------------------


def expect(what: str, came: Any, expected: Any, look: Any = None, tolerance: float = 1e-6) -> None:
    """A value is the expected one: numbers and arrays up to a tolerance and in shape, all else by ``==``.

    Args:
        what: what is looked at, as the learner would write it: ``"y.data"``
        look: the learner's function, class or method in which a mistake is likely, to which the reader is sent

    >>> expect("y.data", np.array([1.0, 2.0]), [1.0, 2.0])
    >>> expect("y.data", np.array([1.0, 2.0]), 3.0)
    Traceback (most recent call last):
    rung.course.testing.Unmet: y.data: expected 3.0, but array([1., 2.]) came

    Gradients are arrays up to step 31, and Variables from step 32 on; either will do where `what` names a ``grad``.
    """
    if GRADIENT.search(what) and hasattr(came, "creator"):
        came = came.data
    if not same(came, expected, tolerance):
        raise Unmet(what, show(expected), show(came), look)


def expect_same(what: str, came: Any, expected: Any, look: Any = None) -> None:
    """A value is this very object.

    >>> expect_same("y.creator", None, None)
    """
    if came is expected:
        return
    if expected is None or isinstance(expected, bool):
        raise Unmet(what, show(expected), show(came), look)
    raise Unmet(what, f"the very object {show(expected)}", f"another, {show(came)},", look)


def expect_type(what: str, came: Any, kind: type, look: Any = None) -> None:
    """A value is an instance of a class.

    >>> expect_type("y.data", 3.0, np.ndarray)
    Traceback (most recent call last):
    rung.course.testing.Unmet: y.data: expected an ndarray, but a float, 3.0, came
    """
    if not isinstance(came, kind):
        raise Unmet(what, _article(kind.__name__), f"{_article(type(came).__name__)}, {show(came)},", look)


def expect_raises(what: str, error: type[BaseException], f: Function, look: Any = None) -> BaseException:
    """Calling `f` raises an error of this type, which is returned.

    >>> expect_raises("int('x')", ValueError, lambda: int("x"))
    ValueError("invalid literal for int() with base 10: 'x'")
    """
    try:
        value = f()
    except error as caught:
        return caught
    except Exception as other:
        raise Unmet(what, _article(error.__name__), f"{_article(type(other).__name__)}, {other},", look) from other
    raise Unmet(what, _article(error.__name__), f"no error but {show(value)}", look)


def same(came: Any, expected: Any, tolerance: float = 1e-6) -> bool:
    """Whether two values are equal: numbers up to a tolerance, arrays also in shape."""
    if isinstance(expected, (np.ndarray, np.generic)) or _numbers(expected):
        if not isinstance(came, (np.ndarray, np.generic)) and not _numbers(came):
            return False
        return _same_numbers(np.asarray(came), np.asarray(expected), tolerance)
    return bool(came == expected)


def _numbers(value: Any) -> bool:
    """Whether it is a number, or a sequence of numbers, nested as one likes."""
    if isinstance(value, (list, tuple)):
        return len(value) > 0 and all(_numbers(item) for item in value)
    return isinstance(value, (int, float, np.number)) and not isinstance(value, bool)


def _same_numbers(came: Any, expected: Any, tolerance: float) -> bool:
    if came.shape != expected.shape or came.dtype == object:
        return False
    if came.dtype.kind == "b" or expected.dtype.kind == "b":
        return bool(np.array_equal(came, expected))
    return bool(np.allclose(came, expected, rtol=tolerance, atol=tolerance, equal_nan=True))


def show(value: Any) -> str:
    """A value in the words of a sentence.

    >>> show(np.zeros(100)), show("ab"), show(len)
    ('an array of shape (100,), beginning 0.0, 0.0, 0.0', "'ab'", 'len')
    """
    if isinstance(value, np.ndarray) and value.size > 12:
        first = ", ".join(f"{x:.6g}" if x else "0.0" for x in value.ravel()[:3])
        return f"an array of shape {value.shape}, beginning {first}"
    if isinstance(value, np.generic):
        value = value.item()
    if inspect.isroutine(value) or inspect.isclass(value):
        return str(getattr(value, "__qualname__", value))
    text = " ".join(repr(value).split())
    return text if len(text) <= 120 else text[:117] + "..."


def _article(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiouAEIOU' or noun == 'ndarray' else 'a'} {noun}"


# Gradients ---------------------------------------------------------------------------------------------------------


def random_arrays(*shapes: Sequence[int], low: float = -2.0, high: float = 2.0, seed: int = 0) -> list[Any]:
    """Arrays of these shapes, evenly drawn from ``[low, high)``; the same for the same seed.

    >>> [x.shape for x in random_arrays((2, 3), ())]
    [(2, 3), ()]
    """
    rng = np.random.default_rng(seed)
    return [np.asarray(rng.uniform(low, high, tuple(shape))) for shape in shapes]


def central_differences(f: Function, *arrays: Any, step: float = STEP) -> list[Any]:
    """The gradient of ``sum(f(*arrays))`` in each of the arrays, by going a little to both sides.

    `f` takes arrays and gives an array, or anything that holds one as ``data``.

    >>> [np.round(g, 6) for g in central_differences(lambda x: x ** 2, np.array([1.0, 3.0]))]
    [array([2., 6.])]
    """
    points = [np.array(x, dtype=np.float64) for x in arrays]

    def total() -> float:
        y = f(*[x.copy() for x in points])
        return float(np.sum(array_of(y)))

    return [_differences(total, x, step) for x in points]


def _differences(total: Callable[[], float], x: Any, step: float) -> Any:
    gradient = np.empty_like(x)
    for index in np.ndindex(x.shape):
        kept = x[index]
        x[index] = kept + step
        above = total()
        x[index] = kept - step
        gradient[index] = (above - total()) / (2 * step)
        x[index] = kept
    return gradient


def check_gradient(
    f: Function,
    *shapes: Sequence[int],
    what: str = "",
    look: Any = None,
    low: float = -2.0,
    high: float = 2.0,
    tolerance: float = 1e-5,
    backward: Function | None = None,
) -> None:
    """The learner's gradients of `f` are those of central differences, at random points.

    Args:
        f: takes Variables, as many as there are shapes, and gives one Variable
        shapes: of the points; without any, all arguments of `f` have one shape, drawn from several
        what: what `f` is, in the sentence of a failure (default: its name)
        low, high: where the points lie, as for a logarithm
        backward: what is called on the result (default: its method ``backward``)
    """
    name = what or getattr(f, "__name__", "the function")
    name = "the function" if name == "<lambda>" else name
    for seed, drawn in enumerate(_points(f, shapes)):
        arrays = random_arrays(*drawn, low=low, high=high, seed=seed)
        _compare_gradients(f, arrays, name, look, tolerance, backward or (lambda y: y.backward()))


def _points(f: Function, shapes: Sequence[Sequence[int]]) -> Iterator[Sequence[Sequence[int]]]:
    if shapes:
        yield from [shapes] * 3
    else:
        count = len(inspect.signature(f).parameters)
        yield from ([shape] * count for shape in SHAPES)


def _compare_gradients(f: Function, arrays: Any, name: str, look: Any, tolerance: float, backward: Function) -> None:
    make = importlib.import_module("myrung").Variable
    variables = [make(x.copy()) for x in arrays]
    backward(f(*variables))
    wanted = central_differences(lambda *xs: f(*[make(x) for x in xs]), *arrays)
    for number, (variable, gradient) in enumerate(zip(variables, wanted, strict=True)):
        point = ", ".join(show(x) for x in arrays)
        which = f"the gradient of {name}" + (f" in its argument {number}" if len(arrays) > 1 else "") + f" at {point}"
        if variable.grad is None:
            raise Unmet(which, show(gradient), "None", look)
        expect(which, array_of(variable.grad), gradient, look, tolerance)


def array_of(value: Any) -> Any:
    """The array of a Variable, however deep it lies; an array or a number as an array."""
    while not isinstance(value, (np.ndarray, np.generic)) and hasattr(value, "data"):
        value = value.data
    return np.asarray(value)


# Interpreters and output -------------------------------------------------------------------------------------------


def in_fresh_interpreter(code: str, seconds: float = 20.0) -> str:
    """Run a program in a new Python, in which ``myrung`` is the learner's package; return what it printed."""
    start = Path(__file__).parent / "inside" / "start.py"
    try:
        run = subprocess.run(
            [sys.executable, "-P", "-B", str(start), "code"],
            input=code, capture_output=True, text=True, encoding="utf-8", timeout=seconds, env=os.environ.copy(),
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise Unmet("a run in a fresh interpreter", f"an end within {seconds:g} s", "none") from error
    if run.returncode:
        last = run.stderr.strip().splitlines()[-1:] or ["no message"]
        raise Unmet("a run in a fresh interpreter", "an end without an error", last[0])
    return run.stdout


@contextmanager
def look_at(look: Any) -> Iterator[None]:
    """Whatever fails in the block sends the reader to this function, class or method."""
    try:
        yield
    except AssertionError as error:
        if getattr(error, "look", None) is None:
            error.look = look  # type: ignore[attr-defined]
        raise
