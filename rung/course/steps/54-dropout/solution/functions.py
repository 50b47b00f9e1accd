from .core import config
from .random import rng


def dropout(x, dropout_ratio=0.5):
    """While training, some elements at random become 0, and the others grow as much as is missing."""
    if not 0 <= dropout_ratio < 1:
        raise ValueError(f"dropout: expected a ratio from 0 up to, but not including, 1, but got {dropout_ratio}")
    x = as_variable(x)
    if not config.train:
        return x
    kept = rng.random(x.shape) >= dropout_ratio
    mask = kept.astype(x.dtype) / x.dtype.type(1 - dropout_ratio)
    return x * cuda.get_array_module(x.data).asarray(mask)
