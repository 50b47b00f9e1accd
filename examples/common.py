"""What every example shares: its options, the folder for its pictures, and how it says what it has reached.

An example is one file. It has a `main(options)`, which returns figures by name, and `AIMS`, what they should be:

    AIMS = {"test accuracy": at_least(0.98)}

    if __name__ == "__main__":
        run(main, AIMS, __doc__)
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import rung
from rung.machine import num_threads


@dataclass(frozen=True)
class Aim:
    """A bound that a figure should keep."""

    bound: float
    least: bool

    def holds(self, figure: float) -> bool:
        return figure >= self.bound if self.least else figure <= self.bound

    def __str__(self) -> str:
        return f"at {'least' if self.least else 'most'} {self.bound:g}"


def at_least(bound: float) -> Aim:
    return Aim(bound, True)


def at_most(bound: float) -> Aim:
    return Aim(bound, False)


def run(main: Callable[[argparse.Namespace], Mapping[str, float]], aims: Mapping[str, Aim], about: str) -> None:
    """Run an example from the command line; the exit status is 1 if it has missed an aim."""
    name = Path(sys.argv[0]).stem
    parser = argparse.ArgumentParser(description=about.splitlines()[0])
    parser.add_argument(
        "--quick", action="store_true", help="a few steps only, to see that it runs; no aim is judged"
    )
    parser.add_argument("--seed", type=int, default=0, help="of all random numbers (default: 0)")
    parser.add_argument(
        "--out", type=Path, default=Path("runs") / name, help="folder for pictures (default: %(default)s)"
    )
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    rung.seed(options.seed)
    print(about.strip().splitlines()[0])
    started = time.perf_counter()
    with num_threads(1):
        figures = main(options)
    sys.exit(report(figures, {} if options.quick else aims, options.out, time.perf_counter() - started))


def report(figures: Mapping[str, float], aims: Mapping[str, Aim], folder: Path, seconds: float) -> bool:
    """Print what was reached beside what should be, and the pictures; return whether an aim was missed."""
    for name, figure in figures.items():
        aim = aims.get(name)
        judgement = f"  (aim: {aim}){'' if aim.holds(figure) else '  MISSED'}" if aim else ""
        print(f"  {name}: {figure:.4g}{judgement}")
    pictures = ", ".join(sorted(path.name for path in folder.glob("*.*")))
    print(f"  {seconds:.1f} s; in {folder}/: {pictures}")
    return any(not aim.holds(figures[name]) for name, aim in aims.items())
