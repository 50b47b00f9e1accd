"""Runs, labels and a model to draw pictures of, and what a PNG file holds."""

import struct

import numpy as np
import pytest

pytest.importorskip("matplotlib")


def history(epochs, **changes):
    row = {"loss": 0.9, "accuracy": 0.8, "test_loss": 1.0, "test_accuracy": 0.75}
    return [
        {"epoch": i + 1, **{key: value / (i + 1) for key, value in row.items()}, **changes} for i in range(epochs)
    ]


def labels(classes, examples=300, wrong=0.3):
    random = np.random.default_rng(0)
    truth = random.integers(0, classes, examples)
    return truth, np.where(random.random(examples) < wrong, random.integers(0, classes, examples), truth)


def halves(points):
    """Two classes: left and right of zero."""
    right = 0.5 + 0.5 * np.tanh(2.5 * points[:, 0])
    return np.stack([1 - right, right], axis=1)


def size_of(path):
    """Width and height of a PNG file, which is checked to be one from its first to its last bytes."""
    content = path.read_bytes()
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    assert content.endswith(b"IEND\xaeB`\x82")
    return struct.unpack(">II", content[16:24])


def check_size(path, most=2600):
    width, height = size_of(path)
    assert 600 <= width <= most
    assert 150 <= height <= most
