"""The .safetensors files of Rung and of the format's own library, each read by the other."""

import json

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

from rung.errors import UnverifiedWarning, ValueRangeError, WeightFileError
from rung.serializers import load_arrays, load_metadata, safetensors, save_arrays

DTYPES = ["?", "u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f2", "f4", "f8"]
ARRAYS = {f"{code}.層": np.arange(6).reshape(2, 3).astype(code) for code in DTYPES} | {
    "n": np.array(7), "empty": np.zeros((0, 3), np.float32)
}  # fmt: skip


@pytest.mark.parametrize("facts", [None, {"step": 3}])
def test_the_library_reads_our_files(tmp_path, facts):
    save_arrays(tmp_path / "own.safetensors", ARRAYS, facts)
    loaded = load_file(tmp_path / "own.safetensors")
    assert loaded.keys() == ARRAYS.keys()
    for name, array in ARRAYS.items():
        np.testing.assert_array_equal(loaded[name], array, strict=True)
    with safe_open(tmp_path / "own.safetensors", "np") as file:
        assert len(file.metadata()["rung.sha256"]) == 64


def test_we_read_the_librarys_files_and_its_notes(tmp_path):
    save_file(ARRAYS, tmp_path / "foreign.safetensors", {"format": "np"})
    with pytest.warns(UnverifiedWarning):
        loaded = load_arrays(tmp_path / "foreign.safetensors")
    assert loaded.keys() == ARRAYS.keys()
    for name, array in ARRAYS.items():
        np.testing.assert_array_equal(loaded[name], array, strict=True)
    with pytest.warns(UnverifiedWarning):
        assert load_metadata(tmp_path / "foreign.safetensors") == {"format": "np"}


def test_every_array_is_aligned_in_the_file(tmp_path):
    save_arrays(tmp_path / "own.safetensors", ARRAYS)
    content = (tmp_path / "own.safetensors").read_bytes()
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])
    del header["__metadata__"]
    assert list(header) == list(ARRAYS)
    for name, entry in header.items():
        assert (8 + length + entry["data_offsets"][0]) % ARRAYS[name].itemsize == 0


def _file(dtype, data):
    header = json.dumps({"x": {"dtype": dtype, "shape": [2], "data_offsets": [0, len(data)]}}).encode()
    return len(header).to_bytes(8, "little") + header + data


def test_bfloat16_is_widened(tmp_path):
    path = tmp_path / "foreign.safetensors"
    path.write_bytes(_file("BF16", bytes([0x80, 0x3F, 0x20, 0xC0])))  # 0x3f80 is 1, 0xc020 is -2.5
    with pytest.warns(UnverifiedWarning):
        np.testing.assert_array_equal(load_arrays(path)["x"], np.array([1, -2.5], np.float32), strict=True)


@pytest.mark.parametrize("code", ["F8_E4M3", "F8_E5M2", "C64"])
def test_a_dtype_that_we_do_not_have_is_named(tmp_path, code):
    path = tmp_path / "foreign.safetensors"
    path.write_bytes(_file(code, b"12"))
    with pytest.raises(WeightFileError, match=rf"holds '{code}' as 'x', .*; save it as F32"):
        load_arrays(path)


def test_metadata_too_large_for_a_header_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(safetensors, "HEADER_LIMIT", 1000)
    with pytest.raises(ValueRangeError, match="save what is large among the arrays"):
        save_arrays(tmp_path / "own.safetensors", {}, {"log": "x" * 1000})
