# caught by: test_size_of_weights
# file: layers.py
class Linear:
    def _init_W(self, in_size):
        W = rng.standard_normal((in_size, self.out_size))
        self.W.data = W.astype(self.dtype)
