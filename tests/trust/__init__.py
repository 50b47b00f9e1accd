"""Failures that are provoked for real, and what became of the data: `python -m tests.trust` prints the table.

A row of the table is a function with the decorator `row`, in any file of this folder. See `rows.py`.
"""

from importlib import import_module
from pkgutil import iter_modules

from .rows import ROWS, NotPossibleHereError, Trial

for module in iter_modules(__path__):
    if module.name != "__main__":
        import_module(f".{module.name}", __name__)

__all__ = ["ROWS", "NotPossibleHereError", "Trial"]
