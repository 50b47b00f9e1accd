"""Print the table: `python -m tests.trust [words]` runs all rows in full, or those with the words in their title."""

import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, TimeElapsedColumn
from rich.table import Table

from . import ROWS, NotPossibleHereError, Trial


def main():
    wanted = " ".join(sys.argv[1:])
    table = Table("provoked", "how often", "silently wrong", "lost files", "verdict", "seconds")
    faults = []
    with Progress(*Progress.get_default_columns(), MofNCompleteColumn(), TimeElapsedColumn()) as progress:
        for title, function in ROWS.items():
            if wanted in title:
                faults += _run(title, function, table, progress)
    console = Console(width=None if sys.stdout.isatty() else 140)
    console.print(table)
    for fault in faults[:50]:
        console.print(fault, markup=False)
    return bool(faults)


def _run(title, function, table, progress):
    start = time.monotonic()
    with _task(title, progress) as advance, tempfile.TemporaryDirectory() as folder:
        trial = Trial(Path(folder), advance=advance)
        try:
            function(trial)
            verdict = "[red]failed" if trial.faults else "[green]holds" if trial.provoked else "[red]nothing provoked"
        except NotPossibleHereError as reason:
            verdict = f"not possible here: {reason}"
    counts = (trial.provoked, len(trial.silently_wrong), len(trial.lost_files))
    table.add_row(title, *(f"{count:,}" for count in counts), verdict, f"{time.monotonic() - start:.1f}")
    return [f"{title}: {fault}" for fault in trial.faults or ["nothing was provoked"] * ("nothing" in verdict)]


@contextmanager
def _task(title, progress):
    task = progress.add_task(title, total=None)
    yield lambda done, total: progress.update(task, completed=done, total=total)
    progress.remove_task(task)


if __name__ == "__main__":
    sys.exit(main())
