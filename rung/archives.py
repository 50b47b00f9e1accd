"""Unpacking archives that came from elsewhere: nothing outside the folder, nothing but files, and all or nothing."""

from __future__ import annotations

import bz2
import errno
import gzip
import hashlib
import lzma
import os
import shutil
import tarfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any

from rung.errors import DownloadError
from rung.files import CHUNK, SIZE_LIMIT, inside

MOST_MEMBERS = 100_000  # files and folders in one archive
SEAL = ".sha256"  # the name of a file of checksums, as `sha256sum -c` reads it

# How the compressed forms of a tar file begin, and what reads them.
COMPRESSED: dict[bytes, Any] = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ\x00": lzma.open}
DAMAGED = (tarfile.TarError, zipfile.BadZipFile, EOFError, zlib.error, lzma.LZMAError, gzip.BadGzipFile,
           NotImplementedError, RuntimeError, UnicodeError, ValueError, FileExistsError, NotADirectoryError,
           IsADirectoryError)  # fmt: skip

Member = tuple[str, bool, "IO[bytes] | None"]  # its name, whether it is a folder, its content


def extract(
    archive: str | os.PathLike[str],
    folder: str | os.PathLike[str],
    *,
    limit: int = SIZE_LIMIT,
    most_members: int = MOST_MEMBERS,
    sealed: bool = False,
) -> Path:
    """Unpack a tar file (plain, gzip, bzip2, xz) or a zip file as a new folder, which appears whole or not at all.

    archive: the file. Its names have to stay within the folder, and it may hold nothing but regular files and
        folders: no links, devices or pipes. Owners, permissions and times are not taken over.
    folder: the folder to make. If it is there already, it is left as it is.
    limit: bytes that all files together may unpack to; they are counted as they come, whatever the headers say.
    most_members: files and folders that the archive may hold.
    sealed: leave the checksums of all files in it, for `check_seal`.

    Two processes may unpack the same archive at the same time. A process that is killed leaves a folder with a name
    that begins with a dot, and nothing under the name itself.

    Raises: `DownloadError` if the archive is damaged or not allowed, `OSError` if the disk is full.

    >>> import tempfile
    >>> place = Path(tempfile.mkdtemp())
    >>> with zipfile.ZipFile(place / "pets.zip", "w") as file:
    ...     file.writestr("cats/names.txt", "Tom")
    >>> (extract(place / "pets.zip", place / "pets") / "cats" / "names.txt").read_text()
    'Tom'
    """
    source, target = Path(archive), Path(folder)
    if target.is_dir():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f".{os.urandom(8).hex()}.tmp")
    try:
        unfinished.mkdir()
        _unpack(source, unfinished, limit, most_members)
        if sealed:
            _seal(unfinished)
        _take_name(unfinished, target)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return target


def check_seal(folder: Path, names: Iterable[str]) -> None:
    """Look whether files of a folder that was unpacked with `sealed` are as they were then, if they are there.

    Raises: `DownloadError` if one has changed, or was never sealed.
    """
    seal = folder / SEAL
    lines = seal.read_text(encoding="utf-8").splitlines() if seal.is_file() else []
    for name in names:
        path = folder / name
        if path.is_file() and _sealed_line(folder, path) not in lines:
            expected = f"expected {path} to be as it was unpacked, but it is not"
            raise DownloadError(f"check_seal: {expected}; delete {folder}, and it will be unpacked again")


def _seal(folder: Path) -> None:
    lines = [_sealed_line(folder, path) for path in sorted(folder.rglob("*")) if path.is_file()]
    (folder / SEAL).write_text("\n".join(lines) + "\n", encoding="utf-8")


def _sealed_line(folder: Path, path: Path) -> str:
    with open(path, "rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return f"{digest}  {path.relative_to(folder).as_posix()}"


def _take_name(unfinished: Path, target: Path) -> None:
    try:
        os.rename(unfinished, target)
    except OSError:
        if not target.is_dir():  # else another process was faster, with the same content
            raise


def _unpack(source: Path, folder: Path, limit: int, most_members: int) -> None:
    members, left = 0, limit
    try:
        for name, is_folder, content in _members(source, limit):
            members += 1
            if members > most_members:
                raise DownloadError(
                    f"extract: expected at most {most_members} members in {source}, but it holds more"
                )
            path = inside(folder, name)
            if is_folder or content is None:
                path.mkdir(parents=True, exist_ok=True)
            else:
                left -= _write(path, content, left, source, limit)
    except DownloadError:
        raise
    except (*DAMAGED, OSError) as error:
        if isinstance(error, OSError) and not _is_the_archives_fault(error):
            raise
        came = f"reading it gave {type(error).__name__}: {error}"
        raise DownloadError(f"extract: expected {source} to be a whole archive, but {came}") from error


def _is_the_archives_fault(error: OSError) -> bool:
    """Whether an error is not the disk's: that of damaged bzip2 has no number; and a name may be too long."""
    return isinstance(error, DAMAGED) or error.errno in (None, errno.ENAMETOOLONG)


def _write(path: Path, content: IO[bytes], left: int, source: Path, limit: int) -> int:
    """Write one file to the disk and give its size; `DownloadError` if it is larger than what is left."""
    path.parent.mkdir(parents=True, exist_ok=True)
    size = 0
    with open(path, "xb") as file:
        while chunk := content.read(CHUNK):
            size += len(chunk)
            if size > left:
                raise _too_large(source, limit)
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    return size


def _members(source: Path, limit: int) -> Iterator[Member]:
    """What is in an archive, one after the other; each content has to be read before the next is asked for."""
    return _zip_members(source) if zipfile.is_zipfile(source) else _tar_members(source, limit)


def _zip_members(source: Path) -> Iterator[Member]:
    with zipfile.ZipFile(source) as file:
        for member in file.infolist():
            kind = member.external_attr >> 16 & 0o170000  # as Unix writes it; 0 where the writer did not
            if kind not in (0, 0o100000, 0o040000):
                raise _not_allowed(source, member.filename)
            if member.is_dir():
                yield _plain(member.filename), True, None
                continue
            with file.open(member) as content:
                yield _plain(member.filename), False, content


def _tar_members(source: Path, limit: int) -> Iterator[Member]:
    with open(source, "rb") as raw:
        beginning = raw.read(6)
    opener = next((opener for magic, opener in COMPRESSED.items() if beginning.startswith(magic)), open)
    with opener(source, "rb") as plain:
        capped: Any = _Capped(plain, source, limit)
        for member in (file := tarfile.open(fileobj=capped, mode="r|")):  # noqa: SIM115 - there is nothing to close
            if not (member.isreg() or member.isdir()) or member.issparse():
                raise _not_allowed(source, member.name)
            if _plain(member.name) or member.isreg():  # "./" is the folder itself
                yield _plain(member.name), member.isdir(), file.extractfile(member)
        while capped.read(CHUNK):  # to the end, where the checksum of the compressed form is
            pass


class _Capped:
    """A file that may be read up to a limit and some room for headers, as they too can be made to swell."""

    def __init__(self, file: IO[bytes], source: Path, limit: int):
        self.file, self.source, self.limit = file, source, limit
        self.left = 2 * limit + (1 << 20)

    def read(self, size: int) -> bytes:
        content = self.file.read(size)
        self.left -= len(content)
        if self.left < 0:
            raise _too_large(self.source, self.limit)
        return content


def _plain(name: str) -> str:
    """A member's name without what is harmless and common: "./" before it, and "/" after a folder's."""
    return name.removeprefix("./").rstrip("/") if name != "." else ""


def _too_large(source: Path, limit: int) -> DownloadError:
    return DownloadError(f"extract: expected {source} to unpack to at most {limit} bytes, but it holds more")


def _not_allowed(source: Path, name: str) -> DownloadError:
    expected = "nothing but regular files and folders"
    return DownloadError(f"extract: expected {expected} in {source}, but {name!r} is something else, such as a link")
