"""Where files are kept, how they come over the network, and how they are written: whole, or not at all.

Two folders matter. `RUNG_DATA` names one of your own, which is looked in first, trusted, and never written to. The
cache (`RUNG_CACHE`, else the user's cache folder) receives what is downloaded; checksums are compared at each use.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from rung.errors import DownloadError, ValueRangeError

SIZE_LIMIT = 1 << 30  # bytes; the most that one download may bring
CHUNK = 1 << 16  # bytes; the most that is read at once
SLOWEST = 1024  # bytes per second; a mirror that is slower is given up
ROUNDS = 3  # how often the mirrors are asked
ABANDONED = 600  # seconds after which an unfinished temporary file that nobody holds is removed
PAUSE = 0.5  # seconds before the second round; twice as long before the third


def cache_dir() -> Path:
    """The folder that downloads go to: `RUNG_CACHE`, else `rung` in the user's cache folder. It need not exist yet.

    >>> from unittest.mock import patch
    >>> with patch.dict(os.environ, RUNG_CACHE="/scratch/rung"):
    ...     cache_dir().as_posix()
    '/scratch/rung'
    """
    if chosen := os.environ.get("RUNG_CACHE"):
        return Path(chosen).expanduser()
    base = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(base) if os.path.isabs(base) else Path.home() / ".cache") / "rung"


def own_dir() -> Path | None:
    """The folder of your own data, `RUNG_DATA`, or None.

    >>> from unittest.mock import patch
    >>> with patch.dict(os.environ, RUNG_DATA="/data"):
    ...     own_dir().as_posix()
    '/data'
    """
    own = os.environ.get("RUNG_DATA")
    return Path(own).expanduser() if own else None


def find(*names: str) -> Path | None:
    """The first file of any of these names in your own folder, or None. It is taken on trust.

    >>> find("no/such/file.npz") is None
    True
    """
    own = own_dir()
    paths = [inside(own or Path(), name) for name in names]
    return next((path for path in paths if own is not None and path.is_file()), None)


def inside(folder: Path, name: str) -> Path:
    """The path of a named file in a folder; `DownloadError` for a name that could lead out of the folder.

    >>> inside(Path("cache"), "mnist/images.gz").as_posix()
    'cache/mnist/images.gz'
    >>> inside(Path("cache"), "../images.gz")
    Traceback (most recent call last):
    rung.errors.DownloadError: expected a name within the folder, such as 'mnist/images.gz', but got '../images.gz'
    """
    parts = name.split("/")
    if any(part in ("", ".", "..") or not part.isprintable() or set(part) & set("\\:") for part in parts):
        raise DownloadError(f"expected a name within the folder, such as 'mnist/images.gz', but got {name!r}")
    return folder.joinpath(*parts)


# Writing


@contextmanager
def write_atomically(path: str | os.PathLike[str]) -> Iterator[IO[bytes]]:
    """Write a file so that under its name there is always the old content or the new, never a part of it.

    The bytes go to a temporary file in the same folder, which is flushed to the disk and then takes the name in one
    step. If anything fails, the temporary file is removed and the old file stays. A link is followed, and the
    permissions of the old file are kept. Only a process that is killed leaves a temporary file behind, `.rung-….tmp`;
    the next one that writes to the folder removes it, ten minutes later at the earliest.

    Raises: `OSError` if the folder does not exist, the name is taken by something that is not a regular file, the old
    file may not be written to, or the disk is full or fails.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp(), "weights.bin")
    >>> with write_atomically(path) as file:
    ...     _ = file.write(b"all or nothing")
    >>> path.read_bytes()
    b'all or nothing'
    """
    target = Path(os.path.realpath(path))
    _check_target(target)
    _remove_abandoned(target.parent)
    temporary = target.with_name(f".rung-{os.urandom(8).hex()}.tmp")
    try:
        with open(temporary, "x+b") as file:
            _lock(file.fileno())
            _copy_permissions(target, temporary)
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, target)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise
    _sync_folder(target.parent)


def _check_target(target: Path) -> None:
    if not target.parent.is_dir():
        raise FileNotFoundError(f"write_atomically: the folder {target.parent} does not exist; make it first")
    if target.is_symlink():  # the path was resolved, so this one cannot be
        raise OSError(f"write_atomically: expected the name of a regular file, but {target} is a link to itself")
    if target.exists() and not target.is_file():
        raise OSError(f"write_atomically: expected the name of a regular file, but {target} is a folder or a device")
    if target.exists() and not os.access(target, os.W_OK):
        raise PermissionError(f"write_atomically: {target} is protected from writing; change that, or the name")


def _copy_permissions(target: Path, temporary: Path) -> None:
    """Before there is any content, so that what was private is never open to others.

    Without an old file, or on a disk that knows no permissions, there are none to keep.
    """
    with suppress(OSError):
        os.chmod(temporary, stat.S_IMODE(os.stat(target).st_mode) & 0o777)


def _lock(descriptor: int) -> bool:
    """Lock a file for as long as this process lives; False if another holds it, or locks are not known here."""
    try:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (ImportError, OSError):
        return False
    return True


def _remove_abandoned(folder: Path) -> None:
    """Remove the temporary files of processes that were killed: they are old, and nobody holds a lock on them."""
    with suppress(OSError):
        for path in folder.glob(".rung-*.tmp"):
            if path.lstat().st_mtime < time.time() - ABANDONED and _is_nobodys(path):
                os.unlink(path)


def _is_nobodys(path: Path) -> bool:
    if os.name != "posix":
        return True  # what a process has open cannot be removed there
    descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        return _lock(descriptor)
    finally:
        os.close(descriptor)


def _sync_folder(folder: Path) -> None:
    """Flush the new name itself to the disk, on systems where a folder can be opened and flushed."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.EACCES, errno.EBADF):
            raise
    finally:
        os.close(descriptor)


# Downloading


class _MirrorError(Exception):
    """One mirror did not give the file; `final` says that asking it again is of no use."""

    def __init__(self, reason: str, final: bool = False):
        super().__init__(reason)
        self.final = final


def download(
    urls: str | Sequence[str],
    name: str,
    checksum: str | None,
    progress: bool = True,
    *,
    timeout: float = 20.0,
    limit: int = SIZE_LIMIT,
) -> Path:
    """The path of a file in the cache, fetched from the first mirror that gives it whole and unchanged.

    urls: one address or several mirrors, http or https; they are asked in turn, in up to three rounds.
    name: the file's name in the cache, such as "mnist/images.gz".
    checksum: the SHA-256 in hexadecimal; or, where no more is known, its first digits, at least 8, or the MD5, which
        guard against accidents alone; a file with another one never gets its name. None takes the file on trust.
    progress: show a bar, if standard error is a terminal.
    timeout: seconds without an answer after which a mirror is given up.
    limit: bytes; a larger file is refused.

    A file that is there already is returned at once if its checksum is right, and fetched again if it is not. Two
    processes may fetch the same file at the same time.

    Raises: `DownloadError`, with what each mirror did.

    >>> download("file:///etc/hosts", "hosts", checksum=None)
    Traceback (most recent call last):
    rung.errors.DownloadError: download: expected hosts, but file:///etc/hosts was refused, as only http and https are
    allowed; try again later, or place the file at ...hosts
    """
    path = inside(cache_dir(), name)
    if checksum is not None:
        checksum = checksum.lower()
        _check_digits(checksum)
    if path.is_file() and (checksum is None or _checksum(path, _kind(checksum)).startswith(checksum)):
        return path
    mirrors = [urls] if isinstance(urls, str) else list(urls)
    if not mirrors:
        raise ValueRangeError(f"download: expected at least one address for {name}, but got none")
    try:
        _ask_in_turn(mirrors, path, lambda url: _fetch(url, path, checksum, progress, timeout, limit))
    except DownloadError:
        raise
    except OSError as error:
        cure = "set RUNG_CACHE to a folder with room that can be written to"
        raise DownloadError(f"download: cannot write {path} ({error}); {cure}") from error
    return path


def _ask_in_turn(mirrors: list[str], path: Path, fetch: Callable[[str], None]) -> None:
    """Fetch from the first mirror that does not fail; those whose failure is not final are asked again."""
    failures: dict[str, _MirrorError] = {}
    for attempt in range(ROUNDS):
        left = [url for url in mirrors if url not in failures or not failures[url].final]
        if attempt and left:
            time.sleep(PAUSE * attempt)
        for url in left:
            try:
                return fetch(url)
            except _MirrorError as failure:
                failures[url] = failure
    told = ", ".join(f"{url} {failure}" for url, failure in failures.items())
    place = f"{path}, where another one lies" if path.exists() else path
    raise DownloadError(f"download: expected {path.name}, but {told}; try again later, or place the file at {place}")


def _fetch(url: str, path: Path, checksum: str | None, progress: bool, timeout: float, limit: int) -> None:
    """Fetch one file from one mirror; it gets its name only after its checksum was found right."""
    import hashlib

    kind = _kind(checksum)
    digest = hashlib.new(kind, usedforsecurity=False)
    with _open(url, timeout) as answer:
        path.parent.mkdir(parents=True, exist_ok=True)
        with write_atomically(path) as file, _progress_bar(path.name, answer.length, progress) as advance:
            for chunk in _body(answer, timeout, limit):
                digest.update(chunk)
                file.write(chunk)
                advance(len(chunk))
            if checksum is not None and not digest.hexdigest().startswith(checksum):
                name = {"sha256": "SHA-256", "md5": "MD5"}[kind]
                raise _MirrorError(f"sent another file (its {name} is {digest.hexdigest()})", final=True)


def _open(url: str, timeout: float) -> Any:
    """The answer to a request, from an opener that knows http and https alone, also for redirects."""
    import urllib.request as request

    if not url.lower().startswith(("http://", "https://")):
        raise _MirrorError("was refused, as only http and https are allowed", final=True)
    opener = request.OpenerDirector()
    for handler in (
        request.ProxyHandler,
        request.HTTPHandler,
        request.HTTPSHandler,
        request.HTTPRedirectHandler,
        request.HTTPDefaultErrorHandler,
        request.HTTPErrorProcessor,
        request.UnknownHandler,
    ):
        opener.add_handler(handler())
    with _mirror_errors():
        return opener.open(request.Request(url, headers={"User-Agent": "rung"}), timeout=timeout)


@contextmanager
def _mirror_errors() -> Iterator[None]:
    """Turn all that a connection can raise into a `_MirrorError`."""
    from http.client import HTTPException
    from urllib.error import HTTPError

    try:
        yield
    except HTTPError as error:
        error.close()
        final = error.code < 500 and error.code not in (408, 429)
        raise _MirrorError(f"answered HTTP {error.code} ({error.reason})", final) from error
    except (OSError, HTTPException, ValueError) as error:
        raise _MirrorError(f"failed ({getattr(error, 'reason', None) or error!r})") from error


def _body(answer: Any, timeout: float, limit: int) -> Iterator[bytes]:
    """The body of an answer piece by piece; `_MirrorError` if it is cut short, too large, or hardly moves."""
    total: int | None = answer.length
    received, start = 0, time.monotonic()
    while total is None or received < total:
        if max(received, total or 0) > limit:
            raise _MirrorError(f"sent more than the limit of {limit} bytes", final=True)
        if received < SLOWEST * (time.monotonic() - start - timeout):
            raise _MirrorError(f"sent less than {SLOWEST} bytes per second")
        with _mirror_errors():
            chunk = answer.read1(CHUNK if total is None else min(CHUNK, total - received))
        if not chunk and total is not None:
            raise _MirrorError(f"ended after {received} of {total} bytes")
        if not chunk:
            return
        received += len(chunk)
        yield chunk


@contextmanager
def _progress_bar(name: str, total: int | None, wanted: bool) -> Iterator[Callable[[int], object]]:
    """A bar on standard error, given as the function that moves it on; without a terminal, or rich, there is none."""
    bar = _new_bar() if wanted and sys.stderr is not None and sys.stderr.isatty() else None
    if bar is None:
        yield lambda count: None
        return
    with bar:
        task = bar.add_task(name, total=total)
        yield lambda count: bar.advance(task, count)


def _new_bar() -> Any:
    try:
        from rich.console import Console
        from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn
    except ImportError:
        return None
    name = TextColumn("{task.description}", markup=False)
    return Progress(name, BarColumn(), DownloadColumn(), TransferSpeedColumn(), console=Console(stderr=True))


def _check_digits(checksum: str) -> None:
    if not 8 <= len(checksum) <= 64 or set(checksum) - set("0123456789abcdef"):
        expected = "a SHA-256 of 64 hexadecimal digits or the first 8 of them at least, or an MD5 of 32"
        raise ValueRangeError(f"download: expected {expected}, but got {checksum!r}")


def _kind(checksum: str | None) -> str:
    """The name of a checksum's algorithm, which its length tells."""
    return "md5" if checksum is not None and len(checksum) == 32 else "sha256"


def _checksum(path: Path, kind: str) -> str:
    import hashlib

    with open(path, "rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.new(kind, usedforsecurity=False)).hexdigest()
