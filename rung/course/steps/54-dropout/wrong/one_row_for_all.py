# caught by: test_every_element_for_itself
# file: functions.py


def dropout(x, dropout_ratio=0.5):
    if not 0 <= dropout_ratio < 1:
        raise ValueError(f"dropout: expected a ratio from 0 up to 1, but got {dropout_ratio}")
    x = as_variable(x)
    if not config.train:
        return x
    kept = rng.random(x.shape[-1:]) >= dropout_ratio
    return x * (kept.astype(x.dtype) / x.dtype.type(1 - dropout_ratio))
