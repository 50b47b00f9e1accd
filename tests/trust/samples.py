"""What the rows save and load: a small model's arrays of every kind, and how to tell whether they are all there."""

import io

import numpy as np

from rung.errors import WeightFileError
from rung.serializers import load_arrays_and_metadata, save_arrays
from rung.serializers.arrays import read

SUFFIXES = (".npz", ".safetensors")
FACTS = {"optimizer": "Adam", "step": 3, "rates": [0.1, 0.01]}
ARRAYS = {
    "l1.W": np.linspace(-1, 1, 12, dtype=np.float32).reshape(3, 4),
    "l1.b": np.zeros(4, np.float32),
    "bn.running_mean": np.arange(3.0),
    "a/b/größe": np.array([1.5, -0.0], np.float16),
    "empty": np.zeros((0, 3), np.int8),
    "mask": np.array([[True], [False]]),
    "state": np.array(2**64 - 1, np.uint64),
}
OTHERS = {"l1.W": np.full((50, 50), 7, np.float32), "step": np.array(4)}


def file_of(folder, suffix, arrays=ARRAYS, facts=FACTS):
    """A file with the sample arrays."""
    path = folder / f"weights{suffix}"
    save_arrays(path, arrays, facts)
    return path


def same(arrays, expected):
    """Whether names, order, dtypes, shapes and every bit agree."""
    return list(arrays) == list(expected) and all(
        (a.dtype, a.shape, a.tobytes()) == (e.dtype, e.shape, e.tobytes())
        for a, e in zip(arrays.values(), expected.values(), strict=True)
    )


def judge_damaged(trial, data, what):
    """Read a damaged copy of the sample file: only an error, or everything as it was, is right."""
    try:
        arrays, facts, _ = read(io.BytesIO(data), "a damaged file")
    except WeightFileError:
        return
    except Exception as error:
        return trial.bad(f"{what}: {error!r}")
    if not same(arrays, ARRAYS) or facts != FACTS:
        trial.wrong(what)


def judge_saved(trial, path, what, *possible):
    """The file must hold one of several contents, whole."""
    try:
        arrays, _ = load_arrays_and_metadata(path)
    except Exception as error:
        return trial.lost(f"{what}: {error!r}")
    if not any(same(arrays, expected) for expected in possible):
        trial.wrong(what)


def judge_folder(trial, path, what):
    """Nothing but the file may be in its folder."""
    if left := sorted(p.name for p in path.parent.iterdir() if p != path):
        trial.bad(f"{what}: left {left}")
