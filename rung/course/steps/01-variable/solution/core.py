class Variable:
    """A box for an array."""

    def __init__(self, data):
        self.data = data
