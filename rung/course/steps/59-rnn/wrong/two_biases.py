# caught by: test_its_parameters
# file: layers.py


class RNN:
    def __init__(self, hidden_size, in_size=None):
        super().__init__()
        self.x2h = Linear(hidden_size, in_size=in_size)
        self.h2h = Linear(hidden_size, in_size=hidden_size)
        self.reset_state()
