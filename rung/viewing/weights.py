"""The arrays in a file of weights: names, shapes, and what their numbers are like."""

from __future__ import annotations

import warnings
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from rung.errors import UnverifiedWarning, WeightFileError
from rung.picture.arrays import describe_array
from rung.serializers import load_arrays

LARGEST = 1 << 32  # bytes of a file that is read; its arrays have to fit into the memory
MOST_ROWS = 3000
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
    """Shape, dtype and statistics of an array."""
    known = asdict(describe_array(array))
    del known["values"], known["thumbnail"]
    return {**known, "shape": list(array.shape), "dtype": str(array.dtype), "size": array.size}
