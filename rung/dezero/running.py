"""Running a program of the book as it is: `import dezero` means this package, and NumPy is as it was then."""

from __future__ import annotations

import ast
import builtins
import sys
from types import ModuleType
from typing import Any

import numpy as np

import rung.dezero as package

CONVERSIONS = ("float", "int")


def install() -> None:
    """Let `import dezero`, and that of all its parts, mean this package; give NumPy two names it dropped."""
    for name in CONVERSIONS:
        if name not in vars(np):
            setattr(np, name, getattr(builtins, name))
    for name, module in list(sys.modules.items()):
        if name == package.__name__ or name.startswith(f"{package.__name__}."):
            sys.modules["dezero" + name.removeprefix(package.__name__)] = module


def run(source: bytes, path: str) -> int:
    """Run a program as `__main__`, and give its exit status. An error looks as it does under `python program.py`."""
    module: Any = ModuleType("__main__")
    module.__file__ = path
    module.__builtins__ = {**vars(builtins), **{f"{name} of one element": _converter(name) for name in CONVERSIONS}}
    sys.modules["__main__"] = module
    running = False
    try:
        code = compile(_with_old_conversions(ast.parse(source, path)), path, "exec", dont_inherit=True)
        running = True
        exec(code, vars(module))
    except SystemExit:
        raise
    except BaseException as error:
        # Of the frames on the way to an error, the first is this one; to a syntax error there are no others.
        traceback = error.__traceback__.tb_next if running and error.__traceback__ else None
        sys.excepthook(type(error), error.with_traceback(traceback), traceback)
        return 130 if isinstance(error, KeyboardInterrupt) else 1
    return 0


def _with_old_conversions(tree: ast.Module) -> ast.Module:
    """Let `float(x)` and `int(x)` take arrays of one element of any shape.

    The book's steps 59 and 60 do that, and NumPy has refused it since 2.4.
    """
    nodes = list(ast.walk(tree))
    rebound = {node.id for node in nodes if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)}
    rebound |= {node.name for node in nodes if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
    for node in nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and len(node.args) == 1:
            name = node.func.id
            if name in CONVERSIONS and name not in rebound and not node.keywords:
                node.func.id = f"{name} of one element"  # which no program can call its own
    return tree


def _converter(name: str) -> Any:
    kind = getattr(builtins, name)

    def convert(x: Any) -> Any:
        return kind(x.item() if isinstance(x, np.ndarray) and x.size == 1 else x)

    return convert
