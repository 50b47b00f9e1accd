# caught by: test_it_forgets
# file: layers.py


class LSTM:
    def __init__(self, hidden_size, in_size=None):
        super().__init__()
        self.hidden_size = hidden_size
        self.x2h = Linear(4 * hidden_size, in_size=in_size)
        self.h2h = Linear(4 * hidden_size, in_size=hidden_size, nobias=True)
        self.h = self.c = None

    def reset_state(self):
        self.h = None
