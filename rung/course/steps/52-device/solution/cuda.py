# whole file
"""Arrays on a device: CuPy's, where there is one. Whatever can be done alike, NumPy hands on to it by itself."""

import numpy as np

try:
    import cupy
except ImportError:  # there is no device, and nothing is lost
    cupy = None


def is_array(x):
    """Whether x is an array, wherever it lies."""
    return isinstance(x, np.ndarray) or (cupy is not None and isinstance(x, cupy.ndarray))


def get_array_module(*arrays):
    """The module that made these arrays: cupy if one of them lies on the device, else numpy."""
    on_device = cupy is not None and any(isinstance(x, cupy.ndarray) for x in arrays)
    return cupy if on_device else np


def as_numpy(x):
    """The array x in the memory of the machine."""
    return x if isinstance(x, (np.ndarray, np.generic)) else cupy.asnumpy(x)


def as_cupy(x):
    """The array x on the device."""
    if cupy is None:
        raise RuntimeError("as_cupy: expected CuPy and a device, but CuPy cannot be imported; stay with NumPy")
    return cupy.asarray(x)
