"""`python -m rung.dezero program.py …` runs a program of the book, in which `import dezero` means `rung.dezero`.

So does `python -m rung.dezero -m module …` with a module, such as `unittest`.
"""

from __future__ import annotations

import io
import os
import runpy
import sys
from collections.abc import Sequence

from rung.dezero.running import install, run

USAGE = "usage: python -m rung.dezero (program.py | -m module) [arguments]"


def main(arguments: Sequence[str]) -> int:
    """Run the program that the first argument names, with the others; give the exit status."""
    if not arguments or arguments[0] in ("-h", "--help"):
        print(USAGE, file=sys.stdout if arguments else sys.stderr)
        return 0 if arguments else 2
    if arguments[0] == "-m" and len(arguments) > 1:
        install()
        sys.argv = list(arguments[1:])
        runpy.run_module(arguments[1], run_name="__main__", alter_sys=True)
        return 0
    path = arguments[0]
    try:
        with io.open_code(os.path.abspath(path)) as file:
            source = file.read()
    except OSError as error:
        print(
            f"rung.dezero: expected a program, but {path} cannot be read ({error.strerror}); {USAGE}", file=sys.stderr
        )
        return 2
    install()
    sys.argv = list(arguments)
    sys.path[0:1] = [os.path.dirname(os.path.abspath(path))]  # in the place of the folder of this command
    return run(source, path)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
