"""A process that holds one row in one framework, and takes its steps when it is told to.

Started by `benchmarks.rounds`, which writes lines to its input and reads one line of JSON for each:

- nothing yet: the framework is imported, the step is made, and three steps are taken
- a number: steps are taken for so many seconds
- `memory`: what it needed so far
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

from benchmarks.memory import forget_peak, peak, resident
from benchmarks.peers import PEERS, import_framework
from benchmarks.workloads import Row, Step, rows_of

FEWEST = 3  # steps in a turn
Clock = Callable[[], float]
CLOCKS: dict[str, Clock] = {"wall": time.perf_counter, "cpu": time.process_time}


def main() -> None:
    """Serve a row: `python -m benchmarks.worker SUITE ROW PEER THREADS CLOCK`."""
    suite, name, key, threads, clock = sys.argv[1:]
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # what a framework prints is no answer
    pin(int(threads))
    try:
        serve(rows_of(suite)[name], key, int(threads), CLOCKS[clock], answers)
    except BaseException as error:
        text = str(error).strip() or "no text"
        print(json.dumps({"error": f"{type(error).__name__}: {text.splitlines()[0]}"}), file=answers)
        raise


def serve(row: Row, key: str, threads: int, clock: Clock, answers: Any) -> None:
    """Make the step and answer line after line, until there are no more."""
    peer = PEERS[key]
    import_framework(peer.framework, threads)
    forget_peak()
    before, start = resident(), time.perf_counter()
    step = row.makers[peer.framework](peer.compiled)
    results = [step()]
    first = time.perf_counter() - start
    results += [step(), step()]
    losses = [result for result in results if isinstance(result, float)]
    print(json.dumps({"first": first, "imported": before, "losses": losses}), file=answers)
    for line in sys.stdin:
        answer = {"added": peak() - before} if line.strip() == "memory" else {"times": take(step, float(line), clock)}
        print(json.dumps(answer), file=answers)


def take(step: Step, seconds: float, clock: Clock = time.perf_counter) -> list[float]:
    """The seconds of each of as many steps as fit in."""
    times: list[float] = []
    now, end = clock(), time.perf_counter() + seconds
    while time.perf_counter() < end or len(times) < FEWEST:
        before = now
        step()
        now = clock()
        times.append(now - before)
    return times


def pin(threads: int) -> None:
    """Run on so many processors, whatever a framework thinks it has."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])


if __name__ == "__main__":
    main()
