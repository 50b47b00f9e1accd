"""The .npz format: a zip archive with one .npy file for each array, as `numpy.savez` writes it.

The checksum stands in the archive's comment, where `numpy.load` does not look.
"""

from __future__ import annotations

import re
import zipfile
from typing import IO, Any

import numpy as np

from rung.errors import WeightFileError
from rung.serializers.contents import DTYPES, Array, Contents, as_bytes, byte_count, read_array

# All arrays of a compressed file together may unpack to this many bytes, or to this many times the file.
UNPACKED_LIMIT = 1 << 26
UNPACKED_RATIO = 100

_COMMENT = b"rung sha256 "
_HEADER_LENGTH = {b"\1\0": 2, b"\2\0": 4, b"\3\0": 4}  # in bytes, by the version of .npy
_HEADER_LIMIT = 10_000  # bytes; NumPy's own limit
_SIZES = r"((?:\d{1,19}, ?)*(?:\d{1,19})?)"
_HEADER = re.compile(
    rf"\{{'descr': ?'([^']{{1,20}})', ?'fortran_order': ?(True|False), ?'shape': ?\({_SIZES}\),? ?\}}\s*"
)


class Archive(zipfile.ZipFile):
    """An archive that is finished by `close` alone.

    The base class also finishes one that was given up, which turns a Ctrl-C or a full disk into an error of its own.
    """

    def __exit__(self, *exception: object) -> None:
        if exception[0] is None:
            self.close()

    __del__: Any = int  # does nothing, and without a line of Python, in which a Ctrl-C would get lost


def write(file: IO[bytes], arrays: dict[str, Array], checksum: str) -> None:
    """Write an archive, not compressed: weights hardly are compressible, and so it is read at the disk's speed."""
    with Archive(file, "w", zipfile.ZIP_STORED) as archive:
        archive.comment = _COMMENT + checksum.encode()
        for name, array in arrays.items():
            with archive.open(zipfile.ZipInfo(f"{name}.npy"), "w", force_zip64=True) as member:
                np.lib.format.write_array_header_1_0(member, np.lib.format.header_data_from_array_1_0(array))
                member.write(as_bytes(array))


def read(file: IO[bytes], size: int) -> Contents:
    """Read an archive of `size` bytes, ours or NumPy's, which may be compressed."""
    with Archive(file) as archive:
        checksum = _checksum(file, archive.comment)
        members = archive.infolist()
        _check_members(members, size)
        arrays = {member.filename.removesuffix(".npy"): _read_member(archive, member) for member in members}
    if checksum is None:  # the book writes l1/W where Rung writes l1.W
        arrays = {name.replace("/", "."): array for name, array in arrays.items()}
    if len(arrays) != len(members):
        raise WeightFileError("holds two arrays of one name")
    return Contents(arrays, checksum)


def _checksum(file: IO[bytes], comment: bytes) -> str | None:
    """The checksum in the comment, which must be as long as it is said to be, and end the file.

    Either of two words marks a file as ours, so that damage cannot unmark it.
    """
    file.seek(-len(comment) - 2, 2)
    if file.read() != len(comment).to_bytes(2, "little") + comment:
        raise WeightFileError("does not end where it should")
    ours = b"rung" in comment or b"sha256" in comment
    return comment.removeprefix(_COMMENT).decode("latin-1") if ours else None


def _check_members(members: list[zipfile.ZipInfo], size: int) -> None:
    for member in members:
        name, stored = member.filename, member.compress_type == zipfile.ZIP_STORED
        if not name.endswith(".npy"):
            raise WeightFileError(f"holds {name!r:.80}, which is no array")
        if not stored and member.compress_type != zipfile.ZIP_DEFLATED:
            raise WeightFileError(f"holds {name!r:.80} compressed in a way that NumPy does not write")
        if stored and member.compress_size != member.file_size:
            raise WeightFileError(f"claims two different sizes for {name!r:.80}")
    unpacked = sum(member.file_size for member in members)
    if sum(member.compress_size for member in members) > size:
        raise WeightFileError("claims more bytes than it has")
    if unpacked > max(size, UNPACKED_LIMIT, UNPACKED_RATIO * size):
        raise WeightFileError(f"of {size} bytes unpacks to {unpacked}, far too many; save it without compression")


def _read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Array:
    name = member.filename.removesuffix(".npy")
    with archive.open(member) as stream:
        dtype, fortran_order, shape = _read_header(name, stream)
        if byte_count(name, shape, dtype) != member.file_size - stream.tell():
            raise WeightFileError(f"claims a shape for {name!r:.80} that its bytes do not fill")
        array = read_array(name, stream, shape[::-1] if fortran_order else shape, dtype)
        if stream.read(1):  # at its end, the stream compares its own checksum
            raise WeightFileError(f"goes on after the end of {name!r:.80}")
    return np.asarray(array.T if fortran_order else array, dtype.newbyteorder("<"), order="C")


def _read_header(name: str, stream: IO[bytes]) -> tuple[np.dtype[np.generic], bool, tuple[int, ...]]:
    """The dtype, order and shape that stand before an array's bytes. No code is run to read them."""
    magic, version = stream.read(6), stream.read(2)
    if magic != b"\x93NUMPY" or version not in _HEADER_LENGTH:
        raise WeightFileError(f"holds something else than an array as {name!r:.80}")
    length = int.from_bytes(stream.read(_HEADER_LENGTH[version]), "little")
    header = _HEADER.fullmatch(stream.read(length).decode("latin-1")) if length <= _HEADER_LIMIT else None
    if header is None:
        raise WeightFileError(f"does not say plainly what array {name!r:.80} is")
    descr, order, sizes = header.groups()
    if descr.replace(">", "<") not in DTYPES.values():
        raise WeightFileError(f"holds {name!r:.80} of dtype {descr!r}, which is not of plain numbers")
    return np.dtype(descr), order == "True", tuple(int(size) for size in sizes.split(",") if size.strip())
