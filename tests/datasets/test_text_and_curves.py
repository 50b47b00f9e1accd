"""Shakespeare's letters, waves and moons."""

import hashlib

import numpy as np
import pytest

import rung
from rung import files
from rung.dataloaders import DataLoader, SeqDataLoader
from rung.datasets import Moons, SinCurve, TinyShakespeare, shakespeare
from rung.errors import DownloadError, ValueRangeError

TEXT = ("To be, or not to be: that is the question!\n" * 30)[:1001]


@pytest.fixture(autouse=True)
def own_data(tmp_path, monkeypatch):
    monkeypatch.setenv("RUNG_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("RUNG_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(shakespeare, "URLS", ["gopher://one/"])
    (tmp_path / "data" / "tinyshakespeare").mkdir(parents=True)
    (tmp_path / "data" / shakespeare.NAME).write_text(TEXT)
    return tmp_path / "data" / shakespeare.NAME


def test_the_alphabet_is_sorted_so_that_numbers_are_the_fields():
    assert len(TinyShakespeare.classes) == 65
    assert TinyShakespeare.classes == sorted(set(TinyShakespeare.classes))


@pytest.mark.parametrize("length", [1, 7, 128, 899])
def test_the_label_is_the_next_letter(length):
    ds = TinyShakespeare(length=length)
    assert len(ds) == 899 // length
    assert ds.data.shape == ds.label.shape == (len(ds), length)
    read = "".join(TinyShakespeare.decode(x) for x, _ in ds)
    assert TEXT[:900].startswith(read)
    assert "".join(TinyShakespeare.decode(t) for _, t in ds) == TEXT[1 : len(read) + 1]
    assert ds.data.dtype == ds.label.dtype == np.int64


def test_the_test_set_is_the_end_of_the_text():
    ds = TinyShakespeare(train=False, length=10)
    assert TinyShakespeare.decode(ds[0][0]) == TEXT[900:910]
    assert len(ds) == 10


def test_single_letters_are_read_in_order_by_several_readers():
    loader = SeqDataLoader(TinyShakespeare(length=None), 3)
    rows = np.stack([x for x, _ in loader], axis=1)
    assert TinyShakespeare.decode(rows) == TEXT[: rows.size]
    assert rows.shape == (3, 299)


def test_batches_of_letters_are_cut_at_once():
    ds = TinyShakespeare(length=9)
    assert ds.at_once
    x, t = next(iter(DataLoader(ds, 5)))
    assert x.shape == (5, 9)
    assert np.array_equal(x[:, 1:], t[:, :-1])


@pytest.mark.parametrize("length", [0, -3, 900])
def test_a_length_without_samples_is_refused(length):
    with pytest.raises(ValueRangeError, match=f"a length from 1 to 899, but got {length}"):
        TinyShakespeare(length=length)


def test_letters_outside_the_alphabet_are_refused():
    for letter in "7é\x00~":
        with pytest.raises(ValueRangeError, match="letters of its alphabet"):
            TinyShakespeare.encode("a" + letter)
    assert TinyShakespeare.encode("").tolist() == []


def test_another_text_is_refused(own_data):
    own_data.write_bytes("Être".encode())
    with pytest.raises(DownloadError, match="a text of plain letters"):
        TinyShakespeare()


def test_a_text_in_the_cache_is_checked_and_the_own_one_is_trusted(own_data, tmp_path, monkeypatch):
    cached = tmp_path / "cache" / shakespeare.NAME
    cached.parent.mkdir(parents=True)
    own_data.rename(cached)
    with pytest.raises(DownloadError, match="gopher://one/"):
        TinyShakespeare()
    monkeypatch.setattr(shakespeare, "SHA256", hashlib.sha256(TEXT.encode()).hexdigest())
    assert len(TinyShakespeare(length=1)) == 899
    cached.write_text(TEXT.replace("question", "answer"))
    with pytest.raises(DownloadError, match="where another one lies"):
        TinyShakespeare()


def test_the_text_is_downloaded_and_checked(own_data, monkeypatch):
    own_data.rename(own_data.with_name("elsewhere"))
    asked = []
    monkeypatch.setattr(files, "download", lambda *args: asked.append(args) or own_data.with_name("elsewhere"))
    TinyShakespeare()
    assert asked == [(["gopher://one/"], "tinyshakespeare/input.txt", shakespeare.SHA256)]
    assert len(shakespeare.SHA256) == 64


# Waves and moons


def test_the_wave_is_a_sine_and_to_test_a_cosine():
    train, test = SinCurve(), SinCurve(train=False)
    angle = np.linspace(0, 2 * np.pi, 1000)[:-1, np.newaxis]
    assert np.abs(train.data - np.sin(angle)).max() <= 0.0501
    assert (train.data - np.sin(angle)).std() > 0.02
    assert np.allclose(test.data, np.cos(angle), atol=1e-6)
    for ds in (train, test):
        assert np.array_equal(ds.data[1:], ds.label[:-1])
        assert ds.data.dtype == np.float32


def test_moons_are_two_noisy_half_circles():
    train, test = Moons(), Moons(train=False)
    assert not np.array_equal(train.data, test.data)
    for ds in (train, test):
        assert ds.data.dtype == np.float32
        assert np.bincount(ds.label).tolist() == [150, 150]
        assert (np.diff(ds.label) != 0).sum() > 100  # shuffled
        for moon, center, side in ((0, (0, 0), 1), (1, (1, 0.5), -1)):
            offset = ds.data[ds.label == moon] - center
            assert np.abs(np.linalg.norm(offset, axis=1) - 1).mean() < 0.12
            assert (side * offset[:, 1] > -0.35).all()


@pytest.mark.parametrize("make", [SinCurve, Moons])
def test_they_are_the_same_whatever_was_drawn(make):
    rung.seed(1)
    first = make().data
    rung.seed(2)
    state = np.random.get_state()[1].tolist()
    assert np.array_equal(make().data, first)
    assert np.random.get_state()[1].tolist() == state
