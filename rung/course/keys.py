"""Single keys from a terminal, without Enter, and saves of files: the two things that `watch` waits for."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

PAUSE = 0.15  # seconds between two looks at the files


def stamps(folder: Path) -> dict[str, tuple[int, int]]:
    """What tells whether a Python file in a folder has changed: its time and its size."""
    found = {}
    for path in folder.rglob("*.py"):
        with suppress(OSError):  # it may vanish while an editor saves
            status = path.stat()
            found[str(path)] = (status.st_mtime_ns, status.st_size)
    return found


class Saves:
    """Notices saves in a folder, woken by watchfiles where that is installed, else by looking again and again."""

    def __init__(self, folder: Path):
        self.folder, self.known = folder, stamps(folder)
        self.wakers = _wakers(folder)

    def changed(self) -> bool:
        """Whether something was saved since the last call."""
        now = stamps(self.folder)
        changed, self.known = now != self.known, now
        return changed

    def wait(self) -> None:
        """Sleep a little, or until something is saved."""
        if next(self.wakers, None) is None:
            time.sleep(PAUSE)


def _wakers(folder: Path) -> Iterator[object]:
    """A stream that gives something after every save and every pause; empty without watchfiles."""
    try:
        import watchfiles
    except ImportError:
        return iter(())
    pause = int(PAUSE * 1000)
    found: Iterator[object] = watchfiles.watch(
        folder, rust_timeout=pause, yield_on_timeout=True, step=10, debounce=50, raise_interrupt=True
    )
    return found


class Keys:
    """The keys that were pressed; from a pipe, its letters."""

    def __init__(self) -> None:
        self.terminal = sys.stdin.isatty()
        self.usual: list[Any] = []

    @contextmanager
    def single(self) -> Iterator[None]:
        """Keys arrive at once inside the block and are not echoed; Ctrl-C still interrupts."""
        if not self.terminal or os.name == "nt":
            yield
            return
        import termios
        import tty

        self.usual = termios.tcgetattr(sys.stdin)
        try:
            tty.setcbreak(sys.stdin, termios.TCSANOW)
            yield
        finally:
            termios.tcsetattr(sys.stdin, termios.TCSANOW, self.usual)

    @contextmanager
    def lines(self) -> Iterator[None]:
        """Whole lines can be typed inside this block within the other."""
        if not self.terminal or os.name == "nt":
            yield
            return
        import termios
        import tty

        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, self.usual)
        try:
            yield
        finally:
            tty.setcbreak(sys.stdin, termios.TCSANOW)

    def pressed(self) -> str:
        """A key that was pressed, or nothing; ``q`` at the end of the input."""
        if os.name == "nt":
            return _pressed_on_windows()
        import select

        if not select.select([sys.stdin], [], [], 0)[0]:
            return ""
        return os.read(sys.stdin.fileno(), 1).decode(errors="replace") or "q"


def _pressed_on_windows() -> str:
    import msvcrt

    console: Any = msvcrt
    return str(console.getwch()) if console.kbhit() else ""
