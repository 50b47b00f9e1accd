"""What `rung` understands, and how it ends: 0 done, 1 an error in one sentence, 2 a wrong call, 130 Ctrl-C."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

import rung
from rung.cli import info, learn, train, view
from rung.errors import RungError


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command with these arguments (the process's own if None) and return its exit status."""
    options = build_parser().parse_args(argv)
    try:
        return int(options.run(options) or 0)
    except BrokenPipeError:  # whoever read the output has seen enough
        sys.stderr.close()
        return 1
    except (RungError, OSError, MemoryError) as error:
        print(f"rung: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nrung: stopped", file=sys.stderr)
        return 130


def build_parser() -> argparse.ArgumentParser:
    """The parser of the whole command line."""
    parser = argparse.ArgumentParser(
        prog="rung", description="A deep learning framework to climb in sixty steps, and to use at the top."
    )
    parser.add_argument("--version", action="version", version=f"rung {rung.__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND", title="commands")
    for module in (learn, train, view, info):
        module.add_command(commands)
    return parser
