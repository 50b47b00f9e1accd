"""Transforms in datasets and loaders: whole batches where they can, and chance that anyone can repeat."""

import numpy as np
import pytest

import rung
import rung.transforms as T
from rung.dataloaders import DataLoader
from rung.datasets import ArrayDataset, ConcatDataset, Dataset, Subset
from rung.datasets.dataset import at_once

X = np.random.default_rng(0).random((24, 1, 6, 6), np.float32)
LABELS = np.arange(24)
AUGMENT = T.Compose([
    T.RandomCrop(6, pad=2), T.RandomHorizontalFlip(), T.RandomRotation(20), T.ColorJitter(0.2, 0.2),
    T.RandomErasing(value="noise"), T.Normalize(0.5, 0.5),
])  # fmt: skip


class Own(Dataset):
    def prepare(self):
        self.data, self.label = X, LABELS


def epoch(loader):
    return [x for x, _ in loader]


@pytest.mark.parametrize("make", [lambda **k: Own(**k), lambda **k: ArrayDataset(X, LABELS, **k)])
def test_a_dataset_changes_whole_batches_as_it_changes_samples(make):
    calls = []

    class Counting(T.Normalize):
        def over_batch(self, batch):
            calls.append(len(batch))
            return super().over_batch(batch)

    ds = make(transform=T.Compose([Counting(0.5, 0.25), T.Flatten()]), target_transform=T.ToFloat())
    assert ds.at_once
    for index in (slice(3, 9), [5, 2, 2], np.array([], int)):
        x, t = ds[index]
        numbers = np.arange(24)[index]
        assert np.array_equal(x, np.reshape([ds[int(i)][0] for i in numbers], (-1, 36)))
        assert x.dtype == t.dtype == np.float32
        assert np.array_equal(t, LABELS[index])
    assert calls == [6, 3, 0]
    assert at_once(Subset(ds, [1, 2]))
    assert at_once(ConcatDataset(ds, ds))
    assert not make(transform=AUGMENT).at_once
    assert not make(transform=T.Flatten(), target_transform=lambda t: t).at_once


def test_a_third_array_stays_as_it_is():
    ds = ArrayDataset(X, LABELS, LABELS * 2, transform=T.Flatten())
    x, t, other = ds[[3, 1]]
    assert x.shape == (2, 36)
    assert (t.tolist(), other.tolist()) == ([3, 1], [6, 2])
    assert ArrayDataset(X, transform=T.Flatten())[:2][0].shape == (2, 36)


def test_the_seed_repeats_the_same_images_and_epochs_differ():
    ds = Own(transform=AUGMENT)
    first, second = DataLoader(ds, 5, seed=1), DataLoader(ds, 5, seed=1)
    epochs = [np.concatenate(epoch(first)) for _ in range(2)]
    for expected in epochs:
        assert np.array_equal(np.concatenate(epoch(second)), expected)
    fixed = DataLoader(ds, 24, shuffle=False, seed=1)
    a, b = epoch(fixed)[0], epoch(fixed)[0]
    assert all((x != y).any() for x, y in zip(a, b, strict=True))


def test_workers_never_draw_the_same_and_change_nothing():
    """Many samples of one image: whoever reads them, no two are alike, and they are those of a loader alone."""
    same = ArrayDataset(np.repeat(X[:1], 24, axis=0), LABELS, transform=AUGMENT)
    loader = DataLoader(same, 3, shuffle=False, seed=7, num_workers=2)
    images = np.concatenate(epoch(loader))
    loader.close()
    assert len(np.unique(images.reshape(24, -1), axis=0)) == 24
    assert np.array_equal(images, np.concatenate(epoch(DataLoader(same, 3, shuffle=False, seed=7))))


def test_a_resumed_epoch_goes_on_with_the_same_images():
    ds = Own(transform=AUGMENT)
    loader = DataLoader(ds, 5, seed=3)
    batches = iter(loader)
    next(batches), next(batches)
    state = loader.state_dict()
    rest = [x for x, _ in batches]
    again = DataLoader(ds, 5)
    again.load_state_dict(state)
    assert all(np.array_equal(x, y) for x, y in zip(rest, epoch(again), strict=True))


def test_outside_of_a_loader_rungs_seed_repeats_and_numpys_generator_is_left_alone():
    before = np.random.get_state()[1].copy()
    rung.seed(5)
    first = [AUGMENT(X[0]) for _ in range(3)]
    rung.seed(5)
    assert all(np.array_equal(AUGMENT(X[0]), x) for x in first)
    assert not np.array_equal(first[0], first[1])
    assert np.array_equal(np.random.get_state()[1], before)
