"""What the process gives to computing: its threads, and the memory that it keeps.

Matrix products run in the threads of NumPy's BLAS, kernels in those of Numba. They take turns and never run at once,
so both may have all cores; what they must not do is to hold a core while they wait for work.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from rung.errors import DTypeError, ValueRangeError, describe

_TRIM, _MMAP = -1, -3  # M_TRIM_THRESHOLD and M_MMAP_THRESHOLD of malloc.h
_wanted: int | None = None  # the threads that were asked for; None: as many as the libraries take


def set_num_threads(n: int) -> None:
    """Let matrix products and kernels have so many threads, from now on and in this process.

    One thread is a good choice for small networks, and wherever other programs use the same cores: two threads that
    share a product wait for one another, and if one of them is put aside, both stand still.

    Args:
        n: at least 1; more than there are cores is of no use.

    Raises:
        DTypeError, ValueRangeError: n is no such number.

    >>> import rung
    >>> before = rung.get_num_threads()
    >>> rung.set_num_threads(1); rung.get_num_threads()
    1
    >>> rung.set_num_threads(before)
    """
    if isinstance(n, bool) or not hasattr(n, "__index__"):
        raise DTypeError(f"set_num_threads: n must be an integer, but got {describe(n)}")
    if n < 1:
        raise ValueRangeError(f"set_num_threads: n must be at least 1, but got {n}")
    _set(int(n), int(n))


def _set(products: int, kernels: int | None) -> None:
    global _wanted
    _wanted = kernels
    import_module("threadpoolctl").threadpool_limits(products)
    _limit_kernels()


def get_num_threads() -> int:
    """How many threads a matrix product has: see `set_num_threads`."""
    pools = [pool for pool in import_module("threadpoolctl").threadpool_info() if pool["user_api"] == "blas"]
    return max((int(pool["num_threads"]) for pool in pools), default=1)


@contextmanager
def num_threads(n: int) -> Iterator[None]:
    """Within a `with`, let matrix products and kernels have so many threads.

    >>> with num_threads(1):
    ...     get_num_threads()
    1
    """
    before = get_num_threads(), _wanted
    set_num_threads(n)
    try:
        yield
    finally:
        _set(*before)


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Within a `with`, give matrix products one thread: good for many small ones in a row."""
    pools = _blas_pools()
    before = [pool.get_num_threads() for pool in pools]
    try:
        for pool in pools:
            pool.set_num_threads(1)
        yield
    finally:
        for pool, threads in zip(pools, before, strict=True):
            pool.set_num_threads(threads)


@cache
def _blas_pools() -> list[Any]:
    controllers = import_module("threadpoolctl").ThreadpoolController().lib_controllers
    return [controller for controller in controllers if controller.user_api == "blas"]


@cache
def has_numba() -> bool:
    """Whether kernels can be compiled."""
    return find_spec("numba") is not None


def import_numba() -> Any:
    """Numba, with threads that leave the cores to others, and with wide vectors."""
    if "numba" not in sys.modules:
        _prefer_tbb()
        _allow_wide_vectors()
        import_module("numba")
        _announce_compilation()
        _limit_kernels()
    return sys.modules["numba"]


def keep_memory() -> None:
    """Let the C library keep the memory of large arrays that are gone, for the next ones.

    By itself it hands it back to the system at once, and the next array gets pages that the system has to clear
    first, which takes longer than most arithmetic on them. Up to 1 GiB is kept, of arrays of up to 32 MiB. Who has
    set glibc's own variables (MALLOC_TRIM_THRESHOLD_ and the like) is not overruled, and other C libraries than glibc
    are left alone.
    """
    if sys.platform == "linux" and not any(name.startswith("MALLOC_") for name in os.environ):
        with suppress(OSError, AttributeError):
            mallopt = ctypes.CDLL(None).mallopt
            mallopt(_TRIM, 1 << 30)
            mallopt(_MMAP, 32 << 20)


def _prefer_tbb() -> None:
    """Let Numba find Intel's TBB, where it is installed.

    Its threads take work if they can, and nobody waits for one that has not begun: with OpenMP's, a short kernel
    takes up to seventy times as long while another program has one of two cores. Those should at least not hold a
    core for long, which the BLAS would wait for.
    """
    from importlib.metadata import distribution  # takes as long to import as all of Rung

    with suppress(ImportError, OSError):
        for file in distribution("tbb").files or ():
            if file.name == "libtbb.so.12":
                ctypes.CDLL(str(file.locate()), mode=ctypes.RTLD_GLOBAL)
                return
    if "OMP_WAIT_POLICY" not in os.environ:
        os.environ.setdefault("GOMP_SPINCOUNT", "5000")


def _allow_wide_vectors() -> None:
    """Vectors of 512 bits where there are any: LLVM prefers 256 on many such processors, which is slower here."""
    with suppress(ImportError):
        binding = import_module("llvmlite.binding")
        features = str(binding.get_host_cpu_features().flatten())
        if "+avx512f" in features and not {"NUMBA_CPU_NAME", "NUMBA_CPU_FEATURES"} & os.environ.keys():
            os.environ["NUMBA_CPU_NAME"] = binding.get_host_cpu_name()
            os.environ["NUMBA_CPU_FEATURES"] = f"{features},-prefer-256-bit"


def _announce_compilation() -> None:
    """Say it on stderr when the first of Rung's kernels is compiled and not just loaded: it takes seconds."""
    events = import_module("numba.core.event")

    class Announcer(events.Listener):  # type: ignore[name-defined, misc]
        said = False

        def on_start(self, event: Any) -> None:
            if not self.said and event.data["dispatcher"].py_func.__module__.startswith("rung"):
                self.said = True
                print("rung: compiling kernels, once on this machine (RUNG_KERNELS=0: without)", file=sys.stderr)

        def on_end(self, event: Any) -> None:
            pass

    events.register("numba:compile", Announcer())


def _limit_kernels() -> None:
    numba = sys.modules.get("numba")
    if numba is not None:
        most = numba.config.NUMBA_NUM_THREADS
        numba.set_num_threads(most if _wanted is None else min(_wanted, most))
