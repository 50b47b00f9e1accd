"""Array libraries: which one an array belongs to, and moving between CPU and GPU.

This is the one file that knows CuPy. It is imported only when asked for; an array of CuPy's that turns up
brings its own module along.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import numpy as np

from rung.errors import DeviceError, DTypeError, MissingExtraError

# From an array's type to the module that computes on it. A third array library registers itself here.
ARRAY_MODULES: dict[type, Any] = {np.ndarray: np}


def register_array_type(array_type: type, module: Any) -> None:
    """Let ops compute on arrays of a further type, with a module that has NumPy's functions."""
    ARRAY_MODULES[array_type] = module


def array_module_of(array_type: type) -> Any:
    """The module for arrays of this type, or None if it is no array's type."""
    module = ARRAY_MODULES.get(array_type)
    if module is None and array_type.__module__.partition(".")[0] == "cupy":
        cupy = sys.modules["cupy"]
        ARRAY_MODULES[cupy.ndarray] = cupy
        module = ARRAY_MODULES.get(array_type)
    return module


def get_array_module(x: Any) -> Any:
    """The module (NumPy, CuPy …) that computes on an array or on a Variable's array.

    >>> import numpy as np
    >>> get_array_module(np.zeros(3)) is np
    True
    """
    array = getattr(x, "_data", x)
    return array_module_of(type(array)) or getattr(array, "array_module", np)


def is_array(x: Any) -> bool:
    """Whether `x` is an array of a library that Rung computes with."""
    return array_module_of(type(x)) is not None


def is_available() -> bool:
    """Whether CuPy is installed and sees a device."""
    try:
        return bool(require_cupy().cuda.runtime.getDeviceCount() > 0)
    except Exception:
        return False


def gpu_names() -> list[str]:
    """What the devices call themselves; none without CuPy."""
    if not is_available():
        return []
    runtime = require_cupy().cuda.runtime
    return [runtime.getDeviceProperties(i)["name"].decode() for i in range(runtime.getDeviceCount())]


def require_cupy() -> ModuleType:
    """CuPy, or an error that says how to install it."""
    try:
        import cupy
    except ImportError as error:
        raise MissingExtraError("CuPy", "cuda", "computing on a GPU") from error
    return cupy  # type: ignore[no-any-return]


def as_numpy(x: Any) -> np.ndarray[Any, Any]:
    """The values of an array or a Variable as a NumPy array, copied from the device if need be."""
    array = getattr(x, "_data", x)
    if isinstance(array, (np.ndarray, np.generic, bool, int, float)):
        return np.asarray(array)
    if hasattr(array, "get"):
        return np.asarray(array.get())
    raise DeviceError(f"as_numpy: expected an array, but got {type(array).__name__}")


def as_cupy(x: Any) -> Any:
    """The values of an array or a Variable as a CuPy array, copied to the device if need be."""
    cupy = require_cupy()
    if not is_available():
        raise DeviceError("as_cupy: CuPy is installed, but no CUDA device was found; stay on the CPU")
    return cupy.asarray(getattr(x, "_data", x))


def from_dlpack_array(x: Any) -> Any:
    """The memory of another library's array as an array of NumPy's or CuPy's, wherever it lives."""
    on_cpu = x.__dlpack_device__()[0] == 1
    try:
        return np.from_dlpack(x) if on_cpu else require_cupy().from_dlpack(x)
    except (BufferError, RuntimeError, TypeError, ValueError) as error:
        raise DTypeError(f"from_dlpack: {type(x).__name__} could not be passed on: {error}") from error


def synchronize(xp: Any) -> None:
    """Wait until the device of an array module has done what it was told; NumPy has when it returns."""
    if hasattr(xp, "cuda"):
        xp.cuda.get_current_stream().synchronize()


def device_name(array: Any) -> str:
    """Where an array lives, in words for messages and pictures.

    >>> device_name(np.zeros(2))
    'cpu'
    """
    if isinstance(array, np.ndarray):
        return "cpu"
    if type(array).__module__.partition(".")[0] == "cupy":
        return f"cuda:{array.device.id}"
    return type(array).__name__


def has_readable_values(array: Any) -> bool:
    """Whether the array's values can be looked at now; a recorder's or a stand-in's cannot, so checks are skipped."""
    return isinstance(array, np.ndarray) or hasattr(array, "__cuda_array_interface__")
