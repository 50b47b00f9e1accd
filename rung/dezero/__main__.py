"""Run a program of the book: `python -m rung.dezero program.py [arguments]`; or a module: `… -m pytest tests`."""

from __future__ import annotations

import importlib
import pkgutil
import runpy
import sys
import traceback
import types
from pathlib import Path

import numpy as np

import rung.dezero


def main() -> int:
    """Run the program as Python would, with `dezero` in the place of the package of that name."""
    if len(sys.argv) < 2 or sys.argv[1] in ("-h", "--help"):
        print("usage: python -m rung.dezero (program.py | -m module) [arguments of the program]")
        return 0 if len(sys.argv) > 1 else 2
    stand_in_for_dezero()
    if sys.argv[1] == "-m" and len(sys.argv) > 2:
        sys.argv = sys.argv[2:]
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
        return 0
    path = Path(sys.argv[1])
    try:
        source = path.read_bytes()
    except OSError as error:
        print(f"rung.dezero: expected a program, but {path} cannot be read ({error.strerror})", file=sys.stderr)
        return 2
    return run(path, source)


def stand_in_for_dezero() -> None:
    """Let `import dezero`, and each of its modules, find those here; give NumPy its old names of Python's types."""
    for name, kind in (("int", int), ("float", float)):
        if name not in vars(np):
            setattr(np, name, kind)
    sys.modules["dezero"] = rung.dezero
    for module in pkgutil.iter_modules(rung.dezero.__path__):
        if module.name != "__main__":
            sys.modules[f"dezero.{module.name}"] = importlib.import_module(f"rung.dezero.{module.name}")


def run(path: Path, source: bytes) -> int:
    """Run a source as the main module; an error is shown as Python shows it, without what stands here."""
    program = types.ModuleType("__main__")
    program.__file__ = str(path)
    program.__builtins__ = __builtins__  # type: ignore[attr-defined]
    sys.modules["__main__"] = program
    sys.argv = sys.argv[1:]
    sys.path.insert(0, str(path.resolve().parent))
    try:
        exec(compile(source, str(path), "exec"), vars(program))
    except SystemExit:
        raise
    except BaseException as error:
        shown = error.__traceback__ and error.__traceback__.tb_next
        traceback.print_exception(type(error), error, shown)
        return 130 if isinstance(error, KeyboardInterrupt) else 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
