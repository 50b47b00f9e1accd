"""Rung: a deep learning framework that a person climbs in sixty steps and goes on using at the top.

>>> import rung
>>> x = rung.Variable(2.0)
>>> y = x ** 2 + 3 * x
>>> y.backward()
>>> x.grad
variable(7.0)
"""

from rung import config, cuda, functions, random, transform
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
from rung.dtypes import as_array
from rung.random import seed
from rung.transform import grad

__version__ = "0.1.0"

__all__ = [
    "Config", "Function", "Parameter", "Variable", "as_array", "as_variable", "config", "cuda", "debug", "functions",
    "get_default_dtype", "grad", "no_grad", "random", "seed", "set_default_dtype", "test_mode", "transform",
    "using_config",
]  # fmt: skip
