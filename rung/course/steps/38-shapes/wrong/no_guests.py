# caught by: test_guests
# file: functions.py
def reshape(x, shape):
    if not isinstance(x, Variable):
        return x.reshape(shape)
    return Reshape(shape)(x)
