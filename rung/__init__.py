"""Rung: a deep learning framework that a person climbs in sixty steps and goes on using at the top.

>>> import rung
>>> x = rung.Variable(2.0)
>>> y = x ** 2 + 3 * x
>>> y.backward()
>>> x.grad
variable(7.0)
"""

from rung import config, cuda, datasets, functions, layers, models, optimizers, random, transform
from rung.config import (
    Config,
    debug,
    get_default_dtype,
    no_grad,
    set_default_dtype,
    test_mode,
    using_config,
)
from rung.core.function import Function
from rung.core.variable import Parameter, Variable, as_variable
from rung.dataloaders import DataLoader
from rung.datasets import Dataset
from rung.dtypes import as_array
from rung.layers import Layer
from rung.models import Model
from rung.random import seed
from rung.transform import grad

__version__ = "0.1.0"

__all__ = [
    "Config", "DataLoader", "Dataset", "Function", "Layer", "Model", "Parameter", "Variable", "as_array", "as_variable", "config", "cuda", "datasets", "debug",
    "functions",
    "get_default_dtype", "grad", "layers", "models", "no_grad", "optimizers", "random", "seed", "set_default_dtype", "test_mode", "transform",
    "using_config",
]  # fmt: skip
