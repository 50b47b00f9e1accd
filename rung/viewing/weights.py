"""The arrays in a file of weights: names, shapes, and what their numbers are like."""

from __future__ import annotations

import math
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from rung.errors import UnverifiedWarning, WeightFileError
from rung.serializers import load_arrays

LARGEST = 1 << 32  # bytes of a file that is read; its arrays have to fit into the memory
MOST_ROWS = 3000
BINS = 32
LONGEST_NAME = 300


class WeightTable:
    """The table of a file, made again only when the file has changed."""

    def __init__(self, path: Path):
        self.path = path
        self._version: Any = None
        self._table: dict[str, Any] = {}

    def table(self) -> dict[str, Any]:
        """Rows and totals; or, of a file that cannot be read, what is wrong with it."""
        facts = self.path.stat()
        version = (facts.st_mtime_ns, facts.st_size, facts.st_ino)
        if version != self._version:
            self._version, self._table = version, read_table(self.path)
        return self._table


def read_table(path: Path) -> dict[str, Any]:
    """Rows and totals; or, of a file that cannot be read, what is wrong with it.

    >>> import tempfile
    >>> from rung.serializers import save_arrays
    >>> path = Path(tempfile.mkdtemp(), "weights.npz")
    >>> save_arrays(path, {"W": np.eye(3, dtype=np.float32)})
    >>> row = read_table(path)["rows"][0]
    >>> row["name"], row["shape"], row["max"], row["zeros"]
    ('W', [3, 3], 1.0, 6)
    """
    size = path.stat().st_size
    about = {"file": path.name, "file_bytes": size, "rows": [], "error": "", "verified": True, "more": 0}
    if size > LARGEST:
        return about | {"error": f"{path.name} is larger than {LARGEST >> 30} GiB and was not read"}
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            arrays = load_arrays(path)
    except (WeightFileError, OSError, MemoryError) as error:
        return about | {"error": str(error) or "there is not enough memory to read it"}
    shown = list(arrays.items())[:MOST_ROWS]
    return about | {
        "rows": [{"name": name[:LONGEST_NAME], **describe(array)} for name, array in shown],
        "numbers": sum(array.size for array in arrays.values()),
        "bytes": sum(array.nbytes for array in arrays.values()),
        "more": len(arrays) - len(shown),
        "verified": not any(issubclass(each.category, UnverifiedWarning) for each in caught),
    }


def describe(array: np.ndarray[Any, Any]) -> dict[str, Any]:
    """Shape, dtype and statistics of an array, over its finite elements."""
    facts = {"shape": list(array.shape), "dtype": str(array.dtype), "size": array.size, "bytes": array.nbytes}
    if array.dtype.kind not in "biuf":
        return facts
    flat = array.reshape(-1)
    finite = flat[np.isfinite(flat)] if array.dtype.kind == "f" else flat
    counts = {"zeros": int(flat.size - np.count_nonzero(flat)), "nan": 0, "inf": 0}
    if finite.size < flat.size:
        counts |= {"nan": int(np.isnan(flat).sum()), "inf": int(np.isinf(flat).sum())}
    return facts | counts | _spread(finite)


def _spread(finite: np.ndarray[Any, Any]) -> dict[str, Any]:
    if not finite.size:
        return {"min": math.nan, "max": math.nan, "mean": math.nan, "std": math.nan, "histogram": []}
    values = finite.astype(np.float64)
    low, high = float(values.min()), float(values.max())
    with np.errstate(over="ignore", invalid="ignore"):
        bins = _histogram(values, low, high)
        return {"min": low, "max": high, "mean": float(values.mean()), "std": float(values.std()), "histogram": bins}


def _histogram(values: np.ndarray[Any, Any], low: float, high: float) -> list[int]:
    """How many values lie in each of the bins between the least and the greatest; none if all are one."""
    width = high / 2 - low / 2  # the whole width could be too large for a float
    if width == 0:
        return []
    places = np.minimum(((values / 2 - low / 2) / width * BINS).astype(np.int64), BINS - 1)
    return np.bincount(places, minlength=BINS).tolist()
