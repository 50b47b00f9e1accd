"""For which states each check holds, as it is and as the table says: ``python -m rung.course.ranges`` prints rows."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

from rung.course.pool import Pool
from rung.course.state import state
from rung.course.table import Course

Outcomes = dict[tuple[int, str], bool]  # of a step and a check: whether it passes


def outcomes(course: Course, pool: Pool, number: int) -> Outcomes:
    """How every check of steps 1 to N goes on state N, whatever the table says of it."""
    own = [n for n in range(1, number + 1) if course.step(n).has_check]
    if not own:
        return {}
    found: Outcomes = {}
    for result in pool.check(state(course, number), own, [], number, everything=True).results:
        key = result.step, result.id
        found[key] = found.get(key, True) and result.outcome == "passed"
    return found


def rows(table: Mapping[int, Outcomes], step: int, last: int) -> tuple[dict[str, int], dict[str, list[int]]]:
    """What `until` and `suspended` of a step have to say, so that each check holds just where it passes."""
    until: dict[str, int] = {}
    suspended: dict[str, list[int]] = {}
    for check in dict.fromkeys(name for found in table.values() for n, name in found if n == step):
        failing = [n for n in range(step, last + 1) if not table.get(n, {}).get((step, check), False)]
        ending = _run_to(failing, last)
        if ending is not None:
            until[check] = ending - 1
            failing = [n for n in failing if n < ending]
        if failing:
            suspended[check] = failing
    return until, suspended


def _run_to(numbers: Sequence[int], last: int) -> int | None:
    """Where the unbroken run of numbers begins that reaches the last one; None if the last one is not among them."""
    begin = None
    for n in range(last, 0, -1):
        if n not in numbers:
            break
        begin = n
    return begin


def main() -> int:
    """Print the rows for every step that needs some."""
    course = Course()
    with Pool(course) as pool:
        found = pool.map(lambda number: outcomes(course, pool, number), course.steps)
    table = dict(zip(course.steps, found, strict=True))
    for step in course.steps:
        until, suspended = rows(table, step, course.last)
        named: dict[str, Mapping[str, object]] = {"until": until, "suspended": suspended}
        for name, row in named.items():
            if row:
                print(f"# step {step}\n[step.{name}]")
                print("".join(f"{check} = {value}\n" for check, value in row.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
