"""Who is measured: Rung and the frameworks beside it, each if it is installed."""

from __future__ import annotations

import importlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from typing import Any


def _always() -> str:
    return ""


def _no_compiler() -> str:
    found = any(shutil.which(name) for name in ("g++", "clang++", "c++"))
    return "" if found else "torch.compile needs a C++ compiler, and there is none"


@dataclass(frozen=True)
class Peer:
    """A framework, and how its steps run.

    Attributes:
        key: its name on the command line and in files.
        title: its name in tables.
        framework: the module to import.
        compiled: whether its compiler gets the step.
        objection: why it cannot be measured although it is installed; "" if it can.
    """

    key: str
    title: str
    framework: str
    compiled: bool = False
    objection: Callable[[], str] = _always

    def missing(self) -> str:
        """Why it cannot be measured here; "" if it can."""
        if not any(metadata.distributions(name=self.framework)):
            return f"{self.framework} is not installed"
        return self.objection()


PEERS = {
    peer.key: peer
    for peer in (
        Peer("rung", "Rung", "rung"),
        Peer("rung-compiled", "Rung compiled", "rung", True),
        Peer("torch", "PyTorch", "torch"),
        Peer("torch-compiled", "torch.compile", "torch", True, _no_compiler),
        Peer("jax", "JAX jit", "jax"),
        Peer("dezero", "DeZero", "dezero"),
    )
}

# What a program imports to use a framework. DeZero 0.0.13 asks NumPy for a name that it dropped in 1.24.
IMPORTS = {
    "rung": "import rung",
    "torch": "import torch",
    "jax": "import jax, jax.numpy",
    "dezero": "import numpy; numpy.int = int; import dezero",
}


def import_framework(name: str, threads: int) -> Any:
    """Import a framework, and let it have so many threads."""
    exec(IMPORTS[name], {})
    framework = importlib.import_module(name)
    if name == "torch":
        framework.set_num_threads(threads)
    return framework


def version(framework: str) -> str:
    """Of a framework that is installed."""
    return metadata.version(framework)
