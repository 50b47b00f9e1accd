"""ImageNet: the names of its classes, and its numbers for folders of any of them."""

import numpy as np
import pytest

from rung.datasets import ImageFolder, ImageNet
from rung.errors import ValueRangeError

KNOWN = {
    0: "tench, Tinca tinca", 1: "goldfish, Carassius auratus", 9: "ostrich, Struthio camelus", 151: "Chihuahua",
    207: "golden retriever", 281: "tabby, tabby cat", 285: "Egyptian cat", 340: "zebra",
    388: "giant panda, panda, panda bear, coon bear, Ailuropoda melanoleuca", 657: "missile", 954: "banana",
    963: "pizza, pizza pie", 980: "volcano", 999: "toilet tissue, toilet paper, bathroom tissue",
}  # fmt: skip


def test_the_thousand_names_are_in_their_order():
    labels = ImageNet.labels()
    assert list(labels) == list(range(1000))
    assert {i: labels[i] for i in KNOWN} == KNOWN
    assert all(name == name.strip() and name.isascii() for name in labels.values())
    assert len(set(labels.values())) == 999  # a crane is a bird, 134, and a machine, 517
    assert labels[134] == labels[517] == "crane"


def test_labels_are_a_copy_of_ones_own():
    ImageNet.labels().clear()
    assert len(ImageNet.labels()) == 1000


def test_folders_get_the_numbers_of_their_classes(tmp_path):
    Image = pytest.importorskip("PIL.Image")
    for name in ("n02123045", "n01440764", "n15075141"):
        (tmp_path / name).mkdir()
        Image.new("RGB", (6, 4)).save(tmp_path / name / "1.JPEG")
    ds = ImageNet(tmp_path, size=(2, 3))
    assert isinstance(ds, ImageFolder)
    assert ds.label.tolist() == [0, 281, 999]
    assert ds.classes[281] == "tabby, tabby cat"
    x, _ = ds[:]
    assert x.shape == (3, 3, 2, 3)
    assert x.dtype == np.float32
    assert repr(ds).startswith("ImageNet(")
    (tmp_path / "cats").mkdir()
    with pytest.raises(ValueRangeError, match="such as n02123045, but .* has 'cats'; ImageFolder takes any names"):
        ImageNet(tmp_path)
