"""Values in nested lists, tuples and dicts, as people hand them to functions and get them back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def map_tree(function: Callable[[Any], Any], tree: Any) -> Any:
    """The same nest with `function` of every value in it.

    >>> map_tree(lambda x: 2 * x, {"a": 1, "b": [2, (3,)]})
    {'a': 2, 'b': [4, (6,)]}
    """
    if isinstance(tree, dict):
        return {name: map_tree(function, part) for name, part in tree.items()}
    if isinstance(tree, (list, tuple)):
        parts = [map_tree(function, part) for part in tree]
        return type(tree)(*parts) if hasattr(tree, "_fields") else type(tree)(parts)  # a named tuple takes them apart
    return function(tree)


def leaves(tree: Any) -> list[Any]:
    """Every value, in order.

    >>> leaves({"a": 1, "b": [2, (3,)]})
    [1, 2, 3]
    """
    found: list[Any] = []
    _gather(tree, found)
    return found


def _gather(tree: Any, found: list[Any]) -> None:
    if isinstance(tree, (list, tuple, dict)):
        for part in tree.values() if isinstance(tree, dict) else tree:
            _gather(part, found)
    else:
        found.append(tree)
