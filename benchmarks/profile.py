"""Where the time of Rung's own step goes: `python -m benchmarks.profile [rows]`.

For each row: what the ops cost, forward and backward, by name and shapes; what backward costs beside them, which is
the engine and sums of gradients; the update; and the page faults, each of which is a page of memory that the system
had to hand out and clear. The clock is read around each op, so that small steps are slower than without.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from benchmarks.rounds import THREAD_SETTINGS
from benchmarks.workloads import Row, Step, rows_of


class Profile:
    """Seconds and calls by name; what is inside of another one counts there alone."""

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()
        self.calls: Counter[str] = Counter()
        self.inner = [0.0]  # of every span that is open, the seconds of those in it

    def around(self, function: Callable[..., Any], name: Callable[..., str]) -> Callable[..., Any]:
        """The function, timed; its name may depend on what it is called with."""

        def timed(*args: Any, **kwargs: Any) -> Any:
            self.inner.append(0.0)
            start = time.perf_counter()
            try:
                return function(*args, **kwargs)
            finally:
                whole = time.perf_counter() - start
                title = name(*args)
                self.seconds[title] += whole - self.inner.pop()
                self.calls[title] += 1
                self.inner[-1] += whole

        return timed


def watch(profile: Profile) -> None:
    """Put clocks into Rung: around the forward of ops, the derivatives of nodes, backward, and updates."""
    from rung.core import variable
    from rung.core.function import Function
    from rung.core.node import Node
    from rung.optimizers import Optimizer
    from rung.transform import reverse

    Function.compute = profile.around(Function.compute, lambda op, arrays: f"{op.name} {shapes(arrays)}")
    Node.pull = profile.around(Node.pull, lambda node, *_: f"{node.op.name} backward {shapes(node.edges)}")
    passed = profile.around(variable.backpropagate, lambda *_: "(backward: engine, sums of gradients)")
    variable.backpropagate = reverse.backpropagate = passed
    Optimizer.update = profile.around(Optimizer.update, lambda *_: "(update)")


def shapes(arrays: Any) -> str:
    """Of arrays, or of what stands for them."""
    return " ".join("x".join(map(str, getattr(a, "shape", ()))) or "()" for a in arrays)


def show(row: Row, profile: Profile, step: Step, seconds: float, lines: int) -> None:
    """Take steps, and print the lines that cost most."""
    import resource

    step()
    step()
    profile.seconds.clear()
    profile.calls.clear()
    count, faults, start = 0, resource.getrusage(resource.RUSAGE_SELF).ru_minflt, time.perf_counter()
    while time.perf_counter() - start < seconds or count < 3:
        step()
        count += 1
    whole = time.perf_counter() - start
    faults = resource.getrusage(resource.RUSAGE_SELF).ru_minflt - faults
    print(f"\n{row.name}: {1e3 * whole / count:.3f} ms a step, {faults / count:.0f} page faults a step")
    profile.seconds["(the rest: layers, recording, letting go)"] = whole - sum(profile.seconds.values())
    for name, spent in profile.seconds.most_common(lines):
        print(
            f"{100 * spent / whole:6.1f} %{1e3 * spent / count:9.3f} ms{profile.calls[name] / count:7.0f} x  {name}"
        )


def main() -> None:
    """Profile row after row."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.profile", description=__doc__.splitlines()[0])
    parser.add_argument("rows", nargs="*", help="names of rows of the suite training; all if there are none")
    parser.add_argument("--seconds", type=float, default=3.0, help="of steps for each row (default: 3)")
    parser.add_argument("--lines", type=int, default=12, help="how many lines to print of each row (default: 12)")
    parser.add_argument("--threads", type=int, default=2, help="of NumPy's BLAS (default: 2)")
    options = parser.parse_args()
    settings = dict.fromkeys(THREAD_SETTINGS, str(options.threads))
    if any(os.environ.get(name) != count for name, count in settings.items()):  # NumPy reads them once, when it comes
        os.execve(sys.executable, [sys.executable, "-m", "benchmarks.profile", *sys.argv[1:]], os.environ | settings)
    rows = rows_of("training")
    profile = Profile()
    watch(profile)
    for name in options.rows or rows:
        show(rows[name], profile, rows[name].makers["rung"](False), options.seconds, options.lines)


if __name__ == "__main__":
    main()
