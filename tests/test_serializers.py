"""Files of arrays: nothing damaged comes back as if it were whole, and nothing half-written stays."""

import io
import pickle
import zipfile

import numpy as np
import pytest

import rung.files
from rung.errors import WeightFileError
from rung.serializers import load_arrays, save_arrays

ARRAYS = {"l1.W": np.arange(12.0, dtype=np.float32).reshape(3, 4), "l1.b": np.zeros(4), "n": np.array(7),
          "f": np.asfortranarray(np.arange(6.0).reshape(2, 3)), "empty": np.zeros((0, 3))}  # fmt: skip


@pytest.fixture
def path(tmp_path):
    save_arrays(tmp_path / "weights.npz", ARRAYS)
    return tmp_path / "weights.npz"


def test_arrays_come_back_as_they_went(path):
    loaded = load_arrays(path)
    assert list(loaded) == list(ARRAYS)
    for name, array in ARRAYS.items():
        np.testing.assert_array_equal(loaded[name], array)
        assert loaded[name].dtype == array.dtype
        assert loaded[name].flags.writeable


def test_numpy_reads_the_file_too(path):
    with np.load(path) as loaded:
        np.testing.assert_array_equal(loaded["l1.W"], ARRAYS["l1.W"])


def test_names_that_numpys_savez_would_swallow_are_kept(tmp_path):
    arrays = {"file": np.ones(1), "allow_pickle": np.ones(2), "args": np.ones(3)}
    save_arrays(tmp_path / "weights.npz", arrays)
    assert {name: a.shape for name, a in load_arrays(tmp_path / "weights.npz").items()} == {
        "file": (1,), "allow_pickle": (2,), "args": (3,)
    }  # fmt: skip


def test_compressed_files_of_others_load(tmp_path):
    np.savez_compressed(tmp_path / "book.npz", zeros=np.zeros((1000, 1000), np.float32))
    assert load_arrays(tmp_path / "book.npz")["zeros"].shape == (1000, 1000)


def test_any_name_is_kept(tmp_path):
    save_arrays(tmp_path / "weights", ARRAYS)
    assert [p.name for p in tmp_path.iterdir()] == ["weights"]
    assert list(load_arrays(tmp_path / "weights")) == list(ARRAYS)


def test_every_truncation_is_refused(path):
    whole = path.read_bytes()
    for size in range(0, len(whole), 7):
        path.write_bytes(whole[:size])
        with pytest.raises(WeightFileError):
            load_arrays(path)


def test_no_flipped_bit_goes_unnoticed(path):
    whole = path.read_bytes()
    for position in range(0, len(whole), 3):
        damaged = bytearray(whole)
        damaged[position] ^= 1 << position % 8
        path.write_bytes(damaged)
        try:
            loaded = load_arrays(path)
        except WeightFileError:
            continue
        assert list(loaded) == list(ARRAYS), position  # a bit that means nothing, such as a date
        for name, array in ARRAYS.items():
            np.testing.assert_array_equal(loaded[name], array, err_msg=f"byte {position}")


def _npy(array, allow_pickle=False):
    stream = io.BytesIO()
    np.save(stream, array, allow_pickle=allow_pickle)
    return stream.getvalue()


class Bomb:
    def __reduce__(self):
        return (pytest.fail, ("code in a weights file was run",))


def _header(shape):
    text = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode()


HOSTILE = {
    "objects": [("a.npy", _npy(np.array([Bomb()]), allow_pickle=True))],
    "pickle": [("a.npy", pickle.dumps(Bomb()))],
    "shape bomb": [("a.npy", _header((2**50,)) + b"1234")],
    "negative shape": [("a.npy", _header((-1,)) + b"1234")],
    "two of one name": [("a.npy", _npy(np.ones(2))), ("a.npy", _npy(np.ones(3)))],
    "not an array": [("readme.txt", b"hello")],
    "text": [("a.npy", _npy(np.array(["text"])))],
    "complex": [("a.npy", _npy(np.array([1j])))],
    "extra bytes": [("a.npy", _npy(np.ones(2)) + b"more")],
}


@pytest.mark.parametrize("kind", HOSTILE)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_hostile_files_are_one_kind_of_error(kind, tmp_path):
    with zipfile.ZipFile(tmp_path / "bad.npz", "w") as archive:
        for name, content in HOSTILE[kind]:
            archive.writestr(name, content)
    with pytest.raises(WeightFileError):
        load_arrays(tmp_path / "bad.npz")


def test_a_zip_bomb_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(rung.serializers, "UNPACKED_LIMIT", 1 << 20)
    with zipfile.ZipFile(tmp_path / "bad.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.npy", _header((1 << 24,)) + bytes(1 << 26))
    with pytest.raises(WeightFileError, match="unpacks to"):
        load_arrays(tmp_path / "bad.npz")


def test_other_files_are_refused_and_missing_ones_are_missing(tmp_path):
    (tmp_path / "text").write_text("no zip")
    with pytest.raises(WeightFileError, match="not a whole"):
        load_arrays(tmp_path / "text")
    with pytest.raises(FileNotFoundError, match="no file"):
        load_arrays(tmp_path / "nowhere")


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_failing_disk_leaves_the_old_file(path, monkeypatch, call):
    def fail(*_):
        raise OSError("disk full")

    before = path.read_bytes()
    monkeypatch.setattr(rung.files.os, call, fail)
    with pytest.raises(OSError, match="disk full"):
        save_arrays(path, {"other": np.ones(3)})
    assert path.read_bytes() == before
    assert [p.name for p in path.parent.iterdir()] == [path.name]
