"""CIFAR's binary files, whole and damaged; found unpacked, as an archive, and by a download."""

import hashlib
import io
import shutil
import tarfile

import numpy as np
import pytest

from rung import files
from rung.datasets import CIFAR10, CIFAR100
from rung.datasets import cifar as cifar_module
from rung.errors import DownloadError, ValueRangeError


def records(n, seed, *counts):
    """Records with these numbers of classes: their bytes, their images, their labels."""
    generator = np.random.default_rng(seed)
    labels = np.stack([generator.integers(0, count, n) for count in counts], axis=1)
    images = generator.integers(0, 256, (n, 3, 32, 32))
    return np.hstack([labels, images.reshape(n, -1)]).astype(np.uint8).tobytes(), images, labels


TEN = {name: records(4, i, 10) for i, name in enumerate([*cifar_module.CIFAR_10.train, "test_batch.bin"])}
HUNDRED = {"train.bin": records(6, 9, 20, 100), "test.bin": records(3, 10, 20, 100)}
SETS = {"cifar-10-batches-bin": TEN, "cifar-100-binary": HUNDRED}


def write(folder):
    for name, parts in SETS.items():
        (folder / name).mkdir(parents=True)
        for part, (content, _, _) in parts.items():
            (folder / name / part).write_bytes(content)


def write_archives(folder):
    folder.mkdir(parents=True, exist_ok=True)
    for source in (cifar_module.CIFAR_10, cifar_module.CIFAR_100):
        with tarfile.open(folder / source.archive, "w:gz") as file:
            for part, (content, _, _) in SETS[source.folder].items():
                member = tarfile.TarInfo(f"{source.folder}/{part}")
                member.size = len(content)
                file.addfile(member, io.BytesIO(content))


@pytest.fixture(autouse=True)
def own_data(tmp_path, monkeypatch):
    monkeypatch.setenv("RUNG_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("RUNG_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(cifar_module, "MIRRORS", ["gopher://one/"])
    return tmp_path / "data"


def check():
    train, test = CIFAR10(), CIFAR10(train=False)
    assert (len(train), len(test)) == (20, 4)
    images = np.concatenate([TEN[name][1] for name in cifar_module.CIFAR_10.train])
    assert np.array_equal(np.rint(np.asarray(train.data) * 255), images)
    assert train.label.tolist() == [t for name in cifar_module.CIFAR_10.train for t in TEN[name][2][:, 0]]
    assert np.array_equal(test.label, TEN["test_batch.bin"][2][:, 0])
    fine, coarse = CIFAR100(), CIFAR100(label_type="coarse")
    assert np.array_equal(coarse.label, HUNDRED["train.bin"][2][:, 0])
    assert np.array_equal(fine.label, HUNDRED["train.bin"][2][:, 1])
    assert np.array_equal(np.rint(fine[:][0] * 255), HUNDRED["train.bin"][1])
    assert len(CIFAR100(train=False)) == 3


def test_unpacked_files_of_ones_own_are_found(own_data, tmp_path):
    write(own_data)
    check()
    assert not (tmp_path / "cache" / "cifar-10-binary").exists()


def trust_the_cached_archives(cache, monkeypatch):
    for name in ("CIFAR_10", "CIFAR_100"):
        source = getattr(cifar_module, name)
        digest = hashlib.sha256((cache / source.archive).read_bytes()).hexdigest()
        monkeypatch.setattr(cifar_module, name, source._replace(sha256=digest))


def test_an_archive_in_the_cache_is_checked(tmp_path, monkeypatch):
    write_archives(tmp_path / "cache")
    with pytest.raises(DownloadError, match=r"expected cifar-10-binary\.tar\.gz, but .* where another one lies"):
        CIFAR10()
    write(tmp_path / "cache")  # nobody knows where these come from
    with pytest.raises(DownloadError, match=r"expected cifar-10-binary\.tar\.gz"):
        CIFAR10()


@pytest.mark.parametrize("change", ["content", "no seal", "gone"])
def test_unpacked_files_in_the_cache_are_checked_at_each_use(change, tmp_path, monkeypatch):
    write_archives(tmp_path / "cache")
    trust_the_cached_archives(tmp_path / "cache", monkeypatch)
    CIFAR10()
    unpacked = tmp_path / "cache" / "cifar-10-binary"
    batch = unpacked / "cifar-10-batches-bin" / "data_batch_3.bin"
    if change == "content":
        batch.write_bytes(batch.read_bytes()[:3073])  # whole records, but not all of them
    else:
        (batch if change == "gone" else unpacked / ".sha256").unlink()
    with pytest.raises(DownloadError, match="as it was unpacked, but it is not; delete|it is not there; delete"):
        CIFAR10()
    shutil.rmtree(unpacked)
    check()


@pytest.mark.parametrize("place", ["data", "cache"])
def test_an_archive_is_found_and_unpacked_in_the_cache(place, tmp_path, monkeypatch):
    write_archives(tmp_path / place)
    if place == "cache":
        trust_the_cached_archives(tmp_path / "cache", monkeypatch)
    check()
    assert (tmp_path / "cache" / "cifar-10-binary" / "cifar-10-batches-bin" / "test_batch.bin").is_file()
    if place == "data":
        assert len(list((tmp_path / "data").iterdir())) == 2  # nothing is written there
        write_archives(tmp_path / "data")
    check()


def test_what_is_nowhere_is_downloaded_and_checked(tmp_path, monkeypatch):
    asked = []

    def download(urls, name, checksum):
        asked.append((urls, name, checksum))
        write_archives(tmp_path / "cache")
        return tmp_path / "cache" / name

    monkeypatch.setattr(files, "download", download)
    check()
    sets = (cifar_module.CIFAR_10, cifar_module.CIFAR_100)
    assert asked == [(["gopher://one/" + s.archive], s.archive, s.sha256) for s in sets]


def test_without_files_and_mirrors_the_error_says_so():
    with pytest.raises(DownloadError, match=r"expected cifar-10-binary\.tar\.gz, but gopher://one/"):
        CIFAR10()


def test_pictures_are_float32_from_0_to_1_and_kept_as_bytes(own_data):
    write(own_data)
    ds = CIFAR10()
    x, t = ds[3]
    assert (x.dtype, x.shape, t.dtype) == (np.float32, (3, 32, 32), np.int64)
    assert 0 <= x.min() <= x.max() <= 1
    assert ds.data.values.dtype == np.uint8
    assert ds.at_once
    assert repr(ds) == "CIFAR10(train=True): 20 samples, x float32 (3, 32, 32), t int64, 10 classes"
    assert "20 classes" in repr(CIFAR100(label_type="coarse"))
    assert "100 classes" in repr(CIFAR100())


def test_classes_have_their_right_names():
    fine, coarse = cifar_module.FINE, cifar_module.COARSE
    assert (len(set(fine)), len(set(coarse))) == (100, 20)
    assert fine == sorted(fine)
    assert coarse == sorted(coarse)
    assert [fine[i] for i in (0, 1, 49, 58, 99)] == ["apple", "aquarium fish", "mountain", "pickup truck", "worm"]
    assert [coarse[i] for i in (0, 9, 13, 19)] == [
        "aquatic mammals", "large man-made outdoor things", "non-insect invertebrates", "vehicles 2",
    ]  # fmt: skip
    assert (CIFAR10.classes[3], CIFAR10.classes[9]) == ("cat", "truck")
    assert CIFAR10.classes == sorted(CIFAR10.classes)


def test_another_label_type_is_refused():
    with pytest.raises(ValueRangeError, match='"fine" or "coarse", but got \'both\''):
        CIFAR100(label_type="both")


DAMAGED = {
    "empty": (b"", "records of 3073 bytes, but it holds 0"),
    "cut": (TEN["test_batch.bin"][0][:-1], "records of 3073 bytes, but it holds 12291"),
    "too long": (TEN["test_batch.bin"][0] + b"x", "records of 3073 bytes"),
    "wrong label": (bytes([10]) + bytes(3072), "labels below 10"),
}


@pytest.mark.parametrize("kind", DAMAGED)
def test_a_damaged_file_is_one_clear_error(kind, own_data):
    write(own_data)
    content, told = DAMAGED[kind]
    (own_data / "cifar-10-batches-bin" / "test_batch.bin").write_bytes(content)
    with pytest.raises(DownloadError, match=f"CIFAR: expected .*test_batch.bin to hold {told}.*delete its folder"):
        CIFAR10(train=False)


def test_a_file_that_is_missing_in_the_archive_is_an_error(own_data):
    write_archives(own_data)
    with tarfile.open(own_data / cifar_module.CIFAR_10.archive, "w:gz"):
        pass
    with pytest.raises(DownloadError, match=r"data_batch_1\.bin to hold .* not there"):
        CIFAR10()
