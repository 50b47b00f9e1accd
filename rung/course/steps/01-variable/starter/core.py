class Variable:
    """A box for an array."""

    # TODO: write __init__, which takes the array and keeps it as self.data
