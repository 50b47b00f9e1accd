# caught by: test_first_call
# file: layers.py


class LSTM:
    def forward(self, x):
        z = self.x2h(x)
        if self.h is not None:
            z = z + self.h2h(self.h)
        f, i, o, u = [z[:, k * self.hidden_size : (k + 1) * self.hidden_size] for k in range(4)]
        new = F.sigmoid(i) * F.tanh(u)
        self.c = new if self.c is None else F.sigmoid(f) * self.c + new
        self.h = F.sigmoid(o) * self.c
        return self.h
