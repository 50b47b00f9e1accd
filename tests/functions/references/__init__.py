"""For every op: the same function written independently in NumPy, and PyTorch's."""

from functions.references import elementwise, linear_algebra, losses, moving, reducing

ROOMS = (elementwise, reducing, moving, linear_algebra, losses)
ORACLES = {name: oracle for room in ROOMS for name, oracle in room.ORACLES.items()}


def peers():
    """PyTorch's functions, by the name of the op."""
    return {name: peer for room in ROOMS for name, peer in room.peers().items()}
