"""The steps of a save that reach the operating system, so that each one can be made to fail, or to be the last."""

import io
import os
from contextlib import ExitStack, contextmanager
from unittest.mock import patch

CALLS = ("open", "chmod", "fsync", "replace")


@contextmanager
def at_step(number, act):
    """Within the block, call `act` before the step of this number, counted from 1. Gives the steps' names.

    Steps are the calls in `CALLS`, opening the temporary file, and every write to it. The disk takes only half of
    what it is handed at a time, so that files are also caught half-written.
    """
    steps = []

    def step(name):
        steps.append(name)
        if len(steps) == number:
            act()

    class Disk(io.FileIO):
        def write(self, data):
            step("write")
            return super().write(data[: max(len(data) // 2, 64)])

    def open_file(path, mode):
        step("open")
        return io.BufferedRandom(Disk(path, mode.replace("b", "")))

    def counted(name, real):
        return lambda *args, **options: (step(name), real(*args, **options))[1]

    with ExitStack() as patches:
        patches.enter_context(patch("rung.files.open", open_file, create=True))
        for name in CALLS:
            patches.enter_context(patch.object(os, name, counted(name, getattr(os, name))))
        yield steps


def steps_of(save):
    """The names of the steps of a save, in their order."""
    with at_step(0, act=None) as steps:
        save()
    return steps
