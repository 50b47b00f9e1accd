"""Who looks on while a program runs, such as a recorder of pictures: `Mode.watcher`.

A watcher is told what happens, and changes nothing. Where there is none, each of these places costs one `if`:
a call of a function, a backward pass, a node that it visits, a call of a layer, an update by an optimizer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol


class PassWatcher(Protocol):
    """Is told what one backward pass does."""

    def visit(self, node: Any, *arguments: Any) -> list[tuple[Any, Any]]:
        """Run the derivative of this node: `node.pull` of the arguments, whose result is returned as it is."""

    def arrived(self, arrivals: Iterable[tuple[Any, Any]], waiting: dict[Any, Any], found: Any) -> None:
        """Gradients, each with its record, were added to what was there, and their nodes put into the queue.

        Args:
            arrivals: from the roots at first, then from the node that was visited last.
            waiting: the nodes in the queue, each with the gradients of its outputs so far, and their records.
            found: the gradients so far of the records that the pass is after; None if it is after all leaves.
        """


class Watcher(Protocol):
    """Is told what a program does."""

    def calls(self, op: Any) -> None:
        """A function is about to be called; `called` or `failed` comes next."""

    def called(self, op: Any, inputs: tuple[Any, ...], outputs: Any) -> None:
        """A function was called on inputs as the program gave them; `outputs` is a Variable, or a tuple of them."""

    def failed(self, op: Any, inputs: tuple[Any, ...]) -> None:
        """A call raised the exception that is being handled."""

    def backward(self, roots: Sequence[tuple[Any, Any]], plain: bool) -> AbstractContextManager[PassWatcher]:
        """A backward pass runs inside this context."""

    def layer(self, layer: Any) -> AbstractContextManager[None]:
        """A call of a layer runs inside this context."""

    def update(self, optimizer: Any) -> AbstractContextManager[None]:
        """An update by an optimizer runs inside this context."""

    def compiled(self, function: Any) -> AbstractContextManager[None] | None:
        """A compiled function runs inside this context, untold; None to have it run as if it were not compiled."""
