"""`dezero.utils`: the book's helpers, most of them those of `rung.utils`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from rung import files
from rung.dezero import cuda
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
    reshape_sum_backward,
    sum_to,
)  # fmt: skip
from rung.visualize.dot import plot_dot_graph as draw

__all__ = [
    "Variable", "array_allclose", "array_equal", "as_variable", "cache_dir", "cuda", "get_conv_outsize",
    "get_deconv_outsize", "get_dot_graph", "get_file", "gradient_check", "logsumexp", "max_backward_shape",
    "numerical_grad", "pair", "plot_dot_graph", "reshape_sum_backward", "show_progress", "sum_to",
]  # fmt: skip

cache_dir = str(files.cache_dir())


def plot_dot_graph(output: Any, verbose: bool = True, to_file: str = "graph.png") -> Any:
    """Draw the graph of a variable with Graphviz; in a notebook, the picture is returned and shown."""
    path = draw(output, verbose, to_file)
    try:
        from IPython import display  # type: ignore[import-not-found]
    except ImportError:
        return None
    return display.Image(filename=str(path))


def gradient_check(
    f: Callable[..., Any], x: Any, *args: Any, rtol: float = 1e-4, atol: float = 1e-5, **kwargs: Any
) -> bool:
    """Whether the gradient by x that backward gives agrees with differences; x becomes float64, as in the book."""
    x = as_variable(x)
    x.data = x.data.astype(np.float64)
    expected = numerical_grad(lambda moved: f(as_variable(moved.data), *args, **kwargs), x)
    f(x, *args, **kwargs).backward()
    return array_allclose(expected, x.grad, rtol, atol)


def show_progress(block_num: int, block_size: int, total_size: int) -> None:
    """Print how much of a download is there."""
    share = min(block_num * block_size / total_size, 1.0)
    full = min(int(share * 30), 30)
    print(f"\r[{'#' * full}{'.' * (30 - full)}] {share:.2%}", end="")
