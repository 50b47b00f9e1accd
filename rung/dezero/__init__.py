"""The package of the book *Deep Learning from Scratch 3*, on Rung's engine: its names, defaults and quirks.

    python -m rung.dezero program.py arguments

runs a program of the book, in which `import dezero` means this package. In a program of your own,
`import rung.dezero as dezero` does. What is the same, what is better, and how to move on to `rung` itself, is told in
docs/migration.md.

>>> import numpy as np
>>> import rung.dezero as dezero
>>> import rung.dezero.functions as F
>>> x = dezero.Variable(np.array(1.0))
>>> y = F.sin(x)
>>> y.backward()
>>> y, x.grad
(variable(0.8414709848078965), variable(0.5403023058681398))
"""

from rung.dezero import functions  # isort: skip  # first: it gives Variables their operators
from rung.dezero import (
    core,
    core_simple,
    cuda,
    dataloaders,
    datasets,
    functions_conv,
    layers,
    models,
    optimizers,
    transforms,
    utils,
)
from rung.dezero.core import (
    Config,
    Function,
    Parameter,
    Variable,
    as_array,
    as_variable,
    no_grad,
    setup_variable,
    test_mode,
    using_config,
)
from rung.dezero.dataloaders import DataLoader, SeqDataLoader
from rung.dezero.datasets import Dataset
from rung.dezero.layers import Layer
from rung.dezero.models import Model

is_simple_core = False  # the book's reader turns this to see the package as of step 32; here, import core_simple
__version__ = "0.0.13"  # of the published package whose names these are

__all__ = [
    "Config", "DataLoader", "Dataset", "Function", "Layer", "Model", "Parameter", "SeqDataLoader", "Variable",
    "as_array", "as_variable", "core", "core_simple", "cuda", "dataloaders", "datasets", "functions",
    "functions_conv", "is_simple_core", "layers", "models", "no_grad", "optimizers", "setup_variable",
    "test_mode", "transforms", "using_config", "utils",
]  # fmt: skip
