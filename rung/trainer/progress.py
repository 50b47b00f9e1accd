"""How a training looks while it runs: a bar in a terminal, one line for each epoch elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any


class Progress:
    """Shows nothing; what others override."""

    def step(self, samples: int, loss: float) -> None:
        """A step is done."""

    def epoch(self, measured: Mapping[str, float]) -> None:
        """An epoch is done."""


class Lines(Progress):
    """One line for each epoch."""

    def __init__(self, name: str, epochs: int):
        self.name, self.epochs = name, epochs

    def epoch(self, measured: Mapping[str, float]) -> None:
        print(f"{self.name}: epoch {measured['epoch']}/{self.epochs}  {figures(measured)}", flush=True)


class Bar(Progress):
    """A bar with the loss, the figures of the last epoch, samples per second, and the time that is left."""

    def __init__(self, bar: Any, task: Any):
        self.bar, self.task = bar, task
        self.samples = 0

    def step(self, samples: int, loss: float) -> None:
        self.samples += samples
        seconds = self.bar.tasks[self.task].elapsed or 0
        speed = f"{self.samples / seconds:,.0f}/s" if seconds > 1 else ""
        self.bar.update(self.task, advance=1, loss=f"loss {loss:.4g}", speed=speed)

    def epoch(self, measured: Mapping[str, float]) -> None:
        self.bar.update(self.task, measured=figures(measured))


def figures(measured: Mapping[str, float]) -> str:
    """What was measured in an epoch, for people.

    >>> figures({"epoch": 3, "loss": 0.12345, "val_accuracy": 0.987})
    'loss 0.1235  val_accuracy 98.70%'
    """
    return "  ".join(
        f"{name} {value:.2%}" if name.removeprefix("val_") == "accuracy" else f"{name} {value:.4g}"
        for name, value in measured.items() if name != "epoch"
    )  # fmt: skip


@contextmanager
def shown(name: str, epochs: int, steps: int | None, done: int, quiet: bool) -> Iterator[Progress]:
    """The right progress for where the output goes."""
    from rich.console import Console

    console = Console()
    if quiet:
        yield Progress()
    elif not console.is_terminal:
        yield Lines(name, epochs)
    else:
        with _bar(console) as bar:
            task = bar.add_task(name, total=steps, completed=done, loss="", speed="", measured="")
            yield Bar(bar, task)


def _bar(console: Any) -> Any:
    from rich import progress

    name, loss, speed, measured = (
        progress.TextColumn(f"{{task.{part}}}", markup=False)  # names are the user's own, whatever is in them
        for part in ("description", "fields[loss]", "fields[speed]", "fields[measured]")
    )
    columns = (name, progress.BarColumn(), progress.MofNCompleteColumn(), loss, speed, progress.TimeRemainingColumn(),
               measured)  # fmt: skip
    return progress.Progress(*columns, console=console)
