"""Ctrl-C that waits for a good moment."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class Interrupt:
    """Whether somebody has asked to stop. The second Ctrl-C does not wait any more."""

    def __init__(self) -> None:
        self.asked = False

    def __call__(self, *_: Any) -> None:
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True


@contextmanager
def deferred_interrupt() -> Iterator[Interrupt]:
    """Within the block, Ctrl-C (SIGINT) and SIGTERM only set `asked`; who has not stopped by its end, stops there.

    Signals reach the main thread alone. One that is ignored, as under ``nohup`` or in the background, stays ignored.
    """
    interrupt = Interrupt()
    if threading.current_thread() is not threading.main_thread():
        yield interrupt
        return
    handlers = {kind: signal.getsignal(kind) for kind in (signal.SIGINT, signal.SIGTERM)}
    before = {kind: handler for kind, handler in handlers.items() if handler not in (signal.SIG_IGN, None)}
    try:
        for kind in before:
            signal.signal(kind, interrupt)
        yield interrupt
        if interrupt.asked:
            raise KeyboardInterrupt("stopped")
    finally:
        for kind, handler in before.items():
            signal.signal(kind, handler)
