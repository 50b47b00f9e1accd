"""What Rung costs beside other frameworks: `python -m benchmarks`; what the figures mean: docs/benchmarks.md."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Collection
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks import machine, report
from benchmarks.peers import PEERS
from benchmarks.rounds import Plan, import_seconds, measure, numba_memory, present
from benchmarks.worker import CLOCKS
from benchmarks.workloads import SUITES, rows_of


def arguments() -> argparse.Namespace:
    """What is asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("suite", nargs="?", default="training", choices=SUITES, help="which rows (default: training)")
    parser.add_argument("--rows", default="", help="only these, after commas: names, or words in them")
    parser.add_argument("--peers", help=f"of {','.join(PEERS)}; all for training, else rung,torch")
    parser.add_argument("--seconds", type=float, default=1.0, help="of steps in a turn (default: 1)")
    parser.add_argument("--rounds", type=int, default=5, help="turns of each peer at each row (default: 5)")
    parser.add_argument("--threads", type=int, default=2, help="of each peer (default: 2)")
    parser.add_argument("--clock", choices=CLOCKS, default="wall", help="time, or processor time of all threads")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    parser.add_argument("--picture", type=Path, help="draw them into this file, a PNG")
    parser.add_argument("--since", type=Path, help="also say what has changed since the figures in this file")
    options = parser.parse_args()
    known = rows_of(options.suite)
    words = options.rows.split(",")
    options.rows = [row for row in known.values() if any(is_meant(row.name, word, known) for word in words)]
    options.peers = (options.peers or ",".join(PEERS if options.suite == "training" else ("rung", "torch"))).split(
        ","
    )
    if strangers := [key for key in options.peers if key not in PEERS]:
        parser.error(f"expected peers of {', '.join(PEERS)}, but got {', '.join(strangers)}")
    if not options.rows:
        parser.error(f"expected words of the names {', '.join(known)}")
    return options


def is_meant(name: str, word: str, known: Collection[str]) -> bool:
    """Whether a word means a row: it is its name, or no row's name, and in it."""
    return word == name if word in known else word in name


def run(options: argparse.Namespace) -> report.Result:
    """Measure row after row; each is named on stderr as it begins."""
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        return run_plan(options, Plan(options.seconds, options.rounds, options.threads, options.clock, folder))


def run_plan(options: argparse.Namespace, plan: Plan) -> report.Result:
    """Measure row after row in such a way."""
    peers, left_out = present(options.peers)
    result: dict[str, Any] = {"machine": machine.facts(), "suite": options.suite, "plan": asdict(plan)}
    result |= {"left_out": left_out, "rows": {row.name: row.work for row in options.rows}, "figures": {}}
    result["imports"] = import_seconds({peer.framework: None for peer in peers})
    result["numba"] = numba_memory()
    for row in options.rows:
        print(f"{row.name}: {row.work}; load {machine.load()}", file=sys.stderr)
        result["figures"][row.name] = measure(options.suite, row, peers, plan)
    return result


def main() -> None:
    """Measure, print, write."""
    options = arguments()
    old = json.loads(options.since.read_text(encoding="utf-8")) if options.since else None
    result = run(options)
    print(report.report(result))
    if old:
        print("\n" + report.changes(old, result))
    if options.json:
        options.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    if options.picture:
        from benchmarks.chart import draw

        draw(result, options.picture)


if __name__ == "__main__":
    main()
