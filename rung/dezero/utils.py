"""`dezero.utils`: the book's utilities, which are those of `rung.utils` on the book's Variables."""

from __future__ import annotations

from typing import Any

from rung import files
from rung import utils as rung_utils
from rung.dezero.core import Variable, as_variable
from rung.utils import (
    array_allclose,
    array_equal,
    get_conv_outsize,
    get_deconv_outsize,
    get_dot_graph,
    get_file,
    logsumexp,
    max_backward_shape,
    numerical_grad,
    pair,
    plot_dot_graph,
    reshape_sum_backward,
    show_progress,
    sum_to,
)

__all__ = [
    "Variable", "array_allclose", "array_equal", "as_variable", "cache_dir", "get_conv_outsize",
    "get_deconv_outsize", "get_dot_graph", "get_file", "gradient_check", "logsumexp", "max_backward_shape",
    "numerical_grad", "pair", "plot_dot_graph", "reshape_sum_backward", "show_progress", "sum_to",
]  # fmt: skip

cache_dir = str(files.cache_dir())


def gradient_check(f: Any, x: Any, *args: Any, rtol: float = 1e-4, atol: float = 1e-5, **kwargs: Any) -> bool:
    """Whether backward gives the gradient that differences give: see `rung.utils.gradient_check`."""
    return rung_utils.gradient_check(f, as_variable(x), *args, rtol=rtol, atol=atol, **kwargs)
