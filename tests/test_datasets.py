"""Datasets: the base class, the ones made or bundled, and MNIST's files, whole and damaged."""

import gzip
import hashlib
import struct
import sys

import numpy as np
import pytest

from rung import errors, files
from rung.datasets import (
    MNIST,
    Dataset,
    Digits,
    FashionMNIST,
    MNIST10k,
    Spiral,
    fashion_mnist,
    get_spiral,
    idx,
    mnist,
)
from rung.datasets.dataset import collate


class Small(Dataset):
    """Ten samples of three numbers, made anew for each dataset."""

    classes = ["even", "odd"]

    def prepare(self):
        self.data = np.arange(30, dtype=np.float32).reshape(10, 3)
        self.label = np.arange(10) % 2


# The base class


def test_one_sample_is_a_pair_that_went_through_the_transforms():
    ds = Small(transform=lambda x: x + 100, target_transform=lambda t: -t)
    x, t = ds[3]
    assert x.tolist() == [109, 110, 111]
    assert t == -1
    assert ds[-1][0].tolist() == [127, 128, 129]
    assert ds[np.int64(3)][1] == -1
    with pytest.raises(IndexError):
        ds[10]


BATCHES = [
    slice(2, 5),
    slice(None, None, -3),
    [4, 4, 0],
    (1, 2),
    np.array([-1, 3]),
    np.arange(10) > 6,
    [],
    slice(0, 0),
]


@pytest.mark.parametrize("index", BATCHES)
def test_a_batch_is_the_same_at_the_speed_of_arrays_as_sample_by_sample(index):
    fast, slow = Small(), Small(transform=lambda x: x, target_transform=lambda t: t)
    positions = np.arange(10)[index if isinstance(index, slice) else np.array(index, int if not len(index) else None)]
    x, t = fast[index]
    assert np.array_equal(x, fast.data[positions])
    assert np.array_equal(t, fast.label[positions])
    slow_x, slow_t = slow[index]
    assert len(slow_x) == len(slow_t) == len(positions)
    if len(positions):
        assert slow_x.dtype == x.dtype
        assert slow_t.dtype == t.dtype
        assert np.array_equal(slow_x, x)
        assert np.array_equal(slow_t, t)


def test_without_transforms_a_slice_is_a_view_and_nothing_is_called_per_sample():
    ds = Small()
    assert np.shares_memory(ds[2:5][0], ds.data)


def test_a_batch_through_a_transform_has_its_shape_and_only_where_there_is_one():
    ds = Small(transform=lambda x: np.stack([x, x]))
    x, t = ds[[0, 1]]
    assert x.shape == (2, 2, 3)
    assert t.tolist() == [0, 1]


def test_the_label_may_be_missing():
    class Unlabelled(Dataset):
        def prepare(self):
            self.data = np.zeros((4, 2))

    ds = Unlabelled(target_transform=lambda t: t + 1)
    assert ds[0][1] is None
    assert ds[1:3][1] is None
    assert repr(ds) == "Unlabelled(train=True): 4 samples, x float64 (2,)"


def test_data_may_be_a_list():
    class Listed(Dataset):
        def prepare(self):
            self.data = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]
            self.label = [0, 1, 2]

    ds = Listed()
    assert ds[1] == ([3.0, 4.0], 1)
    x, t = ds[1:]
    assert x.tolist() == [[3, 4], [5, 6]]
    assert t.tolist() == [1, 2]
    assert "x list, t int" in repr(ds)


def test_a_loop_over_a_dataset_ends():
    assert [int(t) for _, t in Small()] == [0, 1] * 5


def test_train_chooses_what_prepare_makes():
    class Two(Dataset):
        def prepare(self):
            self.data = np.zeros(3 if self.train else 2)

    assert (len(Two()), len(Two(train=False))) == (3, 2)


def test_a_class_without_data_says_what_to_define():
    with pytest.raises(NotImplementedError, match=r"Dataset: .* set self.data in prepare\(\)"):
        len(Dataset())
    assert repr(Dataset()) == "Dataset(train=True)"


def test_as_many_labels_as_data():
    class Uneven(Dataset):
        def prepare(self):
            self.data, self.label = np.zeros(3), np.zeros(2)

    with pytest.raises(errors.ShapeError, match=r"Uneven: .* 3 data and 2 labels"):
        Uneven()


def test_indices_have_one_axis():
    with pytest.raises(errors.ShapeError, match="one axis"):
        Small()[np.zeros((2, 2), int)]


def test_collate_refuses_what_does_not_fit_together():
    with pytest.raises(errors.ShapeError, match=r"\(2,\) and \(3,\)"):
        collate([np.zeros(2), np.zeros(3)])
    with pytest.raises(errors.ShapeError, match="lengths differ"):
        collate([(1, 2), (1, 2, 3)])
    with pytest.raises(errors.DTypeError, match="dict"):
        collate([{"x": 1}, {"x": 2}])


# Spiral


def spiral_of_the_book(train):
    """The book's loop, with its generator in an object."""
    generator = np.random.RandomState(1984 if train else 2020)
    x, t = np.zeros((300, 2), np.float32), np.zeros(300, int)
    for j in range(3):
        for i in range(100):
            rate = i / 100
            theta = j * 4.0 + 4.0 * rate + generator.randn() * 0.2
            x[100 * j + i] = rate * np.sin(theta), rate * np.cos(theta)
            t[100 * j + i] = j
    order = generator.permutation(300)
    return x[order], t[order]


@pytest.mark.parametrize("train", [True, False])
def test_spiral_is_the_books_spiral(train):
    x, t = get_spiral(train)
    book_x, book_t = spiral_of_the_book(train)
    assert x.dtype == np.float32
    assert t.dtype == np.int64
    assert np.array_equal(t, book_t)
    assert np.allclose(x, book_x, atol=1e-6)
    assert np.array_equal(Spiral(train).data, x)


def test_train_and_test_spiral_differ_and_each_is_shuffled():
    train, test = Spiral(), Spiral(train=False)
    assert not np.array_equal(train.data, test.data)
    for ds in (train, test):
        assert np.bincount(ds.label).tolist() == [100, 100, 100]
        assert (np.diff(ds.label) != 0).sum() > 100


@pytest.mark.parametrize("make", [Spiral, Digits, MNIST10k])
def test_no_dataset_touches_the_global_generator(make, own_data):
    if make is Digits:
        pytest.importorskip("sklearn")
    write_mnist(own_data)
    np.random.seed(1)
    expected = np.random.rand()
    np.random.seed(1)
    make()
    assert np.random.rand() == expected


# Digits


def test_digits_are_split_by_class_and_scaled():
    pytest.importorskip("sklearn")
    train, test = Digits(), Digits(train=False)
    assert repr(train) == "Digits(train=True): 1437 samples, x float32 (1, 8, 8), t int64, 10 classes"
    assert len(test) == 360
    assert (train.data.min(), train.data.max()) == (0, 1)
    assert test.data.shape == (360, 1, 8, 8)
    counts = np.bincount(test.label)
    assert counts.min() >= 35
    assert counts.max() <= 37
    assert train.classes == [str(i) for i in range(10)]
    assert (np.diff(train.label) != 0).mean() > 0.8  # shuffled
    assert np.array_equal(Digits().data, train.data)


def test_train_and_test_digits_are_the_whole_set_once():
    sklearn = pytest.importorskip("sklearn.datasets")
    both = np.concatenate([Digits().data, Digits(train=False).data]).reshape(1797, 64) * 16
    assert sorted(map(bytes, both)) == sorted(map(bytes, sklearn.load_digits().data.astype(np.float32)))


def test_digits_belong_to_their_labels():
    sklearn = pytest.importorskip("sklearn.datasets")
    known = {bytes(x): t for x, t in zip(*sklearn.load_digits(return_X_y=True), strict=True)}
    for ds in (Digits(), Digits(train=False)):
        pixels = (ds.data.reshape(-1, 64) * 16).astype(np.float64)
        assert [known[bytes(x)] for x in pixels] == ds.label.tolist()


def test_digits_without_scikit_learn_name_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(errors.MissingExtraError, match=r'the Digits dataset .* pip install "rung\[data\]"'):
        Digits()


# MNIST


def idx_bytes(array, magic=None, shape=None):
    """The bytes of an IDX file that holds an array, and perhaps says something else in its header."""
    shape = array.shape if shape is None else shape
    header = bytes([0, 0, 8, len(shape)]) if magic is None else magic
    return header + struct.pack(f">{len(shape)}I", *shape) + array.astype(np.uint8).tobytes()


def images_and_labels(n, seed):
    generator = np.random.default_rng(seed)
    images = generator.integers(0, 256, (n, 28, 28), np.uint8)
    images[:, 0, 0] = np.arange(n)  # each image can be told from the others
    return images, generator.integers(0, 10, n, np.uint8)


TRAIN, TEST = images_and_labels(20, 0), images_and_labels(10, 1)


def write_mnist(folder):
    folder.mkdir(parents=True, exist_ok=True)
    for part, (images, labels) in {"train": TRAIN, "t10k": TEST}.items():
        (folder / f"{part}-images-idx3-ubyte.gz").write_bytes(gzip.compress(idx_bytes(images)))
        (folder / f"{part}-labels-idx1-ubyte.gz").write_bytes(gzip.compress(idx_bytes(labels)))
    return folder


@pytest.fixture(autouse=True)
def own_data(tmp_path, monkeypatch):
    """An own folder of data, an empty cache, and no mirrors that could be reached."""
    monkeypatch.setenv("RUNG_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("RUNG_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(mnist, "SOURCE", mnist.SOURCE._replace(mirrors=["gopher://one/", "gopher://two/"]))
    return tmp_path / "data"


def checksums(folder):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


@pytest.mark.parametrize("place", ["data", "data/mnist", "cache/mnist"])
def test_mnist_is_found_in_the_own_folder_and_in_the_cache(place, tmp_path, monkeypatch):
    folder = write_mnist(tmp_path / place)
    if place == "cache/mnist":
        monkeypatch.setattr(mnist, "SOURCE", mnist.SOURCE._replace(checksums=checksums(folder)))
    for train, (images, labels) in ((True, TRAIN), (False, TEST)):
        ds = MNIST(train)
        assert ds.data.dtype == np.float32
        assert ds.data.shape == (len(images), 1, 28, 28)
        assert np.array_equal(np.rint(ds.data[:, 0] * 255), images)
        assert ds.data.max() <= 1
        assert ds.label.dtype == np.int64
        assert np.array_equal(ds.label, labels)
    assert repr(ds) == "MNIST(train=False): 10 samples, x float32 (1, 28, 28), t int64, 10 classes"


def test_mnist10k_splits_the_test_set_for_good(own_data):
    write_mnist(own_data)
    train, test = MNIST10k(), MNIST10k(train=False)
    assert (len(train), len(test)) == (8, 2)
    labels = TEST[1]
    found = np.concatenate([np.rint(ds.data[:, 0, 0, 0] * 255).astype(int) for ds in (train, test)])
    assert sorted(found) == list(range(10))
    assert found.tolist() != list(range(10))
    assert np.array_equal(np.concatenate([train.label, test.label]), labels[found])
    assert np.array_equal(MNIST10k().data, train.data)


def test_mnist_in_the_cache_is_another_set_or_damaged(tmp_path):
    write_mnist(tmp_path / "cache" / "mnist")
    with pytest.raises(errors.DownloadError, match=r"gopher://one/.*or place the file at .*, where another one lies"):
        MNIST()


def test_mnist_that_is_nowhere_names_the_mirrors():
    with pytest.raises(errors.DownloadError, match=r"expected train-images-idx3-ubyte\.gz, but") as caught:
        MNIST()
    assert "gopher://one/train-images-idx3-ubyte.gz was refused" in str(caught.value)
    assert "gopher://two/train-images-idx3-ubyte.gz was refused" in str(caught.value)


def test_what_is_downloaded_is_checked(own_data, monkeypatch):
    asked = []
    monkeypatch.setattr(files, "download", lambda *args: asked.append(args) or write_mnist(own_data) / args[1][6:])
    MNIST(train=False)
    urls, name, checksum = asked[0]
    assert urls == ["gopher://one/t10k-images-idx3-ubyte.gz", "gopher://two/t10k-images-idx3-ubyte.gz"]
    assert name == "mnist/t10k-images-idx3-ubyte.gz"
    assert checksum == mnist.SOURCE.checksums["t10k-images-idx3-ubyte.gz"]
    assert all(len(value) == 64 for value in mnist.SOURCE.checksums.values())


GOOD = idx_bytes(TEST[0])
IMAGES = TEST[0]
DAMAGED = {
    "empty": b"",
    "not gzip": GOOD,
    "gzip of nothing": gzip.compress(b""),
    "header cut": gzip.compress(GOOD[:10]),
    "gzip cut": gzip.compress(GOOD)[:-100],
    "gzip cut before its checksum": gzip.compress(GOOD)[:-8],
    "wrong checksum": gzip.compress(GOOD)[:-8] + bytes(8),
    "bits flipped": gzip.compress(GOOD)[:500] + b"\xff\xff\xff\xff" + gzip.compress(GOOD)[504:],
    "no deflate": gzip.compress(GOOD)[:10] + b"\xff" + gzip.compress(GOOD)[11:],
    "garbage after the end": gzip.compress(GOOD) + b"garbage",
    "wrong magic": gzip.compress(idx_bytes(IMAGES, magic=b"\x08\x00\x00\x03")),
    "type float": gzip.compress(idx_bytes(IMAGES, magic=bytes([0, 0, 13, 3]))),
    "labels": gzip.compress(idx_bytes(TEST[1])),
    "values missing": gzip.compress(GOOD[:-1]),
    "values left over": gzip.compress(GOOD + b"\0"),
    "more images than there are": gzip.compress(idx_bytes(IMAGES, shape=(11, 28, 28))),
    "fewer images than there are": gzip.compress(idx_bytes(IMAGES, shape=(9, 28, 28))),
    "4 billion squared": gzip.compress(idx_bytes(IMAGES, shape=(2**32 - 1,) * 3)),
    "other size": gzip.compress(idx_bytes(IMAGES, shape=(10, 14, 56))),
    "more images than labels": gzip.compress(idx_bytes(np.zeros((11, 28, 28)))),
}


@pytest.mark.parametrize("kind", DAMAGED)
def test_a_damaged_file_of_images_is_one_clear_error(kind, own_data):
    (write_mnist(own_data) / "t10k-images-idx3-ubyte.gz").write_bytes(DAMAGED[kind])
    with pytest.raises(errors.DownloadError, match="expected"):
        MNIST(train=False)


def test_labels_are_from_0_to_9(own_data):
    (write_mnist(own_data) / "t10k-labels-idx1-ubyte.gz").write_bytes(gzip.compress(idx_bytes(TEST[1] + 10)))
    with pytest.raises(errors.DownloadError, match="10 labels from 0 to 9"):
        MNIST(train=False)


def test_a_truncated_file_is_an_error_wherever_it_is_cut(own_data):
    whole = gzip.compress(idx_bytes(TEST[1]))
    path = write_mnist(own_data) / "t10k-labels-idx1-ubyte.gz"
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(errors.DownloadError):
            idx.read_idx(path, axes=1)


def test_no_more_is_decompressed_than_the_header_announces(own_data, monkeypatch):
    bomb = gzip.compress(idx_bytes(np.zeros(10)) + bytes(50_000_000))
    path = write_mnist(own_data) / "t10k-labels-idx1-ubyte.gz"
    path.write_bytes(bomb)
    read = []
    real = gzip.GzipFile.read
    monkeypatch.setattr(gzip.GzipFile, "read", lambda self, size: read.append(size) or real(self, size))
    with pytest.raises(errors.DownloadError, match="exactly the 10 values"):
        idx.read_idx(path, axes=1)
    assert read == [8, 10, 1]


# FashionMNIST


def test_fashion_is_read_from_its_own_folder_only(own_data, monkeypatch):
    gone = fashion_mnist.SOURCE._replace(mirrors=["gopher://three/"])
    monkeypatch.setattr(fashion_mnist, "SOURCE", gone)
    write_mnist(own_data)
    write_mnist(own_data / "mnist")  # digits, under the same names
    with pytest.raises(errors.DownloadError, match="gopher://three/t10k-images"):
        FashionMNIST(train=False)
    write_mnist(own_data / "fashion-mnist")
    assert repr(FashionMNIST()) == "FashionMNIST(train=True): 20 samples, x float32 (1, 28, 28), t int64, 10 classes"
    assert np.array_equal(FashionMNIST(train=False).label, TEST[1])
    assert FashionMNIST.classes[0] == "T-shirt/top"
    assert FashionMNIST.classes[7:] == ["sneaker", "bag", "ankle boot"]


def test_every_file_has_a_checksum_of_its_own():
    sums = [*mnist.SOURCE.checksums.values(), *fashion_mnist.SOURCE.checksums.values()]
    assert len(set(sums)) == 8
    assert all(len(value) == 64 for value in sums)
    assert mnist.SOURCE.checksums.keys() == fashion_mnist.SOURCE.checksums.keys()
