"""Nested states as one file: arrays by path, and all else beside them; what is read is what was written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from rung.cuda import as_numpy, is_array
from rung.errors import DTypeError, WeightFileError, describe
from rung.serializers import load_arrays_and_metadata, save_arrays

VERSION = 2
ARRAY, ITEMS, TUPLE = "__array__", "__items__", "__tuple__"  # notes in place of what JSON does not know


def save_state(path: Path, state: dict[str, Any]) -> None:
    """Write a nest of dicts, lists and tuples of arrays, numbers and texts to one file, all or nothing.

    Raises:
        DTypeError: there is something else in it; the message says where.
    """
    arrays: dict[str, Any] = {}
    plain = _split(state, "", arrays)
    save_arrays(path, arrays, metadata={"format": "rung checkpoint", "version": VERSION, "state": plain})


def load_state(path: Path) -> dict[str, Any]:
    """What `save_state` wrote.

    Raises:
        WeightFileError: the file is damaged, or is no checkpoint.
    """
    arrays, metadata = load_arrays_and_metadata(path)
    if metadata.get("format") != "rung checkpoint" or metadata.get("version") != VERSION:
        raise WeightFileError(f"load_state: {path} is not a checkpoint of this version of Rung")
    try:
        state = _joined(metadata.get("state"), arrays)
    except (KeyError, TypeError, ValueError) as error:
        raise WeightFileError(f"load_state: {path} holds notes of arrays that are not there ({error!r})") from error
    if not isinstance(state, dict):
        raise WeightFileError(f"load_state: expected {path} to hold a dict of states, but it holds {describe(state)}")
    return state


def _split(tree: Any, path: str, arrays: dict[str, Any]) -> Any:
    """Put the arrays of a nest aside under their paths, and leave a note in each one's place."""
    if isinstance(tree, dict):
        parts = [(key, _split(part, f"{path}/{key}", arrays)) for key, part in tree.items()]
        plain = all(type(key) is str for key in tree) and not tree.keys() & {ARRAY, ITEMS, TUPLE}
        return dict(parts) if plain else {ITEMS: [[_key(key, path), part] for key, part in parts]}
    if isinstance(tree, (list, tuple)):
        values = [_split(part, f"{path}/{i}", arrays) for i, part in enumerate(tree)]
        return values if isinstance(tree, list) else {TUPLE: values}
    if is_array(tree):
        return {ARRAY: _put(tree, path[1:], arrays)}
    return _plain(tree, path)


def _put(array: Any, name: str, arrays: dict[str, Any]) -> str:
    """Put an array aside; return its name, with a mark where another one has this path too."""
    while name in arrays:
        name += "'"
    arrays[name] = as_numpy(array)
    return name


def _key(key: Any, path: str) -> Any:
    if type(key) not in (str, int, float, bool, type(None)):
        raise DTypeError(f"save_state: the keys in {path[1:]} must be texts or numbers, but one is {describe(key)}")
    return key


def _plain(value: Any, path: str) -> Any:
    value = value.item() if isinstance(value, np.generic) else value
    if type(value) not in (str, int, float, bool, type(None)):
        expected = "expected arrays, numbers, texts, lists, tuples and dicts"
        raise DTypeError(f"save_state: {expected}, but {path[1:]} is {describe(value)}; convert it in state_dict()")
    return value


def _joined(tree: Any, arrays: dict[str, Any]) -> Any:
    if isinstance(tree, list):
        return [_joined(part, arrays) for part in tree]
    if not isinstance(tree, dict):
        return tree
    if tree.keys() == {ARRAY}:
        return arrays[tree[ARRAY]]
    if tree.keys() == {TUPLE}:
        return tuple(_joined(part, arrays) for part in tree[TUPLE])
    if tree.keys() == {ITEMS}:
        return {key: _joined(part, arrays) for key, part in tree[ITEMS]}
    return {key: _joined(part, arrays) for key, part in tree.items()}
