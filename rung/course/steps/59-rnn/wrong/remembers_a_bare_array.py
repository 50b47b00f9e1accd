# caught by: test_first_call
# file: layers.py


class RNN:
    def forward(self, x):
        h = self.x2h(x)
        if self.h is not None:
            h = h + self.h2h(self.h)
        y = F.tanh(h)
        self.h = y.data
        return y
