"""A public function and the op class behind it share one text and one name, so nothing is said twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


def documented(op: type) -> Callable[[F], F]:
    """Give a function the docstring of its op (and its family), and the op the function's name for messages."""

    def decorate(function: F) -> F:
        function.__doc__ = (op.__doc__ or "") + op.common_doc  # type: ignore[attr-defined]
        op.name = function.__name__  # type: ignore[attr-defined]
        return function

    return decorate
