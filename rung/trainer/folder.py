"""The folder of a training: one trainer at a time writes into it, and none over the checkpoint of another run."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from rung.errors import ValueRangeError
from rung.trainer.state import load_state, save_state

LOCK = "running.lock"  # there while a trainer writes into the folder; of one that was killed, nobody holds the lock


class Folder:
    """Where ``last.npz`` and ``best.npz`` are; the path stays what it was, also if the program moves elsewhere."""

    def __init__(self, path: str | Path):
        self.path = Path(os.path.abspath(path))
        self.last, self.best = self.path / "last.npz", self.path / "best.npz"
        self._depth, self._descriptor = 0, -1
        self._known: Any = None  # which file was `last` when it was read or written here

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep all others from writing into the folder for a block; such blocks may be nested.

        Raises:
            ValueRangeError: another trainer writes into it, or it holds the checkpoint of another run.
        """
        if not self._depth:
            self._take()
        self._depth += 1
        try:
            if self.last.exists() and _identity(self.last) != self._known:
                cure = "resume() it, or take another folder"
                raise ValueRangeError(f"Trainer: {self.path} holds the checkpoint of another run; {cure}")
            yield
        finally:
            self._depth -= 1
            if not self._depth:
                self._release()

    def save(self, state: dict[str, Any]) -> None:
        """Write a checkpoint, all or nothing."""
        with self.held():
            save_state(self.last, state)
            self._known = _identity(self.last)

    @contextmanager
    def reading(self) -> Iterator[dict[str, Any]]:
        """The checkpoint; if the block takes it over, the run that it is of is from then on the one here."""
        identity = _identity(self.last)
        yield load_state(self.last)
        self._known = identity

    def _take(self) -> None:
        self.path.mkdir(parents=True, exist_ok=True)
        path = self.path / LOCK
        while True:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
            if not _lock(descriptor) and not _lock_patiently(descriptor):
                os.close(descriptor)
                raise ValueRangeError(
                    f"Trainer: another training is running in {self.path}; wait for it, or take another folder"
                )
            with suppress(OSError):
                if os.path.samestat(os.fstat(descriptor), os.stat(path)):
                    self._descriptor = descriptor
                    return
            os.close(descriptor)  # its owner removed it in the meantime

    def _release(self) -> None:
        with suppress(OSError):
            os.unlink(self.path / LOCK)
        os.close(self._descriptor)


def is_held(path: Path) -> bool:
    """Whether a trainer is writing into a folder, seen from outside.

    To find out, the lock is shared for a moment; a trainer that wants it just then asks again.
    """
    try:
        import fcntl

        descriptor = os.open(path / LOCK, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
    except ImportError:
        return (path / LOCK).exists()
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError as error:
        return isinstance(error, BlockingIOError)
    finally:
        os.close(descriptor)
    return False


def _identity(path: Path) -> tuple[int, int, int]:
    """What tells one file of this name from the next; every checkpoint is a new file."""
    stat = path.stat()
    return stat.st_ino, stat.st_mtime_ns, stat.st_size


def _lock_patiently(descriptor: int, tries: int = 5) -> bool:
    """Ask again, a few times: perhaps somebody has only looked."""
    for _ in range(tries):
        time.sleep(0.01)
        if _lock(descriptor):
            return True
    return False


def _lock(descriptor: int) -> bool:
    """Lock a file as long as it is open; False if another holds it. Where locks are not known, everyone gets one."""
    try:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except (ImportError, OSError):
        return True
    return True
