"""`rung learn watch` in a real terminal: it checks on save, does what keys say, and waits."""

import os
import re
import sys
import time

import pytest

pty = pytest.importorskip("pty")


class Terminal:
    """A process in a pseudo-terminal."""

    def __init__(self, *arguments):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update(TERM="xterm-256color", COLUMNS="100", LINES="40")
            os.execv(sys.executable, [sys.executable, "-m", "rung", *arguments])
        self.text = ""

    def until(self, pattern, seconds=60):
        """Read until a text comes; return all that came since the last time."""
        import select

        end, begin = time.monotonic() + seconds, len(self.text)
        while time.monotonic() < end:
            found = re.search(pattern, self.text[begin:])
            if found:
                return self.text[begin:]
            if select.select([self.fd], [], [], 0.2)[0]:
                try:
                    raw = os.read(self.fd, 65536).decode(errors="replace")
                except OSError:
                    break
                self.text += re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", raw)
        raise AssertionError(f"{pattern!r} did not come, but: {self.text[begin:]}")

    def press(self, keys):
        os.write(self.fd, keys.encode())

    def end(self):
        """The exit status."""
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def write(work, text):
    (work.package / "core.py").write_text(text, encoding="utf-8")


def test_a_step_in_watch(work):
    terminal = Terminal("learn", "watch")
    terminal.until(r"✗ Two times two(.|\n)*quit")
    terminal.press("h")
    terminal.until("Why")
    terminal.press("n")
    terminal.until("not passed yet")
    write(work, "def double(x):\n    return x * x\n")
    terminal.until(r"✗ small(.|\n)*expected  1.0(.|\n)*quit")
    terminal.press("r")
    terminal.until("441")
    write(work, "def double(x):\n    return x + x\n")
    terminal.until(r"Step 1 is passed(.|\n)*n next(.|\n)*quit")
    terminal.press("d")
    terminal.until(r"return 2 \* x(.|\n)*quit")
    terminal.press("n")
    terminal.until(r"A question(.|\n)*answer(.|\n)*quit")
    terminal.press("a")
    number = int(re.search(r"twice (\d+)", terminal.until(r"twice \d+\?(.|\n)*> "))[1])
    terminal.press("1\n")
    assert number == int(re.search(r"twice (\d+)", terminal.until(r"no(.|\n)*twice \d+\?(.|\n)*> "))[1])
    terminal.press(f"{2 * number}\n")
    terminal.until(r"right(.|\n)*> ")
    terminal.press("yes\n")
    terminal.until(r"Step 2 is passed(.|\n)*quit")
    terminal.press("q")
    terminal.until("all is kept")
    assert terminal.end() == 0


def test_reset_asks_first_and_ctrl_c_leaves_all_as_it_was(work):
    write(work, "mine = 1\n")
    terminal = Terminal("learn", "watch")
    terminal.until("quit")
    terminal.press("x")
    terminal.until(r"\[y/N\]")
    terminal.press("n\n")
    terminal.until("nothing was changed")
    assert (work.package / "core.py").read_text(encoding="utf-8") == "mine = 1\n"
    terminal.press("x")
    terminal.until(r"\[y/N\]")
    terminal.press("y\n")
    terminal.until("your work as it was")
    assert "TODO" in (work.package / "core.py").read_text(encoding="utf-8")
    terminal.press("\x03")
    terminal.until("all is kept")
    assert terminal.end() == 0
