from . import cuda


class Layer:
    def to_cpu(self):
        for param in self.params():
            param.to_cpu()
        return self

    def to_gpu(self):
        for param in self.params():
            param.to_gpu()
        return self


class Linear(Layer):
    def forward(self, x):
        if self.W.data is None:
            self._init_W(x.shape[-1])
            if cuda.get_array_module(x if cuda.is_array(x) else x.data) is not np:
                self.W.to_gpu()
        return F.linear(x, self.W, self.b)
