# caught by: test_first_batch_decides
# file: layers.py
class Linear:
    def forward(self, x):
        self._init_W(x.shape[-1])
        return F.linear(x, self.W, self.b)
