"""A nested state comes back from its file as it was; a file that holds another thing is refused."""

import numpy as np
import pytest

from rung.errors import DTypeError, WeightFileError
from rung.serializers import save_arrays
from rung.trainer.state import load_state, save_state


@pytest.mark.parametrize(
    "state",
    [
        {"a/b": np.zeros(1), "a": {"b": np.ones(1)}, "a/b'": np.full(1, 2.0)},
        {"a": {1: 2, "1": 3, None: 4, 2.5: np.ones(2), False: 0}},
        {"a": {"__array__": "x"}, "b": {"__items__": [1]}, "c": {"__tuple__": ()}, "__array__": np.ones(1)},
        {"a": (1, [2, (3, np.arange(4))], ()), "b": float("inf"), "c": 2**130, "d": {}},
    ],
)
def test_a_state_comes_back_as_it_was(state, tmp_path):
    save_state(tmp_path / "state.npz", state)
    np.testing.assert_equal(load_state(tmp_path / "state.npz"), state)
    assert repr(load_state(tmp_path / "state.npz")) == repr(state)


@pytest.mark.parametrize("state", [{"a": [{1, 2}]}, {"a": {(1, 2): 3}}, {"a": object()}])
def test_what_a_file_cannot_hold_is_named(state, tmp_path):
    with pytest.raises(DTypeError, match=r"save_state: .*\ba\b"):
        save_state(tmp_path / "state.npz", state)


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"state": [1]},
        {"state": {"model": {"__array__": "q"}}},
        {"state": {"model": {"__array__": [1]}}},
        {"state": {"model": {"__tuple__": 5}}},
        {"state": {"model": {"__items__": [[[1], 2]]}}},
        {"state": {"model": {"__items__": [[1, 2, 3]]}}},
    ],
)
def test_a_file_with_a_good_checksum_and_other_content_is_refused(content, tmp_path):
    path = tmp_path / "state.npz"
    save_arrays(path, {}, metadata={"format": "rung checkpoint", "version": 2, **content})
    with pytest.raises(WeightFileError, match="load_state: "):
        load_state(path)
