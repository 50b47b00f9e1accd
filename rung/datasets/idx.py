"""Images and labels in the file format of MNIST, which other sets have taken over.

A set has four files. They are looked for in its folder within the one that `RUNG_DATA` names, where they are taken on
trust; otherwise they are downloaded, and their checksums compared at each use.

IDX format: 0, 0, the type (8 for bytes), the number of axes; the size of each axis as four bytes, largest first;
then the values. All of it is compressed with gzip.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from rung import files
from rung.errors import DownloadError

LARGEST = 60_000 * 28 * 28  # values in the largest file


class Source(NamedTuple):
    """Where a set comes from."""

    name: str
    folders: list[str]  # where its files are looked for in your own folder; the first is its folder in the cache
    mirrors: list[str]
    checksums: dict[str, str]  # the SHA-256 of each file


def load(source: Source, part: str) -> tuple[Any, Any]:
    """The images, uint8 (n, 1, 28, 28), and the labels, int64 (n,), of "train" or "t10k", as the files hold them."""
    images = read_idx(locate(source, f"{part}-images-idx3-ubyte.gz"), axes=3)
    path = locate(source, f"{part}-labels-idx1-ubyte.gz")
    labels = read_idx(path, axes=1).astype(np.int64)
    if images.shape[1:] != (28, 28):
        raise DownloadError(f"{source.name}: expected images of 28 by 28 pixels, but got {images.shape[1:]}")
    if len(images) != len(labels) or (labels > 9).any():
        raise DownloadError(
            f"{source.name}: expected {len(images)} labels from 0 to 9 in {path}, but it holds others"
        )
    return images[:, np.newaxis], labels


def locate(source: Source, name: str) -> Path:
    """The path of one of the four files; it is downloaded if it is nowhere to be found."""
    found = files.find(*(f"{folder}/{name}".lstrip("/") for folder in source.folders))
    urls = [mirror + name for mirror in source.mirrors]
    return found or files.download(urls, f"{source.folders[0]}/{name}", source.checksums[name])


def read_idx(path: Path, axes: int) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """The array of bytes in a gzipped IDX file.

    No more is decompressed than the header announces, and no more than the largest file holds.

    Raises: `DownloadError` if the file is damaged, cut short, longer than it says, or of another kind.
    """
    import gzip  # takes a while to import, and most programs never read these files
    import zlib

    try:
        with gzip.open(path) as file:
            shape = _read_shape(file, path, axes)
            size = math.prod(shape)
            values = file.read(size)
            complete = len(values) == size and not file.read(1)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise _damaged(path, f"a whole gzip file, but reading it gave: {error}") from error
    if not complete:
        raise _damaged(path, f"exactly the {size} values that its header announces, but it holds more or fewer")
    return np.frombuffer(values, np.uint8).reshape(shape)


def _read_shape(file: Any, path: Path, axes: int) -> tuple[int, ...]:
    header = file.read(4 + 4 * axes)
    if len(header) != 4 + 4 * axes or header[:4] != bytes([0, 0, 8, axes]):
        raise _damaged(path, f"an IDX file of bytes with {axes} axes, but it starts with {header[:4].hex(' ')}")
    shape = tuple(int(size) for size in np.frombuffer(header, ">u4", offset=4))
    if math.prod(shape) > LARGEST:
        raise _damaged(path, f"at most {LARGEST} values, but its header announces the shape {shape}")
    return shape


def _damaged(path: Path, expected: str) -> DownloadError:
    return DownloadError(f"IDX: expected {path} to be {expected}; delete it, and it will be downloaded again")
