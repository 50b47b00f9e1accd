"""What a worker process does, and how messages to and from it are written."""

from __future__ import annotations

import io
import mmap
import os
import pickle
import signal
import threading
import traceback
from typing import Any, NamedTuple

import numpy as np

from rung.dataloaders.reading import Reader
from rung.errors import WorkerError


class Answer(NamedTuple):
    """What comes back from a worker: a batch, or an error and where it happened."""

    batch: Any = None
    error: Exception | None = None
    traceback: str = ""


def work(pipe: Any) -> None:
    """Take over a dataset and give one batch for each request, until the other end of the pipe is closed."""
    _ignore_interrupts()
    threading.Thread(target=_end_with_the_program, daemon=True).start()
    try:
        reader = None
        while True:
            reader, answer = _answer(reader, pipe.recv_bytes())
            pipe.send_bytes(answer)
    except (EOFError, OSError):
        os._exit(0)


def _ignore_interrupts() -> None:
    """Ctrl-C goes to all processes; the program decides what it means. Until here it was held back."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


def _answer(reader: Reader | None, message: bytes) -> tuple[Reader | None, bytes]:
    """The reader to go on with, and the answer to a message: the first brings the reader, the others are requests."""
    try:
        if reader is None:
            return unpack(message), pack(Answer())
        return reader, pack(Answer(reader.read(unpack(message))))
    except Exception as error:
        return reader, pack(_failed(error))


def _failed(error: Exception) -> Answer:
    """The answer that tells of an error; of one that cannot be sent, only its words."""
    where = traceback.format_exc()
    try:
        unpack(pack(error))
    except Exception:
        notes = getattr(error, "__notes__", [])
        error = WorkerError(f"DataLoader: {type(error).__name__}: {error}")
        for note in notes:
            error.add_note(note)
    return Answer(error=error, traceback=where)


def _end_with_the_program() -> None:
    """End this process when the one that started it has ended, also if it was killed, and whatever goes on here."""
    import multiprocessing

    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


# Messages


def pack(value: Any) -> bytes:
    """A value as bytes, to be read by a process of the same program.

    >>> unpack(pack({"a": np.arange(3)}))
    {'a': array([0, 1, 2])}
    """
    file = io.BytesIO()
    _Pickler(file, protocol=5).dump(value)
    return file.getvalue()


def unpack(message: bytes) -> Any:
    """The value that was packed; only for messages between a program and its own workers."""
    return pickle.loads(message)


class _Pickler(pickle.Pickler):
    def reducer_override(self, value: Any) -> Any:
        """A whole file in a memory map is opened again over there, and not copied."""
        if type(value) is not np.memmap or not isinstance(value.base, mmap.mmap) or value.filename is None:
            return NotImplemented
        mode = "r" if value.mode == "r" else "r+" if value.mode == "w+" else value.mode
        order = "C" if value.flags.c_contiguous else "F"
        return np.memmap, (value.filename, value.dtype, mode, value.offset, value.shape, order)
