"""For every op: the same function written independently in NumPy, and PyTorch's."""

from functions.references import (
    attention,
    elementwise,
    linear_algebra,
    losses,
    moving,
    normalization,
    pooling,
    recurrent,
    reducing,
    spatial,
)

ROOMS = (
    elementwise, reducing, moving, linear_algebra, losses, spatial, pooling, normalization, recurrent, attention,
)  # fmt: skip
ORACLES = {name: oracle for room in ROOMS for name, oracle in room.ORACLES.items()}

PARTS = {name for room in ROOMS for name in getattr(room, "PARTS", ())}  # ops that are no public functions


def peers():
    """PyTorch's functions, by the name of the op."""
    return {name: peer for room in ROOMS for name, peer in room.peers().items()}
