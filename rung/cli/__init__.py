"""The command `rung`."""

from rung.cli.main import main

__all__ = ["main"]
