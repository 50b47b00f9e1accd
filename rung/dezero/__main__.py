"""`python -m rung.dezero program.py …` runs a program of the book, in which `import dezero` means `rung.dezero`."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence
from types import CodeType, ModuleType
from typing import Any

import rung.dezero as package

USAGE = "usage: python -m rung.dezero program.py [arguments]"


def main(arguments: Sequence[str]) -> int:
    """Run the program that the first argument names, with the others; the exit status."""
    if not arguments or arguments[0] in ("-h", "--help"):
        print(USAGE, file=sys.stdout if arguments else sys.stderr)
        return 0 if arguments else 2
    path = arguments[0]
    try:
        with io.open_code(os.path.abspath(path)) as file:
            source = file.read()
    except OSError as error:
        print(f"rung.dezero: expected a program, but cannot read {path}: {error.strerror}; {USAGE}", file=sys.stderr)
        return 2
    install()
    sys.argv = list(arguments)
    sys.path[0:1] = [os.path.dirname(os.path.abspath(path))]  # in the place of the folder of this command
    return run(source, path)


def install() -> None:
    """Let `import dezero`, and that of all its parts, mean this package."""
    for name, module in list(sys.modules.items()):
        if name == package.__name__ or name.startswith(f"{package.__name__}."):
            sys.modules["dezero" + name.removeprefix(package.__name__)] = module


def run(source: bytes, path: str) -> int:
    """Run a program as `__main__`. An error looks as it does under `python program.py`."""
    module: Any = ModuleType("__main__")
    module.__file__, module.__builtins__ = path, __builtins__
    sys.modules["__main__"] = module
    own = 0  # how many of the innermost frames' callers are this file's
    try:
        code: CodeType = compile(source, path, "exec", dont_inherit=True)
        own = 1
        exec(code, vars(module))
    except SystemExit:
        raise
    except BaseException as error:
        traceback = error.__traceback__.tb_next if own and error.__traceback__ else None
        sys.excepthook(type(error), error.with_traceback(traceback), traceback)
        return 130 if isinstance(error, KeyboardInterrupt) else 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
