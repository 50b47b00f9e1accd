"""The processes that read batches ahead, and all that can happen to them.

Each worker has a thread here that hands it one request at a time and waits for the answer, over a pipe that the two
share with nobody. So there is no lock that a dying worker could take along, the end of either side is seen by the
other at once, and a batch of any size passes. What a worker itself does stands in `worker`.
"""

from __future__ import annotations

import os
import queue
import signal
import threading
import time
import weakref
from collections.abc import Iterator
from concurrent.futures import Future, InvalidStateError, wait
from contextlib import contextmanager, suppress
from typing import Any

from rung.dataloaders.reading import Reader, Request
from rung.dataloaders.worker import Answer, pack, unpack, work
from rung.errors import WorkerError

LOOK = 0.2  # seconds between two looks at whether a worker hangs
GOING = 5.0  # seconds for a worker whose pipe has closed to be gone

Batch = Future[Any]


class Worker:
    """One process, as it is seen from here."""

    def __init__(self, number: int):
        import multiprocessing

        context = multiprocessing.get_context("spawn")
        self.number = number
        self._waiting = threading.Lock()
        self.pipe, far_end = context.Pipe()
        self.process = context.Process(target=work, args=(far_end,), name=f"rung worker {number}", daemon=True)
        with _interrupts_held():
            self.process.start()
        far_end.close()  # so that the pipe closes when the worker is gone
        self.task = "taking over the dataset"
        self.since: float | None = time.monotonic()  # when it was handed what it now works at

    def ask(self, message: bytes, task: str) -> bytes:
        """Send a message and wait for the answer; `EOFError` or `OSError` if the worker is gone."""
        self.task, self.since = task, time.monotonic()
        self.pipe.send_bytes(message)
        answer = self.pipe.recv_bytes()
        self.since = None
        return answer  # type: ignore[no-any-return]

    def hangs(self, timeout: float) -> bool:
        """Whether it has worked at one thing for longer than that."""
        since = self.since
        return since is not None and time.monotonic() - since > timeout

    def wait(self) -> int | None:
        """Wait until the process is gone, and give its exit code."""
        with self._waiting:  # two threads that wait for one process get in each other's way
            self.process.join(GOING)
            return self.process.exitcode

    def epitaph(self) -> str:
        """How it ended, and what it was at."""
        code = self.wait()
        how = "closed its pipe" if code is None else f"ended with exit code {code}"
        if code is not None and code < 0:
            how = f"was killed by {signal.Signals(-code).name}"
        return f"{self} {how} while {self.task}"

    def __str__(self) -> str:
        return f"worker {self.number} (process {self.process.pid})"


class Workers:
    """Processes that read batches. When one fails, all are stopped, and `usable` says so.

    They end with this object, with the program, and, as they watch it, when the program is killed.
    """

    def __init__(self, reader: Reader, count: int, timeout: float):
        self._timeout = timeout
        self._crew = _Crew(_packed(reader), count)
        self._stop = weakref.finalize(self, self._crew.end, WorkerError("DataLoader: its workers were stopped"))

    def usable(self) -> bool:
        """Whether the workers are there; they are not after a failure, nor in a fork of the program."""
        return self._crew.failure is None and self._crew.owner == os.getpid()

    def submit(self, request: Request) -> Batch:
        """Have a batch read by the worker that is free next."""
        return self._crew.submit(request)

    def result(self, batch: Batch) -> Any:
        """Wait for a batch. What went wrong with it, or with any worker, is raised here."""
        while not wait([batch], timeout=min(LOOK, self._timeout)).done:
            self._crew.end_if_one_hangs(self._timeout)
        return batch.result()

    def stop(self) -> None:
        """Stop all of them."""
        self._stop()


class _Crew:
    """The workers and their threads; what the threads hold on to, so that `Workers` itself can be let go."""

    def __init__(self, reader: bytes, count: int):
        self.owner = os.getpid()
        self.failure: WorkerError | None = None
        self._waiting: queue.SimpleQueue[tuple[Batch, Request] | None] = queue.SimpleQueue()
        self._open: set[Batch] = set()  # batches that were asked for and not given yet
        self._lock = threading.RLock()  # as the garbage collector may call `end` at any point
        self._reader, self._to_take_over = reader, count
        self._workers: list[Worker] = []
        try:
            for number in range(count):
                self._workers.append(Worker(number))
        except BaseException:
            self.end(WorkerError("DataLoader: its workers could not be started"))
            raise
        for worker in self._workers:
            name = f"rung, for {worker.process.name}"
            threading.Thread(target=self._serve, args=(worker,), name=name, daemon=True).start()

    def submit(self, request: Request) -> Batch:
        batch = Batch()
        with self._lock:
            if self.failure is not None:
                raise self.failure
            self._open.add(batch)
        batch.add_done_callback(self._open.discard)
        self._waiting.put((batch, request))
        return batch

    def end_if_one_hangs(self, timeout: float) -> None:
        for worker in self._workers:
            if worker.hangs(timeout):
                told = f"DataLoader: {worker} took more than {timeout:g} s while {worker.task}"
                self.end(WorkerError(f"{told}; give DataLoader a larger timeout if it only takes long"))

    def end(self, reason: WorkerError) -> None:
        """Kill all workers, and give the reason to everyone who waits. Only the first reason counts."""
        with self._lock:
            if self.failure is not None or self.owner != os.getpid():
                return
            self.failure = reason
            unfinished = list(self._open)
        for worker in self._workers:
            worker.process.kill()
            self._waiting.put(None)
        for worker in self._workers:
            worker.wait()
        for batch in unfinished:
            _settle(batch, error=reason)

    def _serve(self, worker: Worker) -> None:
        """What a worker's thread does: hand over the dataset, then one request after another."""
        try:
            self._hand_over(worker)
            while (task := self._waiting.get()) is not None:
                batch, request = task
                if batch.set_running_or_notify_cancel():
                    self._read(worker, batch, request)
                del task, batch  # or the batch would be kept until the next one comes
        except Exception:
            if self.failure is None:
                self.end(WorkerError(f"DataLoader: {worker.epitaph()}; {_cure(worker)}"))
        finally:
            worker.pipe.close()

    def _hand_over(self, worker: Worker) -> None:
        """Send the dataset, which can be large; when all workers have it, its bytes are no longer needed."""
        answer: Answer = unpack(worker.ask(self._reader, "taking over the dataset"))
        if answer.error is not None:
            self.end(_not_taken_over(worker, answer))
        with self._lock:
            self._to_take_over -= 1
            if not self._to_take_over:
                self._reader = b""

    def _read(self, worker: Worker, batch: Batch, request: Request) -> None:
        """Have one batch read, and give it or its error to whoever waits for it."""
        message = pack(request)
        try:
            message = worker.ask(message, f"reading {_samples(request)} of epoch {request.epoch}")
        except MemoryError as error:  # here and not there; what is left in the pipe can no longer be told apart
            _settle(batch, error=error)
            worker.process.kill()
            raise
        try:
            answer: Answer = unpack(message)
        except Exception as error:
            return _settle(batch, error=error)
        if answer.error is not None:
            answer.error.add_note(f"DataLoader: raised in {worker}, where the traceback was\n\n{answer.traceback}")
        _settle(batch, answer.batch, answer.error)


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Hold back Ctrl-C in this thread, and so from its birth in a process that it starts, until `work` ignores it."""
    if not hasattr(signal, "pthread_sigmask"):  # on Windows
        yield
        return
    from multiprocessing import resource_tracker

    resource_tracker.ensure_running()  # started later, it would let Ctrl-C pass again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _settle(batch: Batch, value: Any = None, error: BaseException | None = None) -> None:
    with suppress(InvalidStateError):  # it was settled already, or nobody wants it any more
        batch.set_result(value) if error is None else batch.set_exception(error)


def _packed(reader: Reader) -> bytes:
    try:
        return pack(reader)
    except Exception as error:
        cure = "use classes and functions that are defined in a file, in place of lambdas and local ones"
        expected = "expected a dataset, transforms and collate that can be sent to workers"
        raise WorkerError(f"DataLoader: {expected}, but got {type(error).__name__}: {error}; {cure}") from error


def _not_taken_over(worker: Worker, answer: Answer) -> WorkerError:
    cure = "what it is made of has to be defined in a file that a new process can import"
    error = WorkerError(f"DataLoader: {worker} could not take over the dataset ({answer.error!r}); {cure}")
    error.add_note(answer.traceback)
    return error


def _cure(worker: Worker) -> str:
    if worker.process.exitcode == -getattr(signal, "SIGKILL", 0):
        return "the system may have run out of memory: fewer workers or smaller batches need less"
    if worker.task.startswith("taking over"):
        return 'a program that uses workers has to guard its start with if __name__ == "__main__"'
    return "look at what the dataset does with these samples"


def _samples(request: Request) -> str:
    """The numbers of the samples of a request, for messages."""
    shown = ", ".join(map(str, request.indices[:8]))
    return f"samples {shown}{', …' if len(request.indices) > 8 else ''}"
