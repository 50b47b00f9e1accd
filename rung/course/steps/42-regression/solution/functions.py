def mean_squared_error(x0, x1):
    """How far apart two batches are: squared differences, per example."""
    x0, x1 = as_variable(x0), as_variable(x1)
    if x0.shape != x1.shape:
        raise ValueError(f"mean_squared_error: expected two of one shape, but got {x0.shape} and {x1.shape}")
    return sum((x0 - x1) ** 2) / len(x0)
