"""What is saved comes back the same, in both formats; what cannot be saved or loaded is said plainly."""

import os
import warnings

import numpy as np
import pytest

import rung
from rung.errors import DTypeError, UnverifiedWarning, ValueRangeError, WeightFileError
from rung.serializers import load_arrays, load_arrays_and_metadata, load_metadata, save_arrays

CHECKPOINT = {
    "l1.W": np.arange(12.0, dtype=np.float32).reshape(3, 4),
    "fortran": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
    "strided": np.arange(10, dtype=np.int16)[::-3],
    "big endian": np.arange(3, dtype=">i4"),
    "half": np.array([-0.0, np.nan, np.inf], np.float16),
    "step": np.array(7),
    "rng": np.array([2**64 - 1], np.uint64),
    "best": np.array(True),
    "empty": np.zeros((0, 3), np.int8),
    "größe/層": np.ones((1, 1, 1)),
    "file": np.ones(1),
    "a.npy": np.ones(2),
}
FACTS = {"optimizer": {"name": "Adam", "betas": [0.9, 0.999]}, "state": 2**127, "none": None, "on": True, "ü": "\n"}


@pytest.fixture(params=[".npz", ".safetensors"])
def path(request, tmp_path):
    return tmp_path / f"weights{request.param}"


def test_arrays_come_back_as_they_went(path):
    save_arrays(path, CHECKPOINT, FACTS)
    loaded = load_arrays(path)
    assert list(loaded) == list(CHECKPOINT)
    for name, array in CHECKPOINT.items():
        assert loaded[name].dtype == array.dtype.newbyteorder("=")
        assert loaded[name].shape == array.shape
        assert loaded[name].tobytes() == array.astype(loaded[name].dtype).tobytes()
        assert loaded[name].flags.writeable


def test_metadata_come_back_as_they_went(path):
    save_arrays(path, CHECKPOINT, FACTS)
    assert load_metadata(path) == FACTS
    arrays, facts = load_arrays_and_metadata(path)
    assert list(arrays) == list(CHECKPOINT)
    assert facts == FACTS


@pytest.mark.parametrize("facts", [None, {}])
def test_without_metadata_there_are_none(path, facts):
    save_arrays(path, {}, facts)
    assert load_arrays_and_metadata(path) == ({}, {})


def test_numbers_and_variables_are_saved_as_arrays(path):
    save_arrays(path, {"x": rung.Variable(np.ones(2)), "n": 3, "f": np.float32(0.5), "t": False})
    loaded = load_arrays(path)
    assert {name: (array.dtype.name, array.shape) for name, array in loaded.items()} == {
        "x": ("float64", (2,)), "n": ("int64", ()), "f": ("float32", ()), "t": ("bool", ())
    }  # fmt: skip


def test_the_same_arrays_make_the_same_bytes(path):
    save_arrays(path, CHECKPOINT, FACTS)
    before = path.read_bytes()
    save_arrays(path, CHECKPOINT, FACTS)
    assert path.read_bytes() == before


@pytest.mark.parametrize("name", ["weights", "weights.NPZ", "weights.SafeTensors", ".hidden"])
def test_a_file_has_the_name_that_it_was_given(tmp_path, name):
    save_arrays(str(tmp_path / name), {"a": np.ones(2)})
    assert os.listdir(tmp_path) == [name]
    np.testing.assert_array_equal(load_arrays(tmp_path / name)["a"], np.ones(2))


def test_the_content_tells_the_format_when_a_file_was_renamed(path, tmp_path):
    save_arrays(path, {"a": np.ones(2)})
    path.rename(tmp_path / "renamed.bin")
    assert list(load_arrays(tmp_path / "renamed.bin")) == ["a"]


@pytest.mark.parametrize("name", ["weights.pt", "weights.npz.gz", "epoch.5"])
def test_another_suffix_is_refused(tmp_path, name):
    with pytest.raises(ValueRangeError, match=r"ends in .npz or .safetensors"):
        save_arrays(tmp_path / name, {})
    assert os.listdir(tmp_path) == []


BAD_ARRAYS = {
    "a list": [1, 2],
    "None": None,
    "objects": np.array([None]),
    "text": np.array(["a"]),
    "complex": np.array([1j]),
    "dates": np.array(["2020-01-01"], "M8[D]"),
    "an enormous number": 2**70,
}


@pytest.mark.parametrize("kind", BAD_ARRAYS)
def test_what_is_no_array_of_numbers_is_refused_before_anything_is_written(path, kind):
    save_arrays(path, {"old": np.ones(1)})
    with pytest.raises(DTypeError, match=r"save_arrays: expected .* as 'bad'"):
        save_arrays(path, {"good": np.ones(1), "bad": BAD_ARRAYS[kind]})
    assert list(load_arrays(path)) == ["old"]


@pytest.mark.parametrize("name", ["", "__metadata__", "a\0b", "\ud800", "n" * 1001])
def test_a_name_that_cannot_be_kept_is_refused(path, name):
    with pytest.raises(ValueRangeError, match="expected a name"):
        save_arrays(path, {name: np.ones(1)})


def test_what_is_no_dict_and_no_path_is_refused(path):
    for arrays in ([np.ones(1)], None, {3: np.ones(1)}):
        with pytest.raises(DTypeError, match="save_arrays: expected"):
            save_arrays(path, arrays)
    for bad in (None, 3, b"weights"):
        with pytest.raises(DTypeError, match="expected the path of a file"):
            save_arrays(bad, {})
        with pytest.raises(DTypeError, match="expected the path of a file"):
            load_arrays(bad)
    for bad in ("", "a\0b"):
        with pytest.raises(ValueRangeError, match="expected the path of a file"):
            load_arrays(bad)


def _circle():
    circle = {}
    circle["again"] = circle
    return circle


@pytest.mark.parametrize("facts", [{"t": (1, 2)}, {"a": [np.float64(1)]}, {1: 2}, [1], {"n": 10**5000}, _circle()])
def test_metadata_that_would_not_come_back_the_same_are_refused(path, facts):
    with pytest.raises(DTypeError, match="metadata"):
        save_arrays(path, {}, facts)
    assert not path.exists()


def test_what_is_not_there_is_missing_and_a_near_name_is_told(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"there is no file .*weights$"):
        load_arrays(tmp_path / "weights")
    save_arrays(tmp_path / "weights.npz", {})
    with pytest.raises(FileNotFoundError, match=r"but there is weights.npz$"):
        load_arrays(tmp_path / "weights")


def test_a_folder_and_a_device_are_no_files_of_arrays(tmp_path):
    for path in (tmp_path, os.devnull):
        with pytest.raises(WeightFileError, match="is a folder or a device"):
            load_arrays(path)


@pytest.mark.parametrize(("content", "reason"), [(b"", "is empty"), (b"hello, world", "is neither")])
def test_other_files_are_refused(tmp_path, content, reason):
    (tmp_path / "text").write_bytes(content)
    with pytest.raises(WeightFileError, match=reason):
        load_arrays(tmp_path / "text")


def test_only_files_without_a_checksum_give_a_warning_and_it_points_at_the_caller(tmp_path):
    np.savez(tmp_path / "foreign.npz", a=np.ones(2))
    for load in (load_arrays, load_metadata, load_arrays_and_metadata):
        with pytest.warns(UnverifiedWarning, match=r"foreign.npz has no checksum") as caught:
            load(tmp_path / "foreign.npz")
        assert caught[0].filename == __file__
    save_arrays(tmp_path / "own.npz", {"a": np.ones(2)})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        load_arrays(tmp_path / "own.npz")
