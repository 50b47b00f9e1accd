"""`dezero.layers`: the book's layers, whose first weights are drawn from `np.random`, as `np.random.seed` governs."""

from __future__ import annotations

import warnings
import weakref
from typing import Any

import numpy as np

import rung.dezero.functions as F
from rung.core.parameter import Buffer as RungBuffer
from rung.core.parameter import Parameter as RungParameter
from rung.cuda import get_array_module
from rung.dezero.core import Parameter
from rung.dezero.utils import pair
from rung.errors import UnverifiedWarning
from rung.layers.layer import Layer as RungLayer
from rung.serializers import load_arrays, save_arrays

__all__ = [
    "BatchNorm", "Buffer", "Conv2d", "Deconv2d", "EmbedID", "LSTM", "Layer", "Linear", "Parameter", "RNN", "pair",
]  # fmt: skip


class Layer(RungLayer):
    """Something that computes with parameters of its own, as the book has it.

    Rung's layers, with two things of the book's: `inputs` and `outputs` refer to what the last call took and gave, as
    long as the graph holds them, and the names in weight files are written with a slash: `l1/W`.
    """

    def __call__(self, *inputs: Any, **options: Any) -> Any:
        outputs = super().__call__(*inputs, **options)
        self.inputs = [_reference(x) for x in inputs]
        self.outputs = [_reference(y) for y in (outputs if isinstance(outputs, tuple) else (outputs,))]
        return outputs

    @property
    def _params(self) -> list[str]:
        """The names of attributes that are parameters or layers, in the order in which they were set."""
        return [name for name, value in vars(self).items() if isinstance(value, (RungParameter, RungLayer))]

    def _flatten_params(self, params_dict: dict[str, Any], parent_key: str = "") -> None:
        """Put every parameter under its name in weight files into a dict."""
        params_dict.update((name.replace(".", "/"), p) for name, p in self._named_state(parent_key))

    def _children(self) -> dict[str, Any]:
        own = {name: getattr(self, name) for name in self._params}  # before those in lists, as in the book's files
        return own | {name: value for name, value in vars(self).items() if name not in ("inputs", "outputs")}

    def save_weights(self, path: Any) -> None:
        """Write the parameters under the book's names, `l1/W`, to a file: the whole new one, or the old one stays.

        A name without an ending gets `.npz`.
        """
        save_arrays(_with_ending(path), {name.replace(".", "/"): x for name, x in self.state_dict().items()})

    def load_weights(self, path: Any) -> None:
        """Read the parameters from a file of Rung's or of the book's, checked before anything changes.

        Raises:
            WeightFileError: the file is damaged or does not fit; the layer is as it was.
        """
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UnverifiedWarning)  # files of the book have no checksum
            arrays = load_arrays(_with_ending(path))
        self.load_state_dict({name.replace("/", "."): array for name, array in arrays.items()})

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name not in ("inputs", "outputs")}


def _reference(x: Any) -> Any:
    try:
        return weakref.ref(x)
    except TypeError:  # None, a number, a list
        return lambda: x


def _with_ending(path: Any) -> Any:
    text = str(path)
    return path if text.endswith((".npz", ".safetensors")) else f"{text}.npz"


class Buffer(Parameter, RungBuffer):
    """State that a layer keeps and does not learn; it is saved with the weights."""

    def __init__(
        self, data: Any, name: str | None = None, expected_shape: tuple[int | None, ...] = (), dtype: Any = None
    ):
        Parameter.__init__(self, data, name, expected_shape, dtype)
        self._record.differentiable = False


class _Affine(Layer):
    """What layers with a W and a b share: W is drawn when the number of inputs is known."""

    def _set_up(self, shape: tuple[Any, ...], outputs: int, inputs: int | None, nobias: bool, dtype: Any) -> None:
        self.dtype = dtype
        self.W = Parameter(None, name="W", expected_shape=shape, dtype=dtype)
        if inputs is not None:
            self._init_W()
        self.b = None if nobias else Parameter(np.zeros(outputs, dtype=dtype), name="b")

    def _init_W(self, xp: Any = np) -> None:
        raise NotImplementedError

    def _drawn(self, xp: Any, shape: tuple[int, ...], fan_in: int) -> Any:
        """Normal numbers with the variance 1 / fan_in, in the layer's own dtype."""
        dtype = np.dtype(self.dtype)
        return xp.random.randn(*shape).astype(dtype) * dtype.type(np.sqrt(1 / fan_in))


class Linear(_Affine):
    """An affine map of the last axis, Y = X @ W + b. Shape: (..., in_size) -> (..., out_size)"""

    def __init__(self, out_size: int, nobias: bool = False, dtype: Any = np.float32, in_size: int | None = None):
        super().__init__()
        self.in_size, self.out_size = in_size, out_size
        self._set_up((in_size, out_size), out_size, in_size, nobias, dtype)

    def _init_W(self, xp: Any = np) -> None:
        shape = (int(self.in_size), int(self.out_size))  # type: ignore[arg-type]
        self.W.data = self._drawn(xp, shape, shape[0])

    def forward(self, x: Any) -> Any:
        if self.W.data is None:
            self.in_size = x.shape[-1]
            self._init_W(get_array_module(x))
        return F.linear(x, self.W, self.b)


class _Convolutional(_Affine):
    def __init__(
        self,
        out_channels: int,
        kernel_size: Any,
        stride: Any = 1,
        pad: Any = 0,
        nobias: bool = False,
        dtype: Any = np.float32,
        in_channels: int | None = None,
    ):
        super().__init__()
        self.in_channels, self.out_channels, self.kernel_size = in_channels, out_channels, kernel_size
        self.stride, self.pad = stride, pad
        self._set_up((*self._channels(), *pair(kernel_size)), out_channels, in_channels, nobias, dtype)

    def _channels(self) -> tuple[Any, Any]:
        """The two first axes of W."""
        return self.out_channels, self.in_channels

    def _init_W(self, xp: Any = np) -> None:
        kernel = pair(self.kernel_size)
        fan_in = self.in_channels * kernel[0] * kernel[1]  # type: ignore[operator]
        self.W.data = self._drawn(xp, (*self._channels(), *kernel), fan_in)

    def _meet(self, x: Any) -> None:
        if self.W.data is None:
            self.in_channels = x.shape[1]
            self._init_W(get_array_module(x))


class Conv2d(_Convolutional):
    """A window of weights over images. Shape: (N, in_channels, H, W) -> (N, out_channels, OH, OW)"""

    def forward(self, x: Any) -> Any:
        self._meet(x)
        return F.conv2d(x, self.W, self.b, self.stride, self.pad)


class Deconv2d(_Convolutional):
    """The adjoint of a convolution. Shape: (N, in_channels, H, W) -> (N, out_channels, OH, OW)"""

    def _channels(self) -> tuple[Any, Any]:
        return self.in_channels, self.out_channels

    def forward(self, x: Any) -> Any:
        self._meet(x)
        return F.deconv2d(x, self.W, self.b, self.stride, self.pad)


class RNN(Layer):
    """An Elman network, h = tanh(x2h(x) + h2h(h)). Shape: (N, in_size) -> (N, hidden_size)"""

    def __init__(self, hidden_size: int, in_size: int | None = None):
        super().__init__()
        self.x2h = Linear(hidden_size, in_size=in_size)
        self.h2h = Linear(hidden_size, in_size=None if in_size is None else hidden_size, nobias=True)
        self.h: Any = None

    def reset_state(self) -> None:
        """Forget what was seen so far."""
        self.h = None

    def forward(self, x: Any) -> Any:
        self.h = F.tanh(self.x2h(x) if self.h is None else self.x2h(x) + self.h2h(self.h))
        return self.h


class LSTM(Layer):
    """Long short-term memory. Shape: (N, in_size) -> (N, hidden_size)

    f, i, o = sigmoid(x2.(x) + h2.(h)),  u = tanh(x2u(x) + h2u(h)),  c = f c + i u,  h = o tanh(c)
    """

    def __init__(self, hidden_size: int, in_size: int | None = None):
        super().__init__()
        for gate in "fiou":
            setattr(self, f"x2{gate}", Linear(hidden_size, in_size=in_size))
        for gate in "fiou":
            setattr(self, f"h2{gate}", Linear(hidden_size, in_size=hidden_size, nobias=True))
        self.reset_state()

    def reset_state(self) -> None:
        """Forget what was seen so far."""
        self.h: Any = None
        self.c: Any = None

    def _gate(self, gate: str, x: Any) -> Any:
        seen = getattr(self, f"x2{gate}")(x)
        return seen if self.h is None else seen + getattr(self, f"h2{gate}")(self.h)

    def forward(self, x: Any) -> Any:
        f, i, o = (F.sigmoid(self._gate(gate, x)) for gate in "fio")
        new = i * F.tanh(self._gate("u", x))
        self.c = new if self.c is None else f * self.c + new
        self.h = o * F.tanh(self.c)
        return self.h


class EmbedID(Layer):
    """A row of weights for each number. Shape: integers (...) -> (..., out_size)"""

    def __init__(self, in_size: int, out_size: int):
        super().__init__()
        self.W = Parameter(np.random.randn(in_size, out_size).astype(np.float32), name="W")

    def forward(self, x: Any) -> Any:
        return self.W[x]


class BatchNorm(Layer):
    """Each channel brought to mean beta and deviation gamma. Shape: (N, C) or (N, C, H, W) -> the same"""

    def __init__(self) -> None:
        super().__init__()
        self.avg_mean, self.avg_var = (Buffer(None, name, (None,)) for name in ("avg_mean", "avg_var"))
        self.gamma, self.beta = (Parameter(None, name, (None,)) for name in ("gamma", "beta"))

    def _init_params(self, x: Any) -> None:
        xp, size, dtype = get_array_module(x), x.shape[1], x.dtype
        for state, fill in ((self.avg_mean, 0), (self.avg_var, 1), (self.gamma, 1), (self.beta, 0)):
            if state.data is None:
                state.data = xp.full(size, fill, dtype)

    def forward(self, x: Any) -> Any:
        if self.avg_mean.data is None:
            self._init_params(x)
        return F.batch_norm(x, self.gamma, self.beta, self.avg_mean.data, self.avg_var.data)
