"""Kernels: functions in generated Python that Numba compiles, once for each source, and keeps on disk."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import sys
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from rung.files import cache_dir
from rung.machine import import_numba

HEADER = """\
from math import inf, nan, sqrt

from numba import boolean, float32, float64, int32, int64, njit, prange, uint8, uint64 as at
from numpy import empty

from rung.kernels.elementary import exp32, log32, maximum, minimum, plus, tanh32


@njit({options}cache=True, error_model="numpy")
"""


@dataclass
class Kernel:
    """A compiled kernel, as the function of an instruction whose first arguments are arrays."""

    name: str
    source: str
    arrays: int  # how many arguments are flat arrays
    written: frozenset[int]  # the states that it writes to
    aliases: dict[int, int]  # outputs that are written over a state
    call: Any

    def __call__(self, *args: Any) -> Any:
        return self.call(*args)


@cache
def compiled(source: str, types: tuple[str, ...], parallel: bool) -> tuple[str, Any]:
    """The name and the function of a source that calls its function NAME."""
    import_numba()
    header = HEADER.format(options="parallel=True, " if parallel else "")
    digest = hashlib.sha256("\n".join((header, _elementary(), source, *types)).encode()).hexdigest()[:16]
    name = f"kernel_{digest}"
    module = _module(name, header + source.replace("NAME", name))
    function = getattr(module, name)
    function.compile(f"({', '.join(types)},)")
    return name, function


@cache
def _elementary() -> str:
    return Path(__file__).parents[1].joinpath("kernels", "elementary.py").read_text(encoding="utf-8")


def _module(name: str, text: str) -> Any:
    """The module of such a text, from a file, since Numba keeps what it compiles beside it."""
    path = _written(cache_dir() / "kernels" / f"{name}.py", text)
    spec = importlib.util.spec_from_file_location(f"rung_{name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def _written(path: Path, text: str) -> Path:
    """A file that holds this text: in Rung's cache, or else in a folder of this process."""
    with suppress(OSError):
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            return path
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError:
        path = Path(_own_folder()) / path.name
    temporary = path.with_suffix(f".{os.getpid()}.tmp")
    temporary.write_text(text, encoding="utf-8")
    os.replace(temporary, path)
    return path


@cache
def _own_folder() -> str:
    return tempfile.mkdtemp(prefix="rung_kernels_")
