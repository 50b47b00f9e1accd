"""The few facts that are saved along with arrays, such as a step count: a dict, as JSON, as an array of bytes."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from rung.errors import DTypeError, WeightFileError, describe
from rung.serializers.contents import Array


def encode(metadata: dict[str, Any]) -> Array:
    """The JSON text of a dict as bytes; an error for whatever would not come back the same.

    >>> encode({"step": 3}).tobytes()
    b'{"step": 3}'
    >>> encode({"betas": (0.9, 0.999)})
    Traceback (most recent call last):
    rung.errors.DTypeError: metadata['betas']: expected None, bool, int, float, str, list or dict, but got tuple;
    convert it, or save it among the arrays
    """
    if not isinstance(metadata, dict):
        raise DTypeError(f"metadata: expected a dict, but got {describe(metadata)}")
    try:
        _check(metadata, "metadata")
        return np.frombuffer(json.dumps(metadata).encode(), np.uint8)
    except (RecursionError, ValueError) as error:
        text = f"expected a dict that JSON can hold, but {error}; save it among the arrays"
        raise DTypeError(f"metadata: {text}") from error


def _check(value: Any, place: str) -> None:
    if isinstance(value, dict):
        for key, entry in value.items():
            if type(key) is not str:
                raise DTypeError(f"{place}: expected keys of type str, but got {describe(key)}; convert it")
            _check(entry, f"{place}[{key!r:.80}]")
    elif isinstance(value, list):
        for i, entry in enumerate(value):
            _check(entry, f"{place}[{i}]")
    elif value is not None and type(value) not in (bool, int, float, str):
        raise DTypeError(
            f"{place}: expected None, bool, int, float, str, list or dict, but got {describe(value)}; "
            "convert it, or save it among the arrays"
        )


def decode(array: Array) -> dict[str, Any]:
    """The dict of which `encode` made the bytes."""
    metadata = json.loads(array.tobytes().decode())
    if not isinstance(metadata, dict):
        raise WeightFileError("holds metadata that are no dict")
    return metadata
