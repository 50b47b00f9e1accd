"""CIFAR-10 and CIFAR-100: small photographs of ten and of a hundred kinds of things.

Their binary files are read, which can hold nothing but pixels and labels. Each is a row of records: the label bytes,
then 1,024 bytes of red, of green and of blue. They are looked for, unpacked or as the archive, in the folder that
`RUNG_DATA` names, where they are taken on trust; otherwise the archive is downloaded. It is unpacked in the cache,
with checksums that are compared at each use.

Source: A. Krizhevsky, Learning Multiple Layers of Features from Tiny Images, 2009.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np

from rung import archives, files
from rung.datasets.dataset import Dataset, Transform
from rung.datasets.pixels import Pixels
from rung.errors import DownloadError, ValueRangeError

IMAGE = (3, 32, 32)
PIXELS = 3 * 32 * 32


class Source(NamedTuple):
    """Where a set comes from, and how its records look."""

    archive: str
    sha256: str
    folder: str  # in the archive
    train: list[str]
    test: list[str]
    label_counts: list[int]  # how many classes each of a record's label bytes tells apart


MIRRORS = ["https://www.cs.toronto.edu/~kriz/"]
LIMIT = 200_000_000  # bytes; each archive unpacks to 185 million

CIFAR_10 = Source(
    "cifar-10-binary.tar.gz",
    "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
    "cifar-10-batches-bin",
    [f"data_batch_{k}.bin" for k in range(1, 6)],
    ["test_batch.bin"],
    [10],
)
CIFAR_100 = Source(
    "cifar-100-binary.tar.gz",
    "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec",
    "cifar-100-binary",
    ["train.bin"],
    ["test.bin"],
    [20, 100],
)


class CIFAR10(Dataset):
    """Colour photographs of 32 by 32 pixels, 0 to 1, of ten classes: 50,000 to train, 10,000 to test.

    Shape: data float32 (n, 3, 32, 32), kept as bytes (150 MB, not 600; see `Pixels`), label int64 (n,)

    Raises: `DownloadError` if a file cannot be fetched, or is damaged.

    Source: A. Krizhevsky, Learning Multiple Layers of Features from Tiny Images, 2009.

    >>> CIFAR10.classes[:3]
    ['airplane', 'automobile', 'bird']
    """

    classes = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]

    def prepare(self) -> None:
        self.data, labels = load(CIFAR_10, self.train)
        self.label = labels[:, 0]


class CIFAR100(Dataset):
    """Colour photographs of 32 by 32 pixels, 0 to 1, of a hundred classes: 50,000 to train, 10,000 to test.

    label_type: "fine" for the hundred classes, "coarse" for the twenty groups that they form.

    Shape: data float32 (n, 3, 32, 32), kept as bytes (150 MB, not 600; see `Pixels`), label int64 (n,)

    Raises: `DownloadError` if a file cannot be fetched, or is damaged, `ValueRangeError` for another `label_type`.

    Source: A. Krizhevsky, Learning Multiple Layers of Features from Tiny Images, 2009.

    >>> len(FINE), FINE[0], len(COARSE), COARSE[0]
    (100, 'apple', 20, 'aquatic mammals')
    """

    def __init__(
        self,
        train: bool = True,
        transform: Transform | None = None,
        target_transform: Transform | None = None,
        label_type: Literal["fine", "coarse"] = "fine",
    ):
        if label_type not in ("fine", "coarse"):
            raise ValueRangeError(f'CIFAR100: expected label_type to be "fine" or "coarse", but got {label_type!r}')
        self.label_type = label_type
        self.classes = FINE if label_type == "fine" else COARSE
        super().__init__(train, transform, target_transform)

    def prepare(self) -> None:
        self.data, labels = load(CIFAR_100, self.train)
        self.label = labels[:, 1 if self.label_type == "fine" else 0]


def load(source: Source, train: bool) -> tuple[Pixels, Any]:
    """The images (n, 3, 32, 32) and the labels, int64 (n, labels of each), of the training or the test set."""
    names = source.train if train else source.test
    folder = locate(source, names)
    parts = [read_records(folder / name, source.label_counts) for name in names]
    images = np.concatenate([images for images, _ in parts])
    return Pixels(images), np.concatenate([labels for _, labels in parts])


def locate(source: Source, names: list[str]) -> Path:
    """The folder that holds these files; the archive is unpacked if there is none, and downloaded if need be."""
    own = files.own_dir()
    if own is not None and all((own / source.folder / name).is_file() for name in names):
        return own / source.folder
    unpacked = files.cache_dir() / source.archive.removesuffix(".tar.gz")
    if not unpacked.is_dir():
        urls = [mirror + source.archive for mirror in MIRRORS]
        archive = files.find(source.archive) or files.download(urls, source.archive, source.sha256)
        archives.extract(archive, unpacked, limit=LIMIT, sealed=True)
    archives.check_seal(unpacked, [f"{source.folder}/{name}" for name in names])
    return unpacked / source.folder


def read_records(path: Path, label_counts: list[int]) -> tuple[Any, Any]:
    """The images, uint8 (n, 3, 32, 32), and the labels, int64 (n, labels of each), of one file.

    Raises: `DownloadError` if it is not made of whole records with labels within their counts.
    """
    if not path.is_file():
        raise _damaged(path, "a file of records, but it is not there")
    size = len(label_counts) + PIXELS
    content = np.fromfile(path, np.uint8)
    if not content.size or content.size % size:
        raise _damaged(path, f"records of {size} bytes, but it holds {content.size} bytes")
    records = content.reshape(-1, size)
    labels = records[:, : len(label_counts)].astype(np.int64)
    if (labels >= label_counts).any():
        raise _damaged(path, f"labels below {' and '.join(map(str, label_counts))}, but it holds others")
    return records[:, len(label_counts) :].reshape(-1, *IMAGE), labels


def _damaged(path: Path, expected: str) -> DownloadError:
    cure = "delete its folder, and it will be fetched again"
    return DownloadError(f"CIFAR: expected {path} to hold {expected}; {cure}")


def _names(text: str) -> list[str]:
    return [name.replace("_", " ") for name in text.split()]


FINE = _names("""
    apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus butterfly camel can
    castle caterpillar cattle chair chimpanzee clock cloud cockroach couch crab crocodile cup dinosaur dolphin
    elephant flatfish forest fox girl hamster house kangaroo keyboard lamp lawn_mower leopard lion lizard
    lobster man maple_tree motorcycle mountain mouse mushroom oak_tree orange orchid otter palm_tree pear
    pickup_truck pine_tree plain plate poppy porcupine possum rabbit raccoon ray road rocket rose sea seal shark
    shrew skunk skyscraper snail snake spider squirrel streetcar sunflower sweet_pepper table tank telephone
    television tiger tractor train trout tulip turtle wardrobe whale willow_tree wolf woman worm
""")
COARSE = _names("""
    aquatic_mammals fish flowers food_containers fruit_and_vegetables household_electrical_devices
    household_furniture insects large_carnivores large_man-made_outdoor_things large_natural_outdoor_scenes
    large_omnivores_and_herbivores medium_mammals non-insect_invertebrates people reptiles small_mammals trees
    vehicles_1 vehicles_2
""")
