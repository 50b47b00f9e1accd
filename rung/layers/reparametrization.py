"""Layers around another layer, whose weight they compute anew in each call from parameters of their own."""

from __future__ import annotations

import copy
from typing import Any, ClassVar

import numpy as np

import rung.functions as F
from rung.config import mode
from rung.core.parameter import Buffer, Parameter
from rung.core.variable import Variable
from rung.cuda import get_array_module
from rung.errors import DTypeError, ValueRangeError, describe
from rung.functions.normalization.weights import iterate
from rung.layers.layer import Layer
from rung.random import generator

__all__ = ["SpectralNorm", "WeightNorm"]


class ComputedWeight(Variable):
    """A weight that was computed: it stands where the layer expects its parameter."""

    __slots__ = ()
    is_sized = True


class _Reparametrized(Layer):
    """The parameter of the layer inside moves out here, as `raw`; what goes in for it is computed in each call.

    A call runs a shallow copy of the layer inside, which has the computed weight, so that nothing has to be put back,
    whatever happens; what the copy notes on itself, such as a hidden state, is taken over.
    """

    raw_name: ClassVar[str] = "W"

    def __init__(self, layer: Layer, name: str, axis: int | None):
        who = type(self).__name__
        if not isinstance(layer, Layer):
            raise DTypeError(f"{who}: expected a layer, but got {describe(layer)}")
        weight = vars(layer).get(name)
        if not isinstance(weight, Parameter) or isinstance(weight, Buffer):
            owned = [key for key, p in vars(layer).items() if isinstance(p, Parameter) and not isinstance(p, Buffer)]
            raise ValueRangeError(
                f"{who}: expected the name of a parameter of the {type(layer).__name__} itself, "
                f"but got {name!r}; it has {', '.join(owned) or 'none'}"
            )
        self.layer = layer
        self.name = name
        self.axis = axis
        setattr(self, self.raw_name, weight)
        setattr(layer, name, None)

    @property
    def raw(self) -> Parameter:
        """The parameter that was the layer's own."""
        return getattr(self, self.raw_name)  # type: ignore[no-any-return]

    def output_axis(self) -> int:
        """Where the outputs are in the weight: by default last in a matrix (in, out), else first."""
        default = 1 if self.raw.ndim == 2 else 0
        return default if self.axis is None else self.axis % self.raw.ndim

    def weight(self) -> Variable:
        """The weight as the layer inside uses it."""
        raise NotImplementedError

    def prepare(self) -> None:
        """Make what depends on the size of the weight, where it is not there yet."""
        raise NotImplementedError

    def forward(self, *inputs: Any, **options: Any) -> Any:
        if not self.raw.is_sized:  # let the layer see a batch, as if it were on its own: it knows its sizes
            twin = self._twin(self.raw)
            with mode(enable_backprop=False, train=False):
                twin(*inputs, **options)
        self.prepare()
        weight = self.weight()
        twin = self._twin(computed(weight))
        outputs = twin(*inputs, **options)
        vars(self.layer).update({key: value for key, value in vars(twin).items() if key != self.name})
        return outputs

    def _twin(self, weight: Any) -> Layer:
        twin = copy.copy(self.layer)
        setattr(twin, self.name, weight)
        return twin

    def fold(self) -> Layer:
        """The layer inside with the weight that it has now as a parameter of its own; this one is done with."""
        with mode(enable_backprop=False, train=False):
            self.prepare()
            setattr(self.layer, self.name, Parameter(self.weight()._data.copy(), name=self.name))
        return self.layer


def computed(weight: Variable) -> ComputedWeight:
    twin = ComputedWeight.__new__(ComputedWeight)
    twin._data, twin._record = weight._data, weight._record
    return twin


class WeightNorm(_Reparametrized):
    """A layer whose weight is learnt as directions `v` and lengths `g`, one for each output.

        W = g v / |v|

    It starts with the weight that the layer has. Source: Salimans and Kingma, NeurIPS 2016

    Args:
        layer: any layer; its parameter moves here, and is called v.
        name: the attribute of the layer that is the weight.
        axis: where the outputs are in the weight; if None, last in a matrix (in, out), else first.

    >>> import numpy as np
    >>> from rung.layers import Linear
    >>> layer = WeightNorm(Linear(3))
    >>> layer(np.ones((2, 5))).shape, layer.v.shape, layer.g.shape
    ((2, 3), (5, 3), (3,))
    """

    raw_name = "v"

    def __init__(self, layer: Layer, name: str = "W", axis: int | None = None):
        super().__init__(layer, name, axis)
        self.g = Parameter(None, "g", (None,), self.raw._record.dtype)
        if self.raw.is_sized:
            self.prepare()

    def prepare(self) -> None:
        if not self.g.is_sized:
            v, axis = self.raw._data, self.output_axis()
            rest = tuple(i for i in range(v.ndim) if i != axis)
            with mode(enable_backprop=False):
                self.g.initialize(F.norm(v, rest)._data)

    def weight(self) -> Variable:
        return F.weight_norm(self.raw, self.g, self.output_axis())


class SpectralNorm(_Reparametrized):
    """A layer whose weight is divided by its largest singular value, so that the layer stretches nothing.

        W / s,       s = u.T W v as the singular vectors u and v know it

    The vectors are buffers; in training they follow W by steps of the power method, in test mode they stay. At first
    they take enough steps to be near. See `rung.functions.spectral_norm`. Source: Miyato et al., ICLR 2018

    Args:
        layer: any layer; its parameter moves here, and is called W.
        name: the attribute of the layer that is the weight.
        iterations: how many steps in each call.
        axis: where the outputs are in the weight; if None, last in a matrix (in, out), else first.

    >>> import numpy as np
    >>> from rung.layers import Linear
    >>> layer = SpectralNorm(Linear(3), iterations=50)
    >>> y = layer(np.ones((2, 5)))
    >>> round(float(np.linalg.norm(layer.weight().data, 2)), 3)
    1.0
    """

    FIRST_STEPS = 15

    def __init__(self, layer: Layer, name: str = "W", iterations: int = 1, axis: int | None = None):
        super().__init__(layer, name, axis)
        self.iterations = iterations
        self.u = Buffer(None, "u", (None,), self.raw._record.dtype)
        self.v = Buffer(None, "v", (None,), self.raw._record.dtype)
        if self.raw.is_sized:
            self.prepare()

    def prepare(self) -> None:
        if self.u.is_sized and self.v.is_sized:
            return
        W = self.raw.detach()
        M = F.moveaxis(W, self.output_axis(), 0)
        M = F.reshape(M, (M.shape[0], W.size // M.shape[0]))
        for vector, size in ((self.u, M.shape[0]), (self.v, M.shape[1])):
            if not vector.is_sized:
                vector.initialize(generator(lasting=True).standard_normal(size))
                if get_array_module(W) is not np:
                    vector.to_gpu()
        iterate(M, self.u, self.v, self.FIRST_STEPS)

    def weight(self) -> Variable:
        return F.spectral_norm(self.raw, self.u, self.v, self.iterations, self.output_axis())
