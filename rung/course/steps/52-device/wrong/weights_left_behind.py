# caught by: test_late_weights_are_made_where_the_input_is
# file: layers.py


class Linear(Layer):
    def forward(self, x):
        if self.W.data is None:
            self._init_W(x.shape[-1])
        return F.linear(x, self.W, self.b)
