# caught by: test_turned_away
import numpy as np


def as_variable(obj, dtypes=()):
    if isinstance(obj, Variable):
        return obj
    if isinstance(obj, (int, float, np.number)):
        number = obj.item() if isinstance(obj, np.number) else obj
        return Variable(np.array(number, np.result_type(*dtypes, number)))
    return Variable(np.asarray(obj))
