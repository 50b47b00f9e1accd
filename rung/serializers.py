"""Arrays to files and back, safely: never pickle, all or nothing, one kind of error."""

from __future__ import annotations

import os
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from rung.cuda import as_numpy
from rung.errors import WeightFileError
from rung.files import write_atomically

# A compressed array may unpack to this many bytes, or to a hundred times its size in the file.
UNPACKED_LIMIT = 1 << 30

# Everything that NumPy and zipfile raise on a damaged file.
_DAMAGE = (ValueError, KeyError, EOFError, OSError, zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError,
           SyntaxError, TypeError, OverflowError, MemoryError, IndexError)  # fmt: skip


def save_arrays(path: Any, arrays: dict[str, Any]) -> None:
    """Write named arrays to an ``.npz`` file, in one replacement: a reader sees the old file or the new one."""
    plain = {name: as_numpy(array) for name, array in arrays.items()}
    with write_atomically(Path(path)) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name, array in plain.items():
            with archive.open(zipfile.ZipInfo(f"{name}.npy"), "w", force_zip64=True) as member:
                np.lib.format.write_array(member, array, allow_pickle=False)


def load_arrays(path: Any) -> dict[str, np.ndarray[Any, Any]]:
    """Read the named arrays of an ``.npz`` file.

    Raises:
        FileNotFoundError: there is no such file.
        WeightFileError: it is not such a file, or is damaged, or holds anything but plain arrays.
    """
    file = Path(path)
    if not file.is_file():
        raise FileNotFoundError(f"load_arrays: there is no file {file}")
    with open(file, "rb"):  # whoever may not read it is told so
        pass
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
            _check_members(members, os.path.getsize(file))
            return {member.filename.removesuffix(".npy"): _read(archive, member) for member in members}
    except WeightFileError:
        raise
    except _DAMAGE as error:
        raise WeightFileError(f"load_arrays: {file} is not a whole .npz file of arrays: {error}") from error


def _check_members(members: list[zipfile.ZipInfo], size: int) -> None:
    names = [member.filename for member in members]
    if len(set(names)) != len(names):
        raise WeightFileError("load_arrays: the file holds two arrays of one name")
    for member in members:
        if not member.filename.endswith(".npy"):
            raise WeightFileError(f"load_arrays: expected only arrays, but the file holds {member.filename!r}")
        if member.file_size > max(UNPACKED_LIMIT, 100 * member.compress_size):
            raise WeightFileError(f"load_arrays: {member.filename!r} unpacks to {member.file_size} bytes: refused")
        if member.compress_type == zipfile.ZIP_STORED and member.file_size > size:
            raise WeightFileError(f"load_arrays: {member.filename!r} claims more bytes than the file has")


def _read(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> np.ndarray[Any, Any]:
    with archive.open(member) as stream:
        version = np.lib.format.read_magic(stream)
        read_header = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
        shape, fortran, dtype = read_header[version](stream)
        if dtype.hasobject or dtype.kind not in "fiub":
            raise WeightFileError(f"load_arrays: {member.filename!r} holds {dtype}, not plain numbers")
        count = int(np.prod(shape, dtype=object)) if shape else 1
        if count * dtype.itemsize != member.file_size - stream.tell():
            raise WeightFileError(
                f"load_arrays: {member.filename!r} claims shape {shape}, which its bytes do not fill"
            )
        array = np.frombuffer(stream.read(), dtype, count).copy()
        return array.reshape(shape, order="F" if fortran else "C")
