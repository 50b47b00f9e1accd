# whole file
"""Where the random numbers of the framework come from."""

import numpy as np

rng = np.random.default_rng()


def seed(number):
    """Begin the same random numbers anew."""
    rng.bit_generator.state = type(rng.bit_generator)(number).state
