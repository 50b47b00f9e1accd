"""Nested states as one file: arrays by path, and all else beside them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from rung.cuda import as_numpy, is_array
from rung.errors import WeightFileError
from rung.serializers import load_arrays_and_metadata, save_arrays

VERSION = 1


def save_state(path: Path, state: dict[str, Any]) -> None:
    """Write nested dicts of arrays, numbers, texts and lists to one file, all or nothing."""
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
    return _joined(metadata["state"], arrays)  # type: ignore[no-any-return]


def _split(tree: Any, path: str, arrays: dict[str, Any]) -> Any:
    """Put the arrays of a nest aside under their paths, and leave a note in each one's place."""
    if isinstance(tree, dict):
        return {str(key): _split(part, f"{path}/{key}", arrays) for key, part in tree.items()}
    if isinstance(tree, (list, tuple)):
        return [_split(part, f"{path}/{i}", arrays) for i, part in enumerate(tree)]
    if is_array(tree):
        arrays[path[1:]] = as_numpy(tree)
        return {"__array__": path[1:]}
    return tree.item() if isinstance(tree, np.generic) else tree


def _joined(tree: Any, arrays: dict[str, Any]) -> Any:
    if isinstance(tree, dict):
        if tree.keys() == {"__array__"}:
            return arrays[tree["__array__"]]
        return {key: _joined(part, arrays) for key, part in tree.items()}
    return [_joined(part, arrays) for part in tree] if isinstance(tree, list) else tree
