"""The book's datasets, loaders and transforms, which draw from `np.random` when the book's do."""

import gzip
import struct

import numpy as np
import pytest

from rung.dezero import DataLoader, Dataset, SeqDataLoader, dataloaders, datasets
from rung.dezero import transforms as T

Image = pytest.importorskip("PIL.Image")


class Squares(Dataset):
    def prepare(self):
        self.data = np.arange(10.0)
        self.label = self.data**2 if self.train else None


def write_idx(path, array):
    header = bytes([0, 0, 8, array.ndim]) + b"".join(struct.pack(">I", size) for size in array.shape)
    with gzip.open(path, "wb") as file:
        file.write(header + array.tobytes())


@pytest.fixture
def digits(tmp_path, monkeypatch):
    monkeypatch.setenv("RUNG_DATA", str(tmp_path))
    images = np.random.RandomState(0).randint(0, 256, (6, 28, 28)).astype(np.uint8)
    for part in ("train", "t10k"):
        write_idx(tmp_path / f"{part}-images-idx3-ubyte.gz", images)
        write_idx(tmp_path / f"{part}-labels-idx1-ubyte.gz", np.arange(6, dtype=np.uint8))
    return images


# Datasets


def test_a_dataset_gives_pairs_through_its_transforms():
    assert Squares()[3] == (3.0, 9.0)
    assert Squares(transform=lambda x: -x, target_transform=str)[3] == (-3.0, "9.0")
    assert Squares(train=False)[3] == (3.0, None)
    assert Squares().transform(5) == 5
    assert len(Squares()) == 10


def test_the_spiral_leaves_numpys_generator_where_the_book_does():
    np.random.seed(1984)
    points = np.random.randn(300)
    order = np.random.permutation(300)
    expected = np.random.rand()
    x, t = datasets.get_spiral()
    assert np.random.rand() == expected
    first = order[0]
    rate, arm = first % 100 / 100, first // 100
    theta = arm * 4.0 + 4.0 * rate + points[first] * 0.2
    assert np.allclose(x[0], [rate * np.sin(theta), rate * np.cos(theta)], atol=1e-6)
    assert (t[0], x.dtype, x.shape) == (arm, np.float32, (300, 2))
    assert not np.array_equal(datasets.Spiral(train=False).data, x)


def test_mnist_keeps_bytes_and_gives_rows_from_0_to_1(digits):
    ds = datasets.MNIST(train=True)
    assert (ds.data.dtype, ds.data.shape, ds.label.dtype) == (np.uint8, (6, 1, 28, 28), np.uint8)
    x, t = ds[2]
    assert (x.dtype, x.shape, t) == (np.float32, (784,), 2)
    assert np.allclose(x, digits[2].ravel() / 255)
    whole = datasets.MNIST(train=False, transform=None)
    assert np.array_equal(whole[2][0], digits[2][None])
    assert datasets.MNIST.labels()[7] == "7"


def test_samples_can_be_shown(digits, monkeypatch):
    pyplot = pytest.importorskip("matplotlib.pyplot")
    pyplot.switch_backend("agg")
    monkeypatch.setattr(pyplot, "show", lambda: None)
    datasets.MNIST().show(2, 3)
    assert pyplot.gca().images[0].get_array().shape == (56, 84)
    pyplot.close("all")


def test_the_wave_is_noisy_from_numpys_generator():
    np.random.seed(0)
    noise = np.random.uniform(-0.05, 0.05, size=1000)
    np.random.seed(0)
    ds = datasets.SinCurve()
    assert np.allclose(ds.data[:, 0], (np.sin(np.linspace(0, 2 * np.pi, 1000)) + noise)[:-1])
    assert np.array_equal(ds.data[1:], ds.label[:-1])
    assert (ds.data.shape, ds.data.dtype) == ((999, 1), np.float64)
    assert np.allclose(datasets.SinCurve(train=False).data[0], 1.0)


def test_letters_are_numbered_as_they_appear(tmp_path, monkeypatch):
    monkeypatch.setenv("RUNG_DATA", str(tmp_path))
    (tmp_path / "tinyshakespeare").mkdir()
    (tmp_path / "tinyshakespeare" / "input.txt").write_text("to be or not")
    ds = datasets.Shakespear()
    assert ds.data.tolist() == [0, 1, 2, 3, 4, 2, 1, 5, 2, 6, 1]
    assert "".join(ds.id_to_char[i] for i in ds.label) == "o be or not"
    assert ds.char_to_id["b"] == 3


def test_labels_of_photographs():
    assert datasets.CIFAR10.labels()[0] == "airplane"
    assert len(datasets.CIFAR100.labels("coarse")) == 20
    assert len(datasets.CIFAR100.labels()) == 100
    assert datasets.ImageNet.labels()[340] == "zebra"
    with pytest.raises(ValueError, match="label_type"):
        datasets.CIFAR100(label_type="medium")


@pytest.mark.parametrize(("kind", "count"), [(datasets.CIFAR10, 1), (datasets.CIFAR100, 2)])
def test_photographs_go_from_minus_1_to_1(kind, count, monkeypatch):
    images = np.array([0, 255], np.uint8).reshape(2, 1, 1, 1) * np.ones((1, 3, 32, 32), np.uint8)
    monkeypatch.setattr(
        datasets.cifar, "load", lambda *_: (datasets.cifar.Pixels(images), np.arange(2 * count).reshape(2, count))
    )
    ds = kind()
    assert ds.data.dtype == np.uint8
    assert (ds[0][0].min(), ds[1][0].max(), ds[0][0].dtype) == (-1.0, 1.0, np.float32)
    assert ds[1][1] == 2 * count - 1


def test_arrays_are_kept_in_the_cache(tmp_path, monkeypatch):
    monkeypatch.setattr(datasets, "cache_dir", str(tmp_path / "new"))
    assert datasets.load_cache_npz("http://x/y.tar.gz") == (None, None)
    assert datasets.save_cache_npz(np.ones(2), np.zeros(2), "http://x/y.tar.gz", train=True)
    assert datasets.save_cache_npz(np.ones(2), np.zeros(2), "http://x/y.tar.gz", train=True) is None
    data, label = datasets.load_cache_npz("y.tar.gz", train=True)
    assert (data.tolist(), label.tolist()) == ([1.0, 1.0], [0.0, 0.0])


# Loaders


def test_orders_are_drawn_when_the_book_draws_them():
    np.random.seed(0)
    first, second = np.random.permutation(10), np.random.permutation(10)
    np.random.seed(0)
    loader = DataLoader(Squares(), 4)
    assert [x.tolist() for x, _ in loader] == [first[:4].tolist(), first[4:8].tolist(), first[8:].tolist()]
    assert np.array_equal(loader.index, second)
    assert (loader.max_iter, loader.data_size, len(loader)) == (3, 10, 3)


def test_a_batch_is_a_pair_of_arrays():
    x, t = next(iter(DataLoader(Squares(), 4, shuffle=False)))
    assert (x.tolist(), t.tolist()) == ([0, 1, 2, 3], [0, 1, 4, 9])
    x, t = DataLoader(Squares(transform=lambda x: np.array([x, x])), 4, shuffle=False).next()
    assert x.shape == (4, 2)
    x, t = DataLoader(Squares(train=False), 2).next()
    assert t.tolist() == [None, None]
    x, t = DataLoader([(np.ones(2), 0), (np.zeros(2), 1)], 2, shuffle=False).next()
    assert (x.shape, t.tolist()) == ((2, 2), [0, 1])


def test_batches_can_be_asked_for_one_by_one():
    loader = DataLoader(Squares(), 4, shuffle=False)
    assert [len(next(loader)[0]) for _ in range(3)] == [4, 4, 2]
    with pytest.raises(StopIteration):
        next(loader)
    assert loader.iteration == 0


def test_an_epoch_is_whole_after_one_that_was_left_early():
    loader = DataLoader(Squares(), 2)
    for _ in loader:
        break
    assert sorted(np.concatenate([x for x, _ in loader])) == list(range(10))


def test_loops_over_one_loader_may_be_nested():
    loader = DataLoader(Squares(), 4)
    assert sum(1 for _ in loader for _ in loader) == 9


def test_sequences_are_read_at_several_places_at_once():
    loader = SeqDataLoader(Squares(), 3)
    assert [x.tolist() for x, _ in loader] == [[0, 3, 6], [1, 4, 7], [2, 5, 8], [3, 6, 9]]
    assert isinstance(loader, DataLoader)


def test_a_loader_gives_arrays_of_the_gpu_on_request(monkeypatch):
    monkeypatch.setattr(dataloaders, "as_cupy", lambda x: ("gpu", x))
    loader = DataLoader(Squares(), 4)
    loader.to_gpu()
    assert loader.next()[0][0] == "gpu"
    loader.to_cpu()
    assert isinstance(loader.next()[0], np.ndarray)


# Transforms


def test_sizes_are_width_and_height_as_in_pillow():
    image = Image.new("RGB", (10, 6))
    assert T.Resize((4, 3))(image).size == (4, 3)
    assert T.Resize(5)(image).size == (5, 5)
    assert T.Resize(5, Image.NEAREST)(image).size == (5, 5)
    assert T.CenterCrop((4, 3))(image).size == (4, 3)


def test_a_chain_of_transforms_as_the_book_has_it():
    image = Image.new("RGB", (10, 6), (255, 128, 0))
    chain = T.Compose(
        [T.Convert("BGR"), T.Resize(4), T.ToArray(), T.Normalize(mean=[0, 0, 0], std=[1, 2, 1]), T.Flatten()]
    )
    assert chain(image).tolist() == [0.0] * 16 + [64.0] * 16 + [255.0] * 16
    assert T.Compose()(image) is image
    assert T.ToInt()(np.ones(2)).dtype.kind == "i"
    assert T.ToFloat()(np.ones(2)).dtype == T.AsType()(np.ones(2)).dtype == np.float32


def test_an_image_survives_the_way_to_an_array_and_back():
    image = Image.new("RGB", (3, 2), (255, 128, 0))
    assert T.ToPIL()(T.ToArray()(image)).getpixel((1, 1)) == (255, 128, 0)
    assert T.ToPIL()(T.ToArray(np.uint8)(image)).getpixel((1, 1)) == (255, 128, 0)
