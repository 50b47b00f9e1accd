"""What a file of arrays may hold, in whatever format: dtypes, names, sizes; and the checksum over all of it."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import IO, Any, TypeAlias

import numpy as np

from rung.cuda import as_numpy
from rung.errors import DeviceError, DTypeError, ValueRangeError, WeightFileError, describe

Array: TypeAlias = np.ndarray[Any, Any]

# Under this name the metadata go through the formats, as the bytes of their JSON text.
METADATA = "__metadata__"

# What may be saved, by the name that safetensors gives it: little-endian, of a width that is the same everywhere.
DTYPES = {
    "BOOL": "|b1", "U8": "|u1", "I8": "|i1", "U16": "<u2", "I16": "<i2", "U32": "<u4", "I32": "<i4",
    "U64": "<u8", "I64": "<i8", "F16": "<f2", "F32": "<f4", "F64": "<f8",
}  # fmt: skip

CHUNK = 1 << 20  # bytes; the most that is read at once
MOST_AXES = 64  # NumPy's own limit
MOST_ELEMENTS = 1 << 62


@dataclass(frozen=True)
class Contents:
    """The arrays of a file, with the metadata among them as `METADATA`, and the checksum that it names, if any."""

    arrays: dict[str, Array]
    checksum: str | None


def checksum(arrays: dict[str, Array]) -> str:
    """The SHA-256 over names, order, dtypes, shapes and bytes: the same in every format.

    >>> checksum({"b": np.zeros(2)}) == checksum({"b": np.zeros((2, 1))})
    False
    """
    digest = sha256()
    for name, array in arrays.items():
        digest.update(json.dumps([name, array.dtype.str, array.shape]).encode() + b"\n")
        digest.update(as_bytes(array))
    return digest.hexdigest()


def as_bytes(array: Array) -> memoryview:
    """The memory of an array in C order, byte by byte, to read from or to write to; nothing is copied."""
    flat: Any = array.reshape(-1).view(np.uint8)
    return memoryview(flat)


# Saving


def storable(name: str, value: Any) -> Array:
    """An array as it stands in a file, in C order and little-endian; copied only if it is not so already."""
    _check_name(name)
    try:
        array = as_numpy(value)
    except DeviceError:
        text = f"save_arrays: expected an array or a number as {name!r}, but got {describe(value)}"
        raise DTypeError(text) from None
    dtype = array.dtype.newbyteorder("<")
    if dtype.str not in DTYPES.values():
        raise DTypeError(
            f"save_arrays: expected plain numbers as {name!r}, but got {describe(array)}; "
            "a file holds bool, integers, float16, float32 and float64"
        )
    return np.asarray(array, dtype, order="C")


def _check_name(name: Any) -> None:
    if not isinstance(name, str):
        raise DTypeError(f"save_arrays: expected names of type str, but got {describe(name)}")
    if name in ("", METADATA) or not is_text(name) or "\0" in name or len(name.encode()) > 1000:
        raise ValueRangeError(
            f"save_arrays: expected a name of 1 to 1000 bytes of text, other than {METADATA!r}, but got {name!r:.80}"
        )


def is_text(name: str) -> bool:
    """Whether a name can be written down at all: half of a surrogate pair cannot."""
    return not any("\ud800" <= character <= "\udfff" for character in name)


# Loading


def byte_count(name: str, shape: Iterable[int], dtype: np.dtype[Any]) -> int:
    """How many bytes an array of this shape and dtype has; an error if there can be no such array."""
    sizes = list(shape)
    if len(sizes) > MOST_AXES or math.prod(max(size, 1) for size in sizes) > MOST_ELEMENTS:
        raise WeightFileError(f"claims an impossible shape for {name!r:.80}")
    return math.prod(sizes) * dtype.itemsize


def read_array(name: str, stream: IO[bytes], shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
    """The next array of a stream, whose size was checked before, read in pieces into memory of its own."""
    array = np.empty(shape, dtype)
    unread = as_bytes(array)
    while unread:
        piece = stream.read(min(len(unread), CHUNK))
        if not piece:
            raise WeightFileError(f"ends within {name!r:.80}")
        unread[: len(piece)] = piece
        unread = unread[len(piece) :]
    if dtype.kind == "b" and array.view(np.uint8).max(initial=0) > 1:
        raise WeightFileError(f"holds bytes other than 0 and 1 in {name!r:.80}, which is of bool")
    return array
