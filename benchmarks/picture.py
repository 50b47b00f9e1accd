"""What the layout of a picture costs, in Python and in the page's JavaScript: `python -m benchmarks.picture`.

For each graph: boxes, edges, the size of the picture, how many edges end in stubs, and the seconds of processor time
that one layout takes, the least of a few, in each language; node's helper threads count too. The graphs are those of
the tests.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

from rung.picture.layout import lay_out

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from picture.layout import scenes

GRAPHS: dict[str, Callable[[], Any]] = {
    "4th derivative of tanh": lambda: scenes.tanh_derivative(4),
    "6th derivative of tanh": lambda: scenes.tanh_derivative(6),
    "7th derivative of tanh": lambda: scenes.tanh_derivative(7),
    "residual network": lambda: scenes.residual(10_000),
    "one variable all along": lambda: scenes.one_variable_all_along(10_000),
    "LSTM, steps as frames": lambda: scenes.lstm(600),
    "random, with frames": lambda: scenes.drawn_by_lot(3_000, 0),
}
PROGRAM = """
const {scene, rounds} = JSON.parse(require("fs").readFileSync(0, "utf8"));
let least = Infinity;
for (let round = 0; round < rounds; round++) {
  const start = process.cpuUsage();
  layOut(scene);
  const {user, system} = process.cpuUsage(start);
  least = Math.min(least, (user + system) / 1e6);
}
process.stdout.write(String(least));
"""


def seconds_in_python(scene: Any, rounds: int) -> float:
    """The shortest time of a few layouts."""
    times = []
    for _ in range(rounds):
        start = time.process_time()
        lay_out(scene)
        times.append(time.process_time() - start)
    return min(times)


def seconds_in_node(scene: Any, rounds: int, node: str) -> float:
    """The shortest time of a few layouts, in a process of their own; the first warms the compiler up."""
    layout = files("rung.picture").joinpath("page/layout.js").read_text(encoding="utf-8")
    command = [node, "--input-type=commonjs", "--eval", layout + PROGRAM]
    cases = json.dumps({"scene": scene, "rounds": rounds})
    return float(subprocess.run(command, input=cases, capture_output=True, text=True, check=True).stdout)


def main() -> None:
    """Print one row for each graph."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, help="layouts of each graph, in each language")
    parser.add_argument("--node", default="node", help="the program that runs JavaScript")
    options = parser.parse_args()
    print(f"{'':24}{'boxes':>8}{'edges':>8}{'size':>16}{'stubs':>8}{'Python':>10}{'node':>10}")
    for name, make in GRAPHS.items():
        scene = make()
        placement = lay_out(scene)
        edges = sum(len(net["to"]) for net in scene["nets"])
        stubs = sum(len(net["stubs"]) for net in placement["nets"])
        size = f"{placement['width']} x {placement['height']}"
        python = seconds_in_python(scene, options.rounds)
        node = seconds_in_node(scene, options.rounds, options.node)
        print(f"{name:24}{len(scene['boxes']):8}{edges:8}{size:>16}{stubs:8}{python:8.3f} s{node:8.3f} s")


if __name__ == "__main__":
    main()
