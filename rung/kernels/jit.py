"""Numba as kernels use it. What imports this file imports Numba: kernels do so when they run."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from rung.machine import import_numba

numba = import_numba()
at = numba.uint64  # an index that is not negative: Numba need not look, and LLVM can make vectors
prange = numba.prange
threads = numba.get_num_threads


def _compiled(**options: Any) -> Callable[[Any], Any]:
    def compiled(function: Any) -> Any:
        dispatcher = numba.njit(error_model="numpy", **options)(function)
        with suppress(RuntimeError):  # there is no folder to keep it in
            dispatcher.enable_caching()
            file = dispatcher._cache._cache_file
            file._source_stamp = file._source_stamp, _sources()
        return dispatcher

    return compiled


@cache
def _sources() -> str:
    """A digest of all files of kernels, of which any may be part of another: Numba looks at the date of one alone."""
    files = sorted(Path(__file__).parent.glob("*.py"))
    return sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


# The last bit of a * b + c may differ; in `adding`, also the order of sums.
part = _compiled(fastmath={"contract"})
adding = _compiled(fastmath={"contract", "reassoc"})
inlined = _compiled(fastmath={"contract"}, inline="always")
loops = _compiled(fastmath={"contract"}, parallel=True)
