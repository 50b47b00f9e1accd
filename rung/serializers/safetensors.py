"""The safetensors format: the length of a header, the header in JSON, then the bytes of all arrays without a gap.

The checksum stands among the header's notes, where other readers take no offence at it.

Source: the format's description at https://huggingface.co/docs/safetensors
"""

from __future__ import annotations

import json
from itertools import accumulate
from typing import IO, Any, NamedTuple

import numpy as np

from rung.errors import ValueRangeError, WeightFileError
from rung.serializers.contents import (
    DTYPES,
    METADATA,
    MOST_ELEMENTS,
    Array,
    Contents,
    as_bytes,
    byte_count,
    is_text,
    read_array,
)

HEADER_LIMIT = 100_000_000  # bytes; the format's own limit

_CHECKSUM, _METADATA = "rung.sha256", "rung.metadata"  # notes in the header
_CODES = {np.dtype(dtype): code for code, dtype in DTYPES.items()}


class _Entry(NamedTuple):
    """Where an array lies among the data, and what it is."""

    begin: int
    end: int
    name: str
    code: str
    shape: tuple[int, ...]


# Writing


def write(file: IO[bytes], arrays: dict[str, Array], checksum: str) -> None:
    """Write the header and the arrays; the widest numbers come first, so that each array is aligned in the file."""
    metadata = arrays[METADATA].tobytes().decode() if METADATA in arrays else ""
    notes = {_CHECKSUM: checksum, _METADATA: metadata}
    arrays = {name: array for name, array in arrays.items() if name != METADATA}
    placed = sorted(arrays, key=lambda name: -arrays[name].itemsize)
    header = _header(arrays, placed, notes)
    file.write(len(header).to_bytes(8, "little") + header)
    for name in placed:
        file.write(as_bytes(arrays[name]))


def _header(arrays: dict[str, Array], placed: list[str], notes: dict[str, str]) -> bytes:
    ends = dict(zip(placed, accumulate(arrays[name].nbytes for name in placed), strict=True))
    entries = {
        name: {
            "dtype": _CODES[array.dtype],
            "shape": array.shape,
            "data_offsets": [ends[name] - array.nbytes, ends[name]],
        }
        for name, array in arrays.items()
    }
    header = json.dumps({METADATA: notes, **entries}, separators=(",", ":")).encode()
    if len(header) > HEADER_LIMIT - 8:
        raise ValueRangeError(
            f"save_arrays: expected names and metadata of at most {HEADER_LIMIT} bytes, but got {len(header)}; "
            "save what is large among the arrays"
        )
    return header + b" " * (-len(header) % 8)


# Reading


def read(file: IO[bytes], size: int) -> Contents:
    """Read a file of `size` bytes, ours or another writer's."""
    length = int.from_bytes(file.read(8), "little")
    if length > min(HEADER_LIMIT, size - 8):
        raise WeightFileError(f"claims a header of {length} bytes")
    header = json.loads(file.read(length).decode(), object_pairs_hook=_without_duplicates)
    notes = header.pop(METADATA, {})
    if not isinstance(notes, dict) or not all(type(note) is str for note in notes.values()):
        raise WeightFileError("holds notes that are not text")
    entries = [_entry(name, entry) for name, entry in header.items()]
    entries.sort()
    _check_places(entries, size - 8 - length)
    arrays = {entry.name: _read_entry(file, entry) for entry in entries}
    return Contents(_metadata(notes) | {name: arrays[name] for name in header}, _checksum(notes))


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(unique := dict(pairs)) != len(pairs):
        raise WeightFileError("says two things under one name")
    return unique


def _entry(name: str, entry: Any) -> _Entry:
    match entry:
        case {"dtype": str(code), "shape": list(shape), "data_offsets": [begin, end]} if (
            len(entry) == 3 and is_text(name) and all(_is_size(n) for n in [*shape, begin, end])
        ):
            return _Entry(begin, end, name, code, tuple(shape))
    raise WeightFileError(f"does not say plainly what array {name!r:.80} is")


def _is_size(number: Any) -> bool:
    return type(number) is int and 0 <= number <= MOST_ELEMENTS


def _check_places(entries: list[_Entry], data_size: int) -> None:
    """The arrays fill the data from end to end: nothing overlaps, nothing is left over, nothing lies outside."""
    end = 0
    for entry in entries:
        if entry.begin != end or byte_count(entry.name, entry.shape, _dtype(entry)) != entry.end - entry.begin:
            raise WeightFileError(f"claims a place for {entry.name!r:.80} that does not fit")
        end = entry.end
    if end != data_size:
        raise WeightFileError(f"has {data_size} bytes of data where its header says {end}")


def _dtype(entry: _Entry) -> np.dtype[Any]:
    """The dtype as which an array's bytes are read."""
    if entry.code == "BF16":
        return np.dtype("<u2")
    if entry.code not in DTYPES:
        raise WeightFileError(
            f"holds {entry.code!r:.20} as {entry.name!r:.80}, which is not read here; save it as F32"
        )
    return np.dtype(DTYPES[entry.code])


def _read_entry(file: IO[bytes], entry: _Entry) -> Array:
    array = read_array(entry.name, file, entry.shape, _dtype(entry))
    if entry.code == "BF16":  # a bfloat16 is the upper half of a float32
        return (array.astype("<u4") << np.uint32(16)).view("<f4")
    return array


def _checksum(notes: dict[str, str]) -> str | None:
    """The checksum among the notes. Any one of our notes marks a file as ours, so that damage cannot unmark it."""
    return notes.get(_CHECKSUM, "") if _is_ours(notes) else None


def _is_ours(notes: dict[str, str]) -> bool:
    return any(note.startswith("rung.") for note in notes)


def _metadata(notes: dict[str, str]) -> dict[str, Array]:
    """The metadata, as `write` was given them; another writer's notes are metadata as they are."""
    text = notes.get(_METADATA) if _is_ours(notes) else json.dumps(notes) if notes else ""
    return {METADATA: np.frombuffer(text.encode(), np.uint8)} if text else {}
