"""Every public function, called with what makes no sense: a result, or an error of Rung's in the function's name."""

import inspect
import itertools
import warnings

import numpy as np
import pytest

import rung.functions as F
from rung import Variable
from rung.errors import RungError

JUNK = [
    None, "text", [1.0, 2.0], (), {}, 1j, True, 2, -1.5, float("nan"), object(), np.int64(3), np.float32(0.5),
    np.array(2.0), np.zeros((0, 3)), np.ones((2, 3)), np.ones((3, 2, 2), np.float32), np.array([1, 2]),
    np.array(["a"]), np.array([1j]), np.array([True, False]), Variable(np.ones(3)), Variable(np.float64(1.0)),
]  # fmt: skip


def required(function):
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    parameters = inspect.signature(function).parameters.values()
    return sum(p.default is p.empty and p.kind in kinds for p in parameters), len(parameters)


def calls(function):
    """Junk in every place, and sensible arrays with junk behind them."""
    least, most = required(function)
    rng = np.random.default_rng(0)
    yield from (
        itertools.product(JUNK, repeat=least)
        if least <= 2
        else (tuple(JUNK[i] for i in rng.integers(len(JUNK), size=least)) for _ in range(400))
    )
    for _ in range(200 if most > least else 0):
        count = int(rng.integers(least, most + 1))
        yield tuple(np.ones((2, 3)) if i == 0 else JUNK[rng.integers(len(JUNK))] for i in range(count))


@pytest.mark.parametrize("name", F.__all__)
def test_junk_is_refused_in_the_functions_name(name):
    function, complaints = getattr(F, name), []
    for arguments in calls(function):
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            try:
                function(*arguments)
            except RungError as error:
                if not str(error).startswith(f"{name}: "):
                    complaints.append(f"{arguments}: {type(error).__name__}: {error}")
            except Exception as error:
                complaints.append(f"{arguments}: {type(error).__name__}: {error}")
    assert not complaints, f"{len(complaints)}:\n" + "\n".join(complaints[:6])
