# caught by: test_float32_stays


def as_variable(obj, dtypes=()):
    if isinstance(obj, Variable):
        return obj
    return Variable(as_array(obj))
