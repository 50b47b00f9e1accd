# caught by: test_layer_options
# file: layers.py


class Conv2d:
    def _init_W(self, in_channels):
        shape = (self.out_channels, in_channels, *self.kernel_size)
        W = rng.standard_normal(shape) / np.sqrt(in_channels)
        self.W.data = W.astype(self.dtype)
