"""Hooks: what happens to the gradients before every update. Any function of the list of parameters is one.

>>> from rung.optimizers import SGD
>>> optimizer = SGD(0.1).add_hook(WeightDecay(1e-4)).add_hook(ClipGrad(1.0))
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from rung.core.parameter import Parameter
from rung.core.variable import Variable
from rung.cuda import as_numpy, get_array_module, has_readable_values
from rung.errors import DTypeError, NanError, ValueRangeError, WeightFileError, describe
from rung.optimizers.arrays import sum_of_squares
from rung.random import generator
from rung.schedules import checked_number


class WeightDecay:
    """Add a share of every weight to its gradient: the gradient of rate / 2 * |w|².

        g += rate * w

    With SGD it is the same as the optimizer's own `weight_decay`; with others not, and AdamW's is the better one.
    It is for all parameters, biases too.

    >>> import numpy as np, rung
    >>> w = rung.Parameter(np.array([2.0])); (w * 3).sum().backward()
    >>> WeightDecay(0.5)([w]); w.grad
    variable([4.])
    """

    def __init__(self, rate: float):
        self.rate = checked_number("WeightDecay", "rate", rate)

    def __call__(self, params: list[Parameter]) -> None:
        for param in params:
            _gradient(param).data += self.rate * param._data


class ClipGrad:
    """Shorten the gradients, taken as one long vector, to a greatest length. Source: Pascanu et al., ICML 2013.

        g *= max_norm / max(norm, max_norm)          norm = sqrt(sum of all g ** 2)

    A gradient that is NaN or infinite has no length, so it is an error, before any parameter is touched.

    Raises:
        NanError: a gradient is not finite.

    >>> import numpy as np, rung
    >>> w = rung.Parameter(np.array([1.0, 1.0])); (w * np.array([3.0, 4.0])).sum().backward()
    >>> ClipGrad(1.0)([w]); w.grad
    variable([0.6 0.8])
    """

    def __init__(self, max_norm: float):
        self.max_norm = checked_number("ClipGrad", "max_norm", max_norm)
        if not max_norm:
            raise ValueRangeError("ClipGrad: max_norm must be above 0, but got 0; freeze() stops parameters")

    def __call__(self, params: list[Parameter]) -> None:
        squares = [sum_of_squares(_gradient(param)._data) for param in params]
        if not squares:
            return
        xp = get_array_module(params[0])
        norm = xp.sqrt(sum(squares[1:], squares[0]))
        if has_readable_values(params[0]._data) and not _is_finite(norm):
            bad = [_name(i, p) for i, (p, s) in enumerate(zip(params, squares, strict=True)) if not _is_finite(s)]
            raise NanError(f"ClipGrad: the gradient of {', '.join(bad[:5])} is not finite; a smaller rate may help")
        rate = self.max_norm / xp.maximum(norm, self.max_norm)
        for param in params:
            _gradient(param).data *= rate


class FreezeParam:
    """Take away the gradients of some parameters, so that they are not stepped.

    `Layer.freeze()` saves the work of computing them too; a hook can be taken off again.

    Args:
        layers: layers or parameters.

    >>> import numpy as np, rung
    >>> w = rung.Parameter(np.array([1.0])); (w * 2).sum().backward()
    >>> FreezeParam(w)([w]); w.grad is None
    True
    """

    def __init__(self, *layers: Any):
        for layer in layers:
            if not isinstance(layer, Parameter) and not hasattr(layer, "params"):
                raise DTypeError(f"FreezeParam: expected layers or parameters, but got {describe(layer)}")
        self.layers = layers

    def __call__(self, params: list[Parameter]) -> None:
        for layer in self.layers:
            for param in [layer] if isinstance(layer, Parameter) else layer.params():
                param.cleargrad()


class GradientNoise:
    """Add noise to the gradients that dies down. Source: Neelakantan et al., 2015, on very deep networks.

        g += normal(0, eta / (1 + t) ** gamma)          t: updates so far; the second number is the variance

    t is saved with the optimizer's state; the noise is drawn from the generator of `rung.random`.

    Args:
        eta: the variance at the beginning; 0.01, 0.3 and 1 in the paper.
        gamma: how fast it falls.

    >>> import numpy as np, rung
    >>> w = rung.Parameter(np.array([1.0])); (w * 2).sum().backward()
    >>> noise = GradientNoise(0.01); noise([w]); w.grad.item() != 2, noise.t
    (True, 1)
    """

    def __init__(self, eta: float, gamma: float = 0.55):
        self.eta, self.gamma = (
            checked_number("GradientNoise", "eta", eta),
            checked_number("GradientNoise", "gamma", gamma),
        )
        self.t = 0

    def __call__(self, params: list[Parameter]) -> None:
        deviation = math.sqrt(self.eta / (1 + self.t) ** self.gamma)
        for param in params:
            gradient = _gradient(param)
            dtype = np.float64 if gradient.dtype == np.float64 else np.float32  # what generators draw
            noise = generator(get_array_module(gradient)).standard_normal(gradient.shape, dtype)
            gradient.data += (deviation * noise).astype(gradient.dtype)
        self.t += 1

    def state_dict(self) -> dict[str, int]:
        """How many updates there were."""
        return {"t": self.t}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from what `state_dict` gave."""
        if not isinstance(state, dict) or state.keys() != {"t"}:
            raise WeightFileError("GradientNoise: expected a state of t alone")
        self.t = int(state["t"])


def _gradient(param: Parameter) -> Variable:
    gradient = param.grad
    assert gradient is not None  # optimizers hand over no others
    return gradient


def _name(index: int, param: Parameter) -> str:
    return f"parameter {index} ({param.name or 'without a name'}, {describe(param)})"


def _is_finite(value: Any) -> bool:
    return math.isfinite(as_numpy(value))
