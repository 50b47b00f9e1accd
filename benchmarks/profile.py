"""Where the time of Rung's own step goes: `python -m benchmarks.profile [rows]`.

For each row: what `rung.profile` says of some seconds of steps, ops told apart by the shapes of their inputs; and the
page faults, each of which is a page of memory that the system had to hand out and clear. Looking on costs time of its
own, so that small steps are slower than without. With `--compiled`: the lines of the compiled step's source.
"""

from __future__ import annotations

import argparse
import os
import sys
import time

from benchmarks.lines import Lines
from benchmarks.rounds import THREAD_SETTINGS
from benchmarks.workloads import Row, Step, rows_of


def show(row: Row, step: Step, seconds: float, lines: int) -> None:
    """Take steps, and print what they took."""
    import resource

    import rung

    step()
    step()
    count, faults, start = 0, resource.getrusage(resource.RUSAGE_SELF).ru_minflt, time.perf_counter()
    with rung.profile(events=0) as profile:
        while time.perf_counter() - start < seconds or count < 3:
            step()
            count += 1
    faults = resource.getrusage(resource.RUSAGE_SELF).ru_minflt - faults
    per_step = f"{1e3 * profile.seconds / count:.3f} ms and {faults / count:.0f} page faults a step"
    print(f"\n{row.name}: {count} steps, {per_step}\n{profile.by_op(shapes=True, lines=lines)}")


def show_compiled(row: Row, seconds: float, lines: int) -> None:
    """Take compiled steps, and print which lines of their source took how long."""
    import rung

    made: list[rung.compiling.Compiled] = []
    compile = rung.compile
    rung.compile = lambda step: (
        made.append(compile(step)) or made[-1]
    )  # the row keeps its compiled function to itself
    try:
        step = row.makers["rung"](True)
    finally:
        rung.compile = compile
    for _ in range(5):
        step()
    watched = Lines.watch(made[0])
    start = time.perf_counter()
    while time.perf_counter() - start < seconds or watched.calls < 3:
        step()
    print(f"\n{row.name}, compiled: {watched.calls} steps, milliseconds of each\n{watched.table(lines)}")


def main() -> None:
    """Profile row after row."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.profile", description=__doc__.splitlines()[0])
    parser.add_argument("rows", nargs="*", help="names of rows of the suite training; all if there are none")
    parser.add_argument("--seconds", type=float, default=3.0, help="of steps for each row (default: 3)")
    parser.add_argument("--lines", type=int, default=12, help="how many lines to print of each row (default: 12)")
    parser.add_argument("--threads", type=int, default=2, help="of NumPy's BLAS (default: 2)")
    parser.add_argument("--compiled", action="store_true", help="the lines of compiled steps")
    options = parser.parse_args()
    settings = dict.fromkeys(THREAD_SETTINGS, str(options.threads))
    if any(os.environ.get(name) != count for name, count in settings.items()):  # NumPy reads them once, when it comes
        os.execve(sys.executable, [sys.executable, "-m", "benchmarks.profile", *sys.argv[1:]], os.environ | settings)
    rows = rows_of("training")
    for name in options.rows or rows:
        if options.compiled:
            show_compiled(rows[name], options.seconds, options.lines)
        else:
            show(rows[name], rows[name].makers["rung"](False), options.seconds, options.lines)


if __name__ == "__main__":
    main()
