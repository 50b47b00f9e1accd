"""Weight files that were damaged on their way: every flipped bit, every truncation, overwritten and moved blocks."""

import random

import numpy as np

import rung.layers as L
from rung.errors import WeightFileError

from .rows import row
from .samples import SUFFIXES, file_of, judge_damaged


def _flips(trial, suffix):
    whole = file_of(trial.folder, suffix).read_bytes()
    for bit in trial.each(range(8 * len(whole))):
        damaged = bytearray(whole)
        damaged[bit // 8] ^= 1 << bit % 8
        judge_damaged(trial, damaged, f"bit {bit}")


@row("every flipped bit of an .npz file")
def flipped_bits_of_npz(trial):
    _flips(trial, ".npz")


@row("every flipped bit of a .safetensors file")
def flipped_bits_of_safetensors(trial):
    _flips(trial, ".safetensors")


@row("every truncation of a weight file")
def truncations(trial):
    files = {suffix: file_of(trial.folder, suffix).read_bytes() for suffix in SUFFIXES}
    for suffix, size in trial.each((s, n) for s, whole in files.items() for n in range(len(whole))):
        judge_damaged(trial, files[suffix][:size], f"{suffix} cut to {size} bytes")


@row("blocks of a weight file overwritten, moved, left out or repeated")
def damaged_blocks(trial):
    files = [file_of(trial.folder, suffix).read_bytes() for suffix in SUFFIXES]
    for seed in trial.each(range(20_000), quick=1000):
        chance = random.Random(seed)
        whole = files[seed % 2]
        a, b, c = sorted(chance.choices(range(len(whole) + 1), k=3))
        pieces = (whole[:a], whole[a:b], whole[b:c], whole[c:])
        damaged = chance.choice([
            pieces[0] + chance.randbytes(b - a) + pieces[2] + pieces[3],
            pieces[0] + bytes(b - a) + pieces[2] + pieces[3],
            pieces[0] + pieces[2] + pieces[1] + pieces[3],
            pieces[0] + pieces[2] + pieces[3],
            whole[:b] + whole[a:],
            whole + whole[a:b],
        ])  # fmt: skip
        judge_damaged(trial, damaged, f"seed {seed}")


@row("a damaged or unfitting weight file loaded into a model")
def damaged_file_into_a_model(trial):
    model = L.Linear(4, in_size=3)
    before = {name: np.array(array) for name, array in model.state_dict().items()}
    path = trial.folder / "weights.npz"
    model.save_weights(path)
    whole = path.read_bytes()
    unfitting = [{"W": before["W"]}, before | {"more": np.ones(1)}, before | {"W": np.ones((4, 3), np.float32)}]
    files = [file_of(trial.folder, ".safetensors", arrays).read_bytes() for arrays in unfitting]
    for i in range(len(whole)):
        damaged = bytearray(whole)
        damaged[i] ^= 1 << i % 8
        files += [damaged, whole[:i]]
    for i, content in enumerate(trial.each(files, quick=300)):
        path.write_bytes(content)
        try:
            model.load_weights(path)
        except WeightFileError:
            pass
        except Exception as error:
            trial.bad(f"file {i}: {error!r}")
        if any(not np.array_equal(before[name], array) for name, array in model.state_dict().items()):
            trial.wrong(f"file {i} changed the model")
