"""Ways down."""

from .core import as_array


def gradient_descent(f, xs, rate, steps):
    """Move the Variables `xs` downhill on f, against the slope; returns the height before each step."""
    heights = []
    # TODO
    return heights
