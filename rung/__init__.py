"""Rung: a deep learning framework that a person climbs in sixty steps and goes on using at the top.

>>> import rung
>>> x = rung.Variable(2.0)
>>> y = x ** 2 + 3 * x
>>> y.backward()
>>> x.grad
variable(7.0)
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from rung import config, cuda, functions, layers, models, optimizers, random, transform
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
from rung.core.parameter import Parameter
from rung.core.variable import Variable, as_variable, from_dlpack
from rung.dtypes import as_array
from rung.layers import Layer
from rung.machine import get_num_threads, keep_memory, set_num_threads
from rung.models import Model
from rung.random import seed
from rung.transform import checkpoint, grad, vmap

__version__ = "0.1.0"

keep_memory()

if TYPE_CHECKING:
    from rung import datasets, picture, profiler, serializers, testing, transforms
    from rung.compiling import compile as compile
    from rung.dataloaders import DataLoader, SeqDataLoader
    from rung.datasets import Dataset
    from rung.picture import record
    from rung.profiler import profile

# Data and files take as long to import as all the rest, so they come when they are first asked for.
_LATER = {
    "DataLoader": "rung.dataloaders",
    "SeqDataLoader": "rung.dataloaders",
    "compile": "rung.compiling",  # not in __all__, since a star would hide Python's own
    "Dataset": "rung.datasets",
    "record": "rung.picture",
    "profile": "rung.profiler",
}
_LATER_MODULES = (
    "dataloaders", "datasets", "files", "picture", "profiler", "serializers", "testing", "transforms", "visualize",
)  # fmt: skip


def __getattr__(name: str) -> Any:
    if name in _LATER:
        return getattr(import_module(_LATER[name]), name)
    if name in _LATER_MODULES:
        return import_module(f"rung.{name}")
    raise AttributeError(f"module 'rung' has no attribute {name!r}")


__all__ = [
    "Config",
    "DataLoader",
    "Dataset",
    "Function",
    "Layer",
    "Model",
    "Parameter",
    "SeqDataLoader",
    "Variable",
    "as_array",
    "as_variable",
    "checkpoint",
    "config",
    "cuda",
    "datasets",
    "debug",
    "from_dlpack",
    "functions",
    "get_default_dtype",
    "get_num_threads",
    "grad",
    "layers",
    "models",
    "no_grad",
    "optimizers",
    "picture",
    "profile",
    "profiler",
    "random",
    "record",
    "seed",
    "serializers",
    "set_default_dtype",
    "set_num_threads",
    "test_mode",
    "testing",
    "transform",
    "transforms",
    "using_config",
    "vmap",
]
