"""What the examples that write text share: the text that they learn from, and what they leave in the folder."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from rung.datasets import TinyShakespeare
from rung.errors import DownloadError
from rung.visualize.sheet import MARGIN, Sheet

HELD_OUT = 0.1  # the share of the text, at its end, that no model is trained on


@dataclass
class Text:
    """A text as numbers, which are places in its alphabet."""

    name: str
    alphabet: str
    train: np.ndarray
    validation: np.ndarray

    def encode(self, text):
        return np.array([self.alphabet.index(letter) for letter in text])

    def decode(self, codes):
        return "".join(self.alphabet[int(code)] for code in codes)


def read_text(fetch=True):
    """Shakespeare; or, where it is not to be had, the documentation that every Python brings along."""
    try:
        if not fetch:
            raise DownloadError("not wanted")
        parts = [TinyShakespeare(train=train, length=None).data for train in (True, False)]
        return Text("Shakespeare's plays", "".join(TinyShakespeare.classes), *parts)
    except DownloadError:
        from pydoc_data.topics import topics

        text = "".join(topics[name] for name in sorted(topics))
        known, codes = np.unique(list(text), return_inverse=True)
        cut = int(len(codes) * (1 - HELD_OUT))
        print("  no Shakespeare here, so the text is Python's own documentation; what it should reach is not judged")
        return Text("Python's documentation", "".join(known), codes[:cut], codes[cut:])


def rows_of(codes, length, rows):
    """Pieces from all over a text, one below the other, and the letters that come next: x and t (rows, length)."""
    starts = np.linspace(0, len(codes) - length - 1, rows).astype(int)
    pieces = np.stack([codes[start : start + length + 1] for start in starts])
    return pieces[:, :-1], pieces[:, 1:]


def write_results(options, title, fact, losses, validation, text):
    """`text.txt`, and the losses as a picture: of training by step, smoothed, and of validation at some steps."""
    (options.out / "text.txt").write_text(text + "\n", encoding="utf-8")
    sheet = Sheet(7.6, 4.4)
    sheet.head(title, fact, "surprise by the next letter, in nats; thin: training, thick: text that was held out")
    axes = sheet.plot(MARGIN + 0.4, 1.0, 6.5, 2.9)
    width = max(len(losses) // 50, 1)
    smooth = np.convolve(losses, np.ones(width) / width, "valid")
    axes.plot(np.arange(width, len(losses) + 1), smooth, color="#A3ADB8", linewidth=1)
    axes.plot(*zip(*validation, strict=True), "-o", color="#0067B1", linewidth=2, markersize=4, clip_on=False)
    axes.set_xlim(0, len(losses))
    axes.set_ylim(math.floor(2 * min(smooth.min(), validation[-1][1])) / 2, math.ceil(2 * validation[0][1]) / 2)
    sheet.write_ticks(axes)
    sheet.save(options.out / "loss.png")
