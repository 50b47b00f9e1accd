# whole file
"""Ways to take a step."""

import numpy as np


class Optimizer:
    """Updates the parameters of its target. What one update is, `update_one` says."""

    def __init__(self):
        self.target = None
        self.hooks = []

    def setup(self, target):
        self.target = target
        return self

    def add_hook(self, f):
        """Call f before each update, with the list of parameters that have a gradient."""
        self.hooks.append(f)

    def update(self):
        ready = [param for param in self.target.params() if param.grad is not None]
        for f in self.hooks:
            f(ready)
        for param in ready:
            if param.grad is not None:  # a hook may have taken it away
                self.update_one(param)

    def update_one(self, param):
        raise NotImplementedError(f"{type(self).__name__}: it has no update_one method yet; write one")


class SGD(Optimizer):
    """Against the slope."""

    def __init__(self, lr=0.01):
        super().__init__()
        self.lr = lr

    def update_one(self, param):
        param.data = param.data - self.lr * param.grad.data


class MomentumSGD(Optimizer):
    """As a ball that rolls: each step keeps part of the one before."""

    def __init__(self, lr=0.01, momentum=0.9):
        super().__init__()
        self.lr, self.momentum = lr, momentum
        self.vs = {}

    def update_one(self, param):
        v = self.vs.get(param, 0)
        self.vs[param] = v = self.momentum * v - self.lr * param.grad.data
        param.data = param.data + v


class Adam(Optimizer):
    """Steps as long as the gradient is steady, not as long as it is great."""

    def __init__(self, alpha=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
        super().__init__()
        self.alpha, self.beta1, self.beta2, self.eps = alpha, beta1, beta2, eps
        self.state = {}

    def update_one(self, param):
        t, m, v = self.state.get(param, (0, 0, 0))
        t, g = t + 1, param.grad.data
        m = self.beta1 * m + (1 - self.beta1) * g
        v = self.beta2 * v + (1 - self.beta2) * g * g
        self.state[param] = t, m, v
        m_hat, v_hat = m / (1 - self.beta1**t), v / (1 - self.beta2**t)
        param.data = param.data - self.alpha * m_hat / (np.sqrt(v_hat) + self.eps)
