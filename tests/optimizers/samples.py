"""Models to step, with known gradients, and one of every optimizer."""

import numpy as np

import rung.functions as F
import rung.layers as L
from rung import Parameter
from rung.optimizers import SGD, AdaDelta, AdaGrad, Adam, AdamW, Lamb, Lion, MomentumSGD, Nesterov, RMSprop

# With rates that find the bottom of a small bowl.
EVERY = {
    "SGD": lambda: SGD(0.1),
    "MomentumSGD": lambda: MomentumSGD(0.05, 0.8),
    "Nesterov": lambda: Nesterov(0.05, 0.8),
    "AdaGrad": lambda: AdaGrad(0.5),
    "AdaDelta": lambda: AdaDelta(0.9, 1e-2),
    "RMSprop": lambda: RMSprop(lambda t: 0.1 * 0.98**t),
    "Adam": lambda: Adam(0.1),
    "AdamW": lambda: AdamW(0.1, weight_decay=0.0),
    "Lamb": lambda: Lamb(lambda t: 0.1 * 0.98**t, weight_decay=0.0),
    "Lion": lambda: Lion(lambda t: 0.1 * 0.98**t),
}


def model(**arrays):
    """A layer whose parameters are copies of arrays."""
    net = L.Layer()
    for name, array in arrays.items():
        setattr(net, name, Parameter(np.array(array)))
    return net


def give(net, **gradients):
    """Set the gradients of a model by hand."""
    net.cleargrads()
    for name, gradient in gradients.items():
        getattr(net, name).grad = np.array(gradient)


def two_axes(rng, dtype=np.float64):
    return model(W=rng.normal(size=(3, 2)).astype(dtype), b=rng.normal(size=2).astype(dtype))


def regression(net, x, t):
    """The mean squared error of a model on a batch."""
    return F.mean_squared_error(net(x), t)
