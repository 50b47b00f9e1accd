"""`dezero.layers`: layers with the book's attributes, whose first weights come from `np.random`."""

from __future__ import annotations

import weakref
from typing import Any

import numpy as np

import rung.layers
from rung.core.parameter import misfit
from rung.dezero import cuda
from rung.dezero import functions as F
from rung.dezero.core import Parameter
from rung.dezero.utils import pair
from rung.errors import WeightFileError

__all__ = [
    "LSTM", "RNN", "BatchNorm", "Conv2d", "Deconv2d", "EmbedID", "F", "Layer", "Linear", "Parameter", "cuda", "pair",
]  # fmt: skip


class Layer(rung.layers.Layer):
    """Something with parameters that computes; parameters come in the order in which they were set.

    After a call, `inputs` and `outputs` give the variables when called; those of `outputs` are kept alive.
    """

    def __init__(self) -> None:
        """Programs of the book call it; there is nothing to do."""

    def __call__(self, *inputs: Any) -> Any:
        outputs = super().__call__(*inputs)
        several = outputs if isinstance(outputs, (tuple, list)) else (outputs,)
        self.inputs = [Seen(x) for x in inputs]
        self.outputs = [Kept(y) for y in several]
        return outputs

    @property
    def _params(self) -> list[str]:
        """The names of the attributes that are, or hold, parameters."""
        return [name for name, value in vars(self).items() if isinstance(value, (Parameter, rung.layers.Layer))]

    def save_weights(self, path: Any) -> None:
        """Write the parameters under the book's names, such as ``l1/W``: all of it, or the old file stays."""
        from rung.serializers import save_arrays

        save_arrays(path, {name.replace(".", "/"): array for name, array in self.state_dict().items()})

    def load_weights(self, path: Any) -> None:
        """Read the parameters from a file of Rung's or of the book's, checked before anything changes.

        Raises:
            WeightFileError: the file is damaged or does not fit; the layer is as it was.
        """
        import warnings

        from rung.errors import UnverifiedWarning
        from rung.serializers import load_arrays

        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UnverifiedWarning)  # files of the book have no checksum
            arrays = {name.replace("/", "."): array for name, array in load_arrays(path).items()}
        owned = dict(self._named_state())
        objections = [f"{name} is missing" for name in owned if name not in arrays]
        objections += [f"{name} is unknown" for name in arrays if name not in owned]
        objections += [
            f"{name} {objection}"
            for name, parameter in owned.items()
            if name in arrays and parameter.is_sized and (objection := misfit(parameter, arrays[name]))
        ]
        if objections:
            raise WeightFileError(f"load_weights: nothing was loaded: {'; '.join(objections[:8])}")
        for name, parameter in owned.items():
            parameter.data = arrays[name] if parameter.data is None else arrays[name].astype(parameter.dtype)


class Kept:
    """A variable that is held on to; calling gives it. It stays behind when its layer is copied or pickled."""

    def __init__(self, variable: Any = None):
        self.variable = variable

    def __call__(self) -> Any:
        return self.variable

    def __reduce__(self) -> Any:
        return Kept, ()


class Seen(Kept):
    """What a layer was called on; calling gives it as long as somebody else holds it."""

    def __init__(self, value: Any):
        self.variable = weakref.ref(value) if hasattr(value, "creator") else lambda: value

    def __call__(self) -> Any:
        return self.variable()


def _drawn(xp: Any, shape: tuple[int, ...], fan_in: int, dtype: Any) -> Any:
    """Normal values of variance 1 / fan_in, drawn from `np.random` as the book draws them."""
    return xp.random.randn(*shape).astype(dtype) * xp.asarray(np.sqrt(1 / fan_in), dtype)


class Linear(Layer):
    """y = x @ W + b"""

    def __init__(self, out_size: int, nobias: bool = False, dtype: Any = np.float32, in_size: int | None = None):
        super().__init__()
        self.in_size = in_size
        self.out_size = out_size
        self.dtype = dtype
        self.W = Parameter(None, name="W")
        if in_size is not None:
            self._init_W()
        self.b = None if nobias else Parameter(np.zeros(out_size, dtype), name="b")

    def _init_W(self, xp: Any = np) -> None:
        self.W.data = _drawn(xp, (self.in_size, self.out_size), self.in_size, self.dtype)  # type: ignore[arg-type]

    def forward(self, x: Any) -> Any:
        if self.W.data is None:
            self.in_size = x.shape[-1]
            self._init_W(cuda.get_array_module(x))
        return F.linear(x, self.W, self.b)


class Conv2d(Layer):
    """A convolution of images."""

    def __init__(
        self, out_channels: int, kernel_size: Any, stride: Any = 1, pad: Any = 0, nobias: bool = False,
        dtype: Any = np.float32, in_channels: int | None = None,
    ):  # fmt: skip
        super().__init__()
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.kernel_size = kernel_size
        self.stride = stride
        self.pad = pad
        self.dtype = dtype
        self.W = Parameter(None, name="W")
        if in_channels is not None:
            self._init_W()
        self.b = None if nobias else Parameter(np.zeros(out_channels, dtype), name="b")

    def _channels(self) -> tuple[Any, Any]:
        return self.out_channels, self.in_channels

    def _init_W(self, xp: Any = np) -> None:
        kernel = pair(self.kernel_size)
        fan_in = self.in_channels * kernel[0] * kernel[1]  # type: ignore[operator]
        self.W.data = _drawn(xp, (*self._channels(), *kernel), fan_in, self.dtype)

    def forward(self, x: Any) -> Any:
        if self.W.data is None:
            self.in_channels = x.shape[1]
            self._init_W(cuda.get_array_module(x))
        return self._convolve(x)

    def _convolve(self, x: Any) -> Any:
        return F.conv2d(x, self.W, self.b, self.stride, self.pad)


class Deconv2d(Conv2d):
    """The adjoint of a convolution, which makes larger images of smaller ones."""

    def _channels(self) -> tuple[Any, Any]:
        return self.in_channels, self.out_channels

    def _convolve(self, x: Any) -> Any:
        return F.deconv2d(x, self.W, self.b, self.stride, self.pad)


class RNN(Layer):
    """A step of Elman's network: h = tanh(x2h(x) + h2h(h)), from h = 0 on."""

    def __init__(self, hidden_size: int, in_size: int | None = None):
        super().__init__()
        self.x2h = Linear(hidden_size, in_size=in_size)
        self.h2h = Linear(hidden_size, nobias=True, in_size=None if in_size is None else hidden_size)
        self.h: Any = None

    def reset_state(self) -> None:
        """Forget the state."""
        self.h = None

    def forward(self, x: Any) -> Any:
        self.h = F.tanh(self.x2h(x) if self.h is None else self.x2h(x) + self.h2h(self.h))
        return self.h


class LSTM(Layer):
    """A step of an LSTM, with a layer for each gate, as in the book."""

    def __init__(self, hidden_size: int, in_size: int | None = None):
        super().__init__()
        for gate in "fiou":
            setattr(self, f"x2{gate}", Linear(hidden_size, in_size=in_size))
        for gate in "fiou":
            setattr(self, f"h2{gate}", Linear(hidden_size, in_size=hidden_size, nobias=True))
        self.reset_state()

    def reset_state(self) -> None:
        """Forget the state."""
        self.h: Any = None
        self.c: Any = None

    def _gate(self, name: str, x: Any) -> Any:
        fresh = getattr(self, f"x2{name}")(x)
        return fresh if self.h is None else fresh + getattr(self, f"h2{name}")(self.h)

    def forward(self, x: Any) -> Any:
        f, i, o = (F.sigmoid(self._gate(name, x)) for name in "fio")
        u = F.tanh(self._gate("u", x))
        self.c = i * u if self.c is None else f * self.c + i * u
        self.h = o * F.tanh(self.c)
        return self.h


class EmbedID(Layer):
    """A row of W for each integer."""

    def __init__(self, in_size: int, out_size: int):
        super().__init__()
        self.W = Parameter(np.random.randn(in_size, out_size).astype(np.float32), name="W")

    def forward(self, x: Any) -> Any:
        return self.W[x]


class BatchNorm(Layer):
    """Standardise each channel, then scale and shift it. Running statistics are Parameters, as in the book."""

    def __init__(self) -> None:
        super().__init__()
        for name in ("avg_mean", "avg_var", "gamma", "beta"):
            setattr(self, name, Parameter(None, name=name))

    def _init_params(self, x: Any) -> None:
        xp = cuda.get_array_module(x)
        for name, value in (("avg_mean", 0), ("avg_var", 1), ("gamma", 1), ("beta", 0)):
            if getattr(self, name).data is None:
                getattr(self, name).data = xp.full(x.shape[1], value, x.dtype)

    def forward(self, x: Any) -> Any:
        if self.avg_mean.data is None:  # type: ignore[attr-defined]
            self._init_params(x)
        mean, var = self.avg_mean.data, self.avg_var.data  # type: ignore[attr-defined]
        return F.batch_nrom(x, self.gamma, self.beta, mean, var)  # type: ignore[attr-defined]
