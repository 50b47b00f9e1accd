"""Every error and warning that Rung raises on purpose, and the one formatter of their text.

A message is one sentence: which op, what was expected, what came; and, where there is one, the cure.
"""

from __future__ import annotations

from typing import Any


class RungError(Exception):
    """The base of all of Rung's own errors."""


class ShapeError(RungError, ValueError):
    """Shapes that do not fit together."""


class DTypeError(RungError, TypeError):
    """A value of a type or dtype that an op cannot take."""


class ValueRangeError(RungError, ValueError):
    """A value outside the range that makes sense: a label, a probability, an axis, a rate."""


class IndexRangeError(ValueRangeError, IndexError):
    """An index outside an axis, or one that NumPy does not know."""


class DeviceError(RungError, TypeError):
    """Arrays of different array libraries (CPU and GPU) in one op, or a device that is not there."""


class GraphError(RungError, RuntimeError):
    """A derivative was asked for that the graph cannot give."""


class FreedGraphError(GraphError):
    """A second backward pass through a node whose saved arrays were let go by the first."""


class MutationError(GraphError):
    """An array that a derivative needs was written to between forward and backward."""


class NanError(RungError, ArithmeticError):
    """Under `rung.debug()`: an op made the first NaN or infinity."""


class WeightFileError(RungError, ValueError):
    """A file of weights that is damaged, foreign, or does not fit the model."""


class UnverifiedWarning(UserWarning):
    """A file of weights without Rung's checksum: its form was checked, but nothing vouches for its numbers."""


class ResumeWarning(UserWarning):
    """What was resumed differs from what the program says, and holds."""


class DownloadError(RungError, OSError):
    """A file that could not be fetched, or is not the file that it should be."""


class WorkerError(RungError, RuntimeError):
    """A worker of a `DataLoader` died, hung, could not take over the dataset, or met an error that cannot go on."""


class MissingExtraError(RungError, ImportError):
    """An optional library is needed and not installed."""

    def __init__(self, library: str, extra: str, purpose: str):
        super().__init__(f'{purpose} needs {library}, which is not installed: pip install "rung[{extra}]"')


class PictureError(RungError, RuntimeError):
    """A picture that could not be drawn."""


class TraceError(PictureError, ValueError):
    """A file of a recorded graph that is damaged, foreign, or of a later version."""


def describe(value: Any) -> str:
    """Say what a value is, in the words of an error message.

    >>> import numpy as np
    >>> describe(np.zeros((2, 3), np.float32)), describe(2.5), describe([1])
    ('float32 (2, 3)', 'float 2.5', 'list')
    """
    if hasattr(value, "shape") and hasattr(value, "dtype"):
        return f"{value.dtype} {tuple(value.shape)}"
    if isinstance(value, (bool, int, float)):
        return f"{type(value).__name__} {value!r}"
    return type(value).__name__


def message(op: str, expected: str, cure: str = "", **came: Any) -> str:
    """Format one error: the op, what was expected, what came by name, and the cure.

    >>> message("matmul", "the inner axes must be equal", a=2.0)
    'matmul: the inner axes must be equal, but got a = float 2.0'
    """
    text = f"{op}: {expected}"
    if came:
        text += ", but got " + ", ".join(f"{name} = {describe(v)}" for name, v in came.items())
    return f"{text}; {cure}" if cure else text
