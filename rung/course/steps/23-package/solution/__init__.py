# whole file
"""A deep learning framework, one step at a time."""

from .core import (
    Add,
    Config,
    Div,
    Function,
    Mul,
    Neg,
    Pow,
    Sub,
    Variable,
    add,
    as_array,
    as_variable,
    config,
    div,
    mul,
    neg,
    no_grad,
    sub,
    using_config,
)
from .functions import Exp, Square, exp, square
from .utils import gradient_check, numerical_diff
