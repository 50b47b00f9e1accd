"""Optimizers: what turns gradients into steps.

- `optimizer`: the base: parameters, groups, hooks, state
- `gradient`: along the gradient, with or without a velocity
- `adaptive`: every element at a pace of its own
- `hooks`: what happens to gradients before a step
- `averaging`: running means of the weights

Their numbers may be schedules: see `rung.schedules`.
"""

from rung.optimizers.adaptive import AdaDelta, AdaGrad, Adam, AdamW, Lamb, Lion, RMSprop
from rung.optimizers.averaging import ExponentialMovingAverage
from rung.optimizers.gradient import SGD, MomentumSGD, Nesterov
from rung.optimizers.hooks import ClipGrad, FreezeParam, GradientNoise, WeightDecay
from rung.optimizers.hyperparameters import Hyperparameter
from rung.optimizers.optimizer import Optimizer

__all__ = [
    "SGD",
    "AdaDelta",
    "AdaGrad",
    "Adam",
    "AdamW",
    "ClipGrad",
    "ExponentialMovingAverage",
    "FreezeParam",
    "GradientNoise",
    "Hyperparameter",
    "Lamb",
    "Lion",
    "MomentumSGD",
    "Nesterov",
    "Optimizer",
    "RMSprop",
    "WeightDecay",
]
