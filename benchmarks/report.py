"""Tables of what was measured, as text.

A result is what `benchmarks.__main__` writes as JSON: `machine`, `suite`, `plan`, `left_out` (why, by peer),
`imports` (seconds, by framework), `rows` (a line about the work, by name), and `figures` (by row and peer: see
`benchmarks.rounds.measure`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

from benchmarks.peers import PEERS

Result = dict[str, Any]
Figure = Callable[[dict[str, Any]], str]


def report(result: Result) -> str:
    """All tables, one below the other."""
    whole = [first_steps(result), imports(result)] if result["suite"] == "training" else []
    parts = [head(result), times(result), memory(result), *whole, notes(result)]
    return "\n\n".join(part for part in parts if part)


def table(title: str, head: list[str], rows: list[list[str]]) -> str:
    """Columns of text; the first is flush left, the others right."""
    lines = [[title, *head], *rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if i == 0 else cell.rjust(width) for i, (cell, width) in enumerate(pairs)
        ).rstrip()
        for pairs in (list(zip(line, widths, strict=True)) for line in lines)
    )


def head(result: Result) -> str:
    """The machine, the versions, and how it was measured."""
    machine = result["machine"]
    names = [name for name in ("rung", "torch", "jax", "dezero", "numpy") if name in machine]
    return (
        f"{machine['when']}, {machine['cpu']}, {machine['cores']} cores, load {machine['load']} at the start\n"
        f"{', '.join(f'{name} {machine[name]}' for name in names)}\n{how(result['plan'])}"
    )


def how(plan: dict[str, Any]) -> str:
    """How it was measured, in a line."""
    threads = "1 thread" if plan["threads"] == 1 else f"{plan['threads']} threads"
    kind = "processor time" if plan["clock"] == "cpu" else "time"
    return f"{threads}, {kind}, {plan['rounds']} rounds of {plan['seconds']:g} s for each peer and row"


def keys_of(result: Result) -> list[str]:
    """The peers that have figures, in the order of columns."""
    return [key for key in PEERS if any(key in row for row in result["figures"].values())]


def times(result: Result) -> str:
    """Milliseconds of a step, and how many times those of each peer Rung needs: below 1, Rung is faster."""
    keys = keys_of(result)
    peers = [key for key in keys if PEERS[key].framework != "rung"]
    columns = [PEERS[key].title for key in keys]
    pairs = [("rung", [key]) for key in peers]  # who is compared with the fastest of whom
    columns += [f"/ {PEERS[key].title}" for key in peers]
    if len(peers) > 1:
        pairs.append(("rung", peers))
        columns.append("/ fastest")
    if "rung-compiled" in keys:
        pairs.append(("rung-compiled", peers))
        columns.append("compiled / fastest")
    rows = []
    for name, figures in result["figures"].items():
        ratios = [two_digits(ratio(figures, *pair)) for pair in pairs]
        rows.append([name, *(cell(figures, key, milliseconds) for key in keys), *ratios])
    if len(rows) > 1:
        means = [mean([ratio(figures, *pair) for figures in result["figures"].values()]) for pair in pairs]
        rows.append(["(geometric mean)", *("" for _ in keys), *map(two_digits, means)])
    return table("ms a step; Rung / peer", columns, rows)


def ratio(figures: dict[str, Any], whose: str, keys: list[str]) -> float | None:
    """The time of Rung, eager or compiled, over that of the fastest of some peers."""
    known = [figures[key]["step"] for key in keys if "step" in figures.get(key, {})]
    own = figures.get(whose, {}).get("step")
    return own / min(known) if own and known else None


def mean(ratios: list[float | None]) -> float | None:
    """The geometric mean of what there is."""
    known = [r for r in ratios if r is not None]
    return math.prod(known) ** (1 / len(known)) if known else None


def two_digits(number: float | None) -> str:
    return "–" if number is None else f"{number:.2f}"


def memory(result: Result) -> str:
    """MiB that a row added, at most, to what the process held after the import; of the import itself, below."""
    keys = keys_of(result)
    rows = [
        [name, *(cell(figures, key, lambda f: f"{f['added']:.0f}") for key in keys), added_ratio(figures)]
        for name, figures in result["figures"].items()
    ]
    held = [
        [f["imported"] for row in result["figures"].values() if "imported" in (f := row.get(key, {}))] for key in keys
    ]
    rows.append(["(after the import)", *(f"{min(each):.0f}" if each else "–" for each in held), ""])
    numba = result.get("numba")
    note = f"\nwhere kernels ran, Numba's import is {numba:.0f} of Rung's" if numba else ""
    return table("MiB added, at most", [*(PEERS[key].title for key in keys), "/ PyTorch"], rows) + note


def added_ratio(figures: dict[str, Any]) -> str:
    """The memory that Rung added over that which PyTorch added."""
    own, theirs = (figures.get(key, {}).get("added") for key in ("rung", "torch"))
    return f"{own / theirs:.2f}" if own is not None and theirs else "–"


def first_steps(result: Result) -> str:
    """Seconds from the import to the end of the first step: the model is made, and compiled."""
    keys = keys_of(result)
    rows = [
        [name, *(cell(figures, key, lambda f: f"{f['first']:.2f}") for key in keys)]
        for name, figures in result["figures"].items()
    ]
    return table("s to the first step", [PEERS[key].title for key in keys], rows)


def imports(result: Result) -> str:
    """Seconds to import NumPy, and each framework beyond it."""
    seconds = result["imports"]
    if not seconds:
        return ""
    names = [f"{name} +{value:.3f}" for name, value in seconds.items() if name != "numpy"]
    return f"s to import: numpy {seconds['numpy']:.3f}; beyond it {', '.join(names)}"


def notes(result: Result) -> str:
    """Who was left out, and what failed."""
    lines = [f"without {PEERS[key].title}: {why}" for key, why in result["left_out"].items()]
    for name, figures in result["figures"].items():
        lines += [f"{name}, {PEERS[key].title}: {f['error']}" for key, f in figures.items() if "error" in f]
    return "\n".join(lines)


def cell(figures: dict[str, Any], key: str, write: Figure) -> str:
    """A peer's figure in a row: – where it cannot do the work, and "failed" where it should have."""
    if key not in figures:
        return "–"
    return "failed" if "error" in figures[key] else write(figures[key])


def milliseconds(figures: dict[str, Any]) -> str:
    """A step's time, in three digits."""
    ms = 1e3 * figures["step"]
    return f"{ms:.3f}" if ms < 10 else f"{ms:.1f}" if ms < 100 else f"{ms:.0f}"


def changes(old: Result, new: Result) -> str:
    """What has become of each figure of Rung since an older result: above 1, it was slower then."""
    rows = list(_changes(old["figures"], new["figures"]))
    return table(f"since {old['machine']['when']}", ["then, ms", "now, ms", "then / now"], rows) if rows else ""


def _changes(old: dict[str, Any], new: dict[str, Any]) -> Iterator[list[str]]:
    for name, figures in new.items():
        for key in (key for key, peer in PEERS.items() if peer.framework == "rung"):
            then, now = old.get(name, {}).get(key, {}), figures.get(key, {})
            if "step" in then and "step" in now:
                title = f"{name}, {PEERS[key].title}"
                yield [title, milliseconds(then), milliseconds(now), f"{then['step'] / now['step']:.2f}"]
