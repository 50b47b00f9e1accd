"""The .npz files of Rung and of NumPy, each read by the other."""

import io
import struct
import zipfile

import numpy as np
import pytest

from rung.errors import UnverifiedWarning, WeightFileError
from rung.serializers import load_arrays, load_metadata, npz, save_arrays
from rung.serializers.arrays import read

ARRAYS = {"l1.W": np.arange(12.0, dtype=np.float32).reshape(3, 4), "n": np.array(7), "empty": np.zeros((0, 3))}


def test_numpy_reads_our_files_and_sees_the_arrays_alone(tmp_path):
    save_arrays(tmp_path / "weights.npz", ARRAYS)
    with np.load(tmp_path / "weights.npz") as loaded:
        assert loaded.files == list(ARRAYS)
        for name, array in ARRAYS.items():
            np.testing.assert_array_equal(loaded[name], array, strict=True)


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_we_read_numpys_files(tmp_path, save):
    arrays = ARRAYS | {"fortran": np.asfortranarray(np.arange(6.0).reshape(2, 3)), "big": np.arange(3, dtype=">f8")}
    save(tmp_path / "foreign.npz", **arrays)
    with pytest.warns(UnverifiedWarning):
        loaded = load_arrays(tmp_path / "foreign.npz")
    assert list(loaded) == list(arrays)
    for name, array in arrays.items():
        np.testing.assert_array_equal(loaded[name], array)
        assert loaded[name].dtype.isnative
        assert loaded[name].flags.c_contiguous


@pytest.mark.parametrize("version", [(1, 0), (2, 0), (3, 0)])
def test_all_versions_of_npy_are_read(tmp_path, version):
    stream = io.BytesIO()
    np.lib.format.write_array(stream, ARRAYS["l1.W"], version)
    with zipfile.ZipFile(tmp_path / "foreign.npz", "w") as archive:
        archive.writestr("W.npy", stream.getvalue())
    with pytest.warns(UnverifiedWarning):
        np.testing.assert_array_equal(load_arrays(tmp_path / "foreign.npz")["W"], ARRAYS["l1.W"], strict=True)


def test_the_books_names_become_ours_and_our_own_stay_as_they_are(tmp_path):
    np.savez_compressed(tmp_path / "book.npz", **{"l1/W": np.ones(2), "l1/b": np.ones(1)})
    with pytest.warns(UnverifiedWarning):
        assert list(load_arrays(tmp_path / "book.npz")) == ["l1.W", "l1.b"]
    save_arrays(tmp_path / "own.npz", {"l1/W": np.ones(2)})
    assert list(load_arrays(tmp_path / "own.npz")) == ["l1/W"]


def test_metadata_outlive_a_new_archive_without_the_checksum(tmp_path):
    save_arrays(tmp_path / "own.npz", ARRAYS, {"step": 3})
    with np.load(tmp_path / "own.npz") as loaded:
        np.savez(tmp_path / "again.npz", **loaded)
    with pytest.warns(UnverifiedWarning):
        assert load_metadata(tmp_path / "again.npz") == {"step": 3}


def test_what_compresses_very_well_is_read_up_to_a_limit(tmp_path, monkeypatch):
    np.savez_compressed(tmp_path / "zeros.npz", zeros=np.zeros((1000, 1000), np.float32))
    with pytest.warns(UnverifiedWarning):
        assert load_arrays(tmp_path / "zeros.npz")["zeros"].shape == (1000, 1000)
    monkeypatch.setattr(npz, "UNPACKED_LIMIT", 1 << 20)
    with pytest.raises(WeightFileError, match=r"unpacks to 40001\d\d, far too many; save it without compression"):
        load_arrays(tmp_path / "zeros.npz")


def test_members_that_overlap_are_refused_before_any_is_read(monkeypatch):
    stream = io.BytesIO()
    np.savez(stream, a=np.zeros(1000, np.int8))
    data = stream.getvalue()
    start, end = data.index(b"PK\1\2"), data.index(b"PK\5\6")
    entries = data[start:end] * 3
    ending = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 3, 3, len(entries), start, 0)
    monkeypatch.setattr(npz, "_read_member", None)
    with pytest.raises(WeightFileError, match="claims more bytes than it has"):
        read(io.BytesIO(data[:start] + entries + ending), "a bomb")
