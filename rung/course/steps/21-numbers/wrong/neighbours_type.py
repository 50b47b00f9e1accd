# caught by: test_nothing_is_cut_off
import numpy as np


def as_variable(obj, dtypes=()):
    if isinstance(obj, Variable):
        return obj
    if isinstance(obj, (int, float, np.number)):
        obj = np.array(obj, dtypes[0] if dtypes else None)
    return Variable(obj)
