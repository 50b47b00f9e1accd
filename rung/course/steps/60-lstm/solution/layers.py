class LSTM(Layer):
    """A layer with a memory that gates protect: what to let in, what to keep, what to say."""

    def __init__(self, hidden_size, in_size=None):
        super().__init__()
        self.hidden_size = hidden_size
        self.x2h = Linear(4 * hidden_size, in_size=in_size)
        self.h2h = Linear(4 * hidden_size, in_size=hidden_size, nobias=True)
        self.reset_state()

    def reset_state(self):
        self.h = self.c = None

    def forward(self, x):
        z = self.x2h(x)
        if self.h is not None:
            z = z + self.h2h(self.h)
        f, i, o, u = [z[:, k * self.hidden_size : (k + 1) * self.hidden_size] for k in range(4)]
        new = F.sigmoid(i) * F.tanh(u)
        self.c = new if self.c is None else F.sigmoid(f) * self.c + new
        self.h = F.sigmoid(o) * F.tanh(self.c)
        return self.h
