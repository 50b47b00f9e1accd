"""How a public function gets its text and its name into messages: from its op, or as a composition of ops."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, TypeVar, cast

from rung.core.function import OURS
from rung.core.variable import Variable
from rung.cuda import is_array
from rung.dtypes import NUMBERS
from rung.errors import DTypeError, MissingExtraError, RungError, message

FOREIGN: tuple[type[Exception], ...] = (*OURS, AttributeError)

F = TypeVar("F", bound=Callable[..., Any])


def documented(op: type) -> Callable[[F], F]:
    """Give a function the docstring of its op (and its family), and the op the function's name for messages."""

    def decorate(function: F) -> F:
        text, mark, examples = inspect.cleandoc(op.__doc__ or "").partition("\n>>>")
        parts = [text.rstrip(), inspect.cleandoc(op.common_doc), mark.lstrip() + examples]  # type: ignore[attr-defined]
        function.__doc__ = "\n\n".join(filter(None, parts))
        op.name = function.__name__  # type: ignore[attr-defined]
        # Without options, the op itself says all in its own name, and nothing is put between a call and its op.
        return composed(function) if function.__code__.co_argcount > len(op.input_names) else function  # type: ignore[attr-defined]

    return decorate


def composed(function: F) -> F:
    """A public function made of ops: what goes wrong inside is said in its name, and in Rung's errors."""
    name = function.__name__

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except MissingExtraError:
            raise
        except RungError as error:
            if str(error).startswith(f"{name}: "):
                raise
            raise type(error)(f"{name}: {error}") from error
        except FOREIGN as error:
            raise _in_our_words(name, error, args) from error

    return cast(F, call)


def _in_our_words(name: str, error: Exception, args: tuple[Any, ...]) -> RungError:
    if isinstance(error, (TypeError, AttributeError)):
        for i, x in enumerate(args):
            if not (isinstance(x, (Variable, *NUMBERS)) or is_array(x)):
                came = {f"argument_{i}": x}
                return DTypeError(message(name, "expected Variables, arrays, numbers or options", str(error), **came))
        return DTypeError(f"{name}: {error}")
    kind = next(ours for theirs, ours in OURS.items() if isinstance(error, theirs))
    return kind(f"{name}: {error}")
