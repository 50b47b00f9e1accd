"""A public function and the op class behind it share one text and one name, so nothing is said twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


def documented(op: type) -> Callable[[F], F]:
    """Give a function the docstring of its op (and its family), and the op the function's name for messages."""

    def decorate(function: F) -> F:
        text, mark, examples = (op.__doc__ or "").partition("    >>>")
        function.__doc__ = text.rstrip() + "\n" + op.common_doc + "\n" * bool(mark) + mark + examples  # type: ignore[attr-defined]
        op.name = function.__name__  # type: ignore[attr-defined]
        return function

    return decorate
