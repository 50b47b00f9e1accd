from .functions_conv import conv2d
from .utils import pair


class Conv2d(Layer):
    """A convolution. How many channels come in, it learns at its first call, unless `in_channels` says so."""

    def __init__(self, out_channels, kernel_size, stride=1, pad=0, nobias=False, dtype=np.float32, in_channels=None):
        super().__init__()
        self.out_channels, self.kernel_size, self.dtype = out_channels, pair(kernel_size), dtype
        self.stride, self.pad = stride, pad
        self.W = Parameter(None, name="W")
        self.b = None if nobias else Parameter(np.zeros(out_channels, dtype), name="b")
        if in_channels is not None:
            self._init_W(in_channels)

    def _init_W(self, in_channels):
        shape = (self.out_channels, in_channels, *self.kernel_size)
        W = rng.standard_normal(shape) / np.sqrt(np.prod(shape[1:]))
        self.W.data = W.astype(self.dtype)

    def forward(self, x):
        if self.W.data is None:
            self._init_W(x.shape[1])
            if cuda.get_array_module(x if cuda.is_array(x) else x.data) is not np:
                self.W.to_gpu()
        return conv2d(x, self.W, self.b, self.stride, self.pad)
