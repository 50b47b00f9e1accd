class GetItem(Function):
    """Some elements of x, as x[index] chooses them"""

    def __init__(self, index):
        self.index = index

    def forward(self, x):
        return x[self.index]

    def backward(self, gy):
        return GetItemGrad(self.index, self.inputs[0].shape)(gy)


class GetItemGrad(Function):
    """Each element back at the place that it was taken from, and zeros everywhere else"""

    def __init__(self, index, shape):
        self.index, self.shape = index, shape

    def forward(self, gy):
        gx = np.zeros(self.shape, gy.dtype)
        np.add.at(gx, self.index, gy)  # += would count an element that was taken twice once only
        return gx

    def backward(self, ggx):
        return get_item(ggx, self.index)


def get_item(x, index):
    return GetItem(index)(x)


Variable.__getitem__ = get_item


class Log(Function):
    """y = log x, to the base e"""

    def forward(self, x):
        return np.log(x)

    def backward(self, gy):
        return gy / self.inputs[0]


def log(x):
    return Log()(x)


def log_softmax(x, axis=-1):
    """The logarithm of softmax, without ever computing what could overflow."""
    x = as_variable(x)
    x = x - x.data.max(axis=axis, keepdims=True)
    return x - log(sum(exp(x), axis, keepdims=True))


def softmax(x, axis=-1):
    """Scores as probabilities: positive, and together 1."""
    return exp(log_softmax(x, axis))


def softmax_cross_entropy(x, t):
    """How surprised the scores x are by the right classes t, on average."""
    x, t = as_variable(x), as_variable(t).data
    if t.shape != x.shape[:1]:
        raise ValueError(f"softmax_cross_entropy: expected one class for each of {len(x)} rows, not shape {t.shape}")
    return -sum(log_softmax(x)[np.arange(len(t)), t]) / len(t)
