"""`rung info`: what is installed and what it runs on, for bug reports."""

from __future__ import annotations

import argparse
import os
import platform
from importlib import metadata
from typing import Any

import rung

OPTIONAL = ("numba", "cupy-cuda12x", "matplotlib", "pillow", "scikit-learn", "safetensors", "rich", "torch")


def add_command(commands: Any) -> None:
    """Tell the parser about `rung info`."""
    parser = commands.add_parser("info", help="show versions and devices")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print one fact a line."""
    for name, value in facts().items():
        print(f"{name:<14} {value}")
    return 0


def facts() -> dict[str, str]:
    """Everything that a bug report needs."""
    found = {"rung": rung.__version__, "python": platform.python_version(), "numpy": metadata.version("numpy")}
    for name in OPTIONAL:
        found[name] = _version(name)
    found["system"] = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    found["gpu"] = _gpu()
    found["data folder"] = os.environ.get("RUNG_DATA", "RUNG_DATA is not set")
    return found


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed"


def _gpu() -> str:
    return ", ".join(rung.cuda.gpu_names()) or "none found"
