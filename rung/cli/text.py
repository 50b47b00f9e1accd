"""What `rung train` needs to learn a text: its models, and a page that they write afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rung.errors import ValueRangeError
from rung.files import write_atomically
from rung.models import GPT, CharLSTM

LENGTH = 128  # letters in a sample, and all that a GPT ever sees at once
HEAD_SIZE = 32  # features of each head of attention, where they suffice for several
TEMPERATURE = 0.8  # a little below 1: fewer slips of the pen

# What is good for each model on Tiny Shakespeare, where the caller does not say.
DEFAULTS = {
    "lstm": {"epochs": 5, "lr": 0.004, "batch_size": 32, "hidden": "256", "dropout": 0.0},
    "gpt": {"epochs": 2, "lr": 0.002, "batch_size": 8, "hidden": "128,128,128,128", "dropout": 0.0},
}


def make_text_model(name: str, hidden: Sequence[int], classes: int, dropout: float) -> Any:
    """A model of texts, ``lstm`` or ``gpt``, with a layer for each of the sizes, which must be the same.

    Trained by ``F.softmax_cross_entropy`` and measured by ``F.accuracy``, on ``TinyShakespeare(length=LENGTH)``.

    >>> type(make_text_model("gpt", (64, 64), classes=65, dropout=0.1)).__name__
    'GPT'
    """
    if len(set(hidden)) != 1:
        raise ValueRangeError(f"--hidden must be layers of one size, such as 128,128, for a {name}, but got {hidden}")
    size, layers = hidden[0], len(hidden)
    if name == "lstm":
        return CharLSTM(classes, size, layers, dropout)
    heads = size // HEAD_SIZE if size % HEAD_SIZE == 0 else 1
    return GPT(classes, LENGTH, size, heads, layers, dropout)


def write_sample(model: Any, dataset: Any, folder: Path, length: int = 1000, seed: int = 0) -> str:
    """Let a model write a page, in the letters of its dataset, into ``sample.txt``; return the text.

    The same model writes the same page, and no random number of the training is used up.
    """
    codes = model.generate(dataset.encode("\n"), length, TEMPERATURE, seed=seed)
    text: str = dataset.decode(codes[1:])
    with write_atomically(folder / "sample.txt") as file:
        file.write(f"{text}\n".encode())
    return text
