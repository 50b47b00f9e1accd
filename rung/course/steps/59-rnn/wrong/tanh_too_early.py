# caught by: test_it_remembers
# file: layers.py


class RNN:
    def forward(self, x):
        h = F.tanh(self.x2h(x))
        if self.h is not None:
            h = h + F.tanh(self.h2h(self.h))
        self.h = h
        return self.h
