"""The book's framework, by name and by behaviour, on Rung's engine.

    python -m rung.dezero program.py        runs a program of the book, which imports `dezero`, unchanged
    import rung.dezero as dezero            is the same package, for a program that one is about to move to Rung

What programs depend on is as in the book, its slips included: weights, dropout and shuffles come from `np.random`,
and `F.batch_nrom` is there. What was wrong in silence is right. `docs/migration.md` says all of it, name by name.
"""

from rung.dezero import (
    core_simple,
    cuda,
    dataloaders,
    datasets,
    functions,
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

setup_variable()

is_simple_core = False
__version__ = "0.0.13"  # of the package that this one stands for

__all__ = [
    "Config", "DataLoader", "Dataset", "Function", "Layer", "Model", "Parameter", "SeqDataLoader", "Variable",
    "as_array", "as_variable", "core_simple", "cuda", "dataloaders", "datasets", "functions", "functions_conv",
    "is_simple_core", "layers", "models", "no_grad", "optimizers", "setup_variable", "test_mode", "transforms",
    "using_config", "utils",
]  # fmt: skip
