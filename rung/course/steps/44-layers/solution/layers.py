# whole file
"""Functions that have parameters."""

import numpy as np

from . import functions as F
from .core import Parameter
from .random import rng


class Layer:
    """What knows its parameters: every Parameter that is assigned to one of its attributes."""

    def __init__(self):
        self._params = {}

    def __setattr__(self, name, value):
        if isinstance(value, Parameter):
            self._params[name] = value
        super().__setattr__(name, value)

    def __call__(self, *inputs):
        return self.forward(*inputs)

    def forward(self, *inputs):
        raise NotImplementedError(f"{type(self).__name__}: it has no forward method yet; write one")

    def params(self):
        """Its parameters, one by one, in the order in which they came."""
        yield from self._params.values()

    def cleargrads(self):
        for param in self.params():
            param.cleargrad()


class Linear(Layer):
    """y = x W + b. How many numbers come in, it learns at its first call, unless `in_size` says so."""

    def __init__(self, out_size, nobias=False, dtype=np.float32, in_size=None):
        super().__init__()
        self.out_size, self.dtype = out_size, dtype
        self.W = Parameter(None, name="W")
        self.b = None if nobias else Parameter(np.zeros(out_size, dtype), name="b")
        if in_size is not None:
            self._init_W(in_size)

    def _init_W(self, in_size):
        W = rng.standard_normal((in_size, self.out_size)) / np.sqrt(in_size)
        self.W.data = W.astype(self.dtype)

    def forward(self, x):
        if self.W.data is None:
            self._init_W(x.shape[-1])
        return F.linear(x, self.W, self.b)
