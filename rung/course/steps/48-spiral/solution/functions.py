from .core import as_array


def accuracy(y, t):
    """The share of rows whose greatest score is that of the right class. It has no slope."""
    y, t = as_variable(y).data, as_variable(t).data
    return Variable(as_array((y.argmax(axis=1) == t).mean()))
