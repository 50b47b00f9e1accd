"""Peers take turns at a row, so that whatever else the machine does hits them all alike."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.peers import IMPORTS, PEERS, Peer
from benchmarks.workloads import Row

PERCENTILE = 10  # of the times of all steps: what a step costs when nothing disturbs it
COMPILED = "TORCHINDUCTOR_CACHE_DIR"
THREAD_SETTINGS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


@dataclass(frozen=True)
class Plan:
    """How long to measure, and on how many threads."""

    seconds: float = 1.0
    rounds: int = 5
    threads: int = 2
    clock: str = "wall"  # or "cpu": processor time, of all threads
    folder: str = ""  # where PyTorch keeps what it compiled; an empty one lets it compile anew


class WorkerError(Exception):
    """A worker could not do its row."""


class Worker:
    """A process of its own, of `benchmarks.worker`."""

    def __init__(self, arguments: Iterable[str], environment: dict[str, str]):
        command = [sys.executable, "-m", "benchmarks.worker", *arguments]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        stderr=subprocess.DEVNULL, env=environment)  # fmt: skip
        self.begun: dict[str, Any] = {}  # its first answer

    def answer(self, question: Any = None) -> dict[str, Any]:
        """What it says, at the start or to a question."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        if question is not None:
            print(question, file=self.process.stdin, flush=True)
        line = self.process.stdout.readline()
        answer = json.loads(line) if line else {"error": f"its process ended with status {self.process.wait()}"}
        if "error" in answer:
            raise WorkerError(answer["error"])
        return answer  # type: ignore[no-any-return]

    def stop(self) -> None:
        """End the process."""
        self.process.kill()
        self.process.communicate()


@contextmanager
def workers(suite: str, row: Row, peers: list[Peer], plan: Plan) -> Iterator[dict[str, Worker]]:
    """A worker for each peer, on as many threads as the plan says."""
    environment = os.environ | dict.fromkeys(THREAD_SETTINGS, str(plan.threads)) | {COMPILED: plan.folder}
    with ExitStack() as stack:
        started = {}
        for peer in peers:
            worker = Worker([suite, row.name, peer.key, str(plan.threads), plan.clock], environment)
            stack.callback(worker.stop)
            started[peer.key] = worker
            try:
                worker.begun = worker.answer()
            except WorkerError as error:
                worker.begun = {"error": str(error)}
        yield started


def measure(suite: str, row: Row, peers: list[Peer], plan: Plan) -> dict[str, dict[str, Any]]:
    """What a row costs each peer that can do it.

    Of each: `step`, seconds, the 10th percentile; `steps`, how many there were; `first`, seconds from the import to
    the end of the first step; `imported` and `added`, MiB after the import and the most above it; the first `losses`.
    Or, if it failed, `error`.
    """
    able = [peer for peer in peers if row.has(peer)]
    with workers(suite, row, able, plan) as running:
        figures = {key: worker.begun for key, worker in running.items()}
        working = {key: worker for key, worker in running.items() if "error" not in worker.begun}
        times: dict[str, list[float]] = {key: [] for key in working}
        for _ in range(plan.rounds):
            for key, worker in working.items():
                times[key] += worker.answer(plan.seconds)["times"]
        for key, worker in working.items():
            step = float(np.percentile(times[key], PERCENTILE))
            figures[key] |= {"step": step, "steps": len(times[key])} | worker.answer("memory")
    return figures


def import_seconds(frameworks: Iterable[str], processes: int = 5) -> dict[str, float]:
    """What it takes to import NumPy, and each framework beyond it; the least of fresh processes.

    Python keeps what it compiled, as it does where a package is installed; so the first process is not counted.
    """
    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": ""}
    code = "import time; a = time.perf_counter(); import numpy; b = time.perf_counter(); {}; c = time.perf_counter()"
    least: dict[str, float] = {}
    for i in range(processes + 1):
        for name in frameworks:
            command = [sys.executable, "-c", f"{code.format(IMPORTS[name])}; print(b - a, c - b)"]
            run = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
            for key, seconds in zip(("numpy", name), map(float, run.stdout.split()), strict=True):
                if i > 0:
                    least[key] = min(seconds, least.get(key, seconds))
    return least


def numba_memory() -> float | None:
    """MiB that a process needs for Numba, which Rung imports when the first kernel runs; None without it."""
    code = (
        "from benchmarks.memory import resident; import rung; from rung.machine import has_numba, import_numba; "
        "before = resident(); has_numba() and import_numba(); print(has_numba(), resident() - before)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    found, size = run.stdout.split()
    return float(size) if found == "True" else None


def present(keys: Iterable[str]) -> tuple[list[Peer], dict[str, str]]:
    """The peers that can be measured here, and why the others cannot."""
    objections = {key: PEERS[key].missing() for key in keys}
    return [PEERS[key] for key, why in objections.items() if not why], {
        k: why for k, why in objections.items() if why
    }
