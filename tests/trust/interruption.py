"""Saves that are cut off: killed at every step, killed or interrupted at any moment, in each other's way."""

import os
import random
import signal
import time
import warnings
from itertools import cycle

import numpy as np

from rung.serializers import save_arrays

from .processes import fork, in_own_process, status_of
from .rows import not_possible_here, row
from .samples import ARRAYS, OTHERS, SUFFIXES, file_of, judge_folder, judge_saved
from .steps import at_step, steps_of


def _kill_this_process():
    os.kill(os.getpid(), signal.SIGKILL)


@row("kill -9 at every step of a save")
@in_own_process()
def killed_at_every_step(trial):
    if os.name != "posix":
        not_possible_here("there is no kill -9")
    for suffix in SUFFIXES:
        path = file_of(trial.folder, suffix)
        steps = steps_of(lambda path=path: save_arrays(path, OTHERS))
        for number in trial.each(range(1, len(steps) + 1)):
            what = f"{suffix}, step {number} ({steps[number - 1]})"
            save_arrays(path, ARRAYS)

            def save(number=number, path=path):
                with at_step(number, _kill_this_process):
                    save_arrays(path, OTHERS)

            if status_of(fork(save)) != -signal.SIGKILL:
                trial.bad(f"{what}: was not killed")
            judge_saved(trial, path, what, OTHERS if "replace" in steps[: number - 1] else ARRAYS)
            _grow_old(path.parent)
            save_arrays(path, ARRAYS)
            judge_folder(trial, path, what)
        path.unlink()


def _grow_old(folder):
    """Make the files that are there a day old."""
    for path in folder.iterdir():
        os.utime(path, (time.time() - 86400,) * 2)


def _cut_off(path, number, delay):
    """Send a signal to a process that saves all the time; the status that it ends with."""
    ready, started = os.pipe()

    def save_on_and_on():
        warnings.simplefilter("ignore", ResourceWarning)  # what an interrupted open() opened is closed by itself
        try:
            for arrays in cycle([OTHERS, ARRAYS]):
                save_arrays(path, arrays)
                os.write(started, b".")
        except KeyboardInterrupt:
            pass

    pid = fork(save_on_and_on)
    os.close(started)
    os.read(ready, 1)
    time.sleep(delay)
    os.kill(pid, number)
    status = status_of(pid)
    os.close(ready)
    return status


def _cut_off_often(trial, number, expected, how_often, quick):
    chance = random.Random(0)
    for i in trial.each(range(how_often), quick):
        path = file_of(trial.folder, SUFFIXES[i % 2])
        status = _cut_off(path, number, chance.uniform(0, 0.02))
        if status != expected:
            trial.bad(f"trial {i} ended with {status}")
        judge_saved(trial, path, f"trial {i}", ARRAYS, OTHERS)
        if number == signal.SIGKILL:
            _grow_old(path.parent)
            save_arrays(path, ARRAYS)
        judge_folder(trial, path, f"trial {i}")
        path.unlink()


@row("kill -9 at a random moment of saving on and on")
@in_own_process()
def killed_at_random(trial):
    _cut_off_often(trial, signal.SIGKILL, -signal.SIGKILL, 500, quick=30)


@row("Ctrl-C at a random moment of saving on and on")
@in_own_process()
def interrupted_at_random(trial):
    _cut_off_often(trial, signal.SIGINT, 0, 2500, quick=40)


@row("four processes that save to one name while a fifth reads it")
@in_own_process()
def saving_at_once(trial):
    path, stop = trial.folder / "own" / "weights.npz", trial.folder / "stop"
    path.parent.mkdir()
    versions = [{"who": np.full(2000, i)} for i in range(4)]
    save_arrays(path, versions[0])

    def save_on_and_on(version):
        while not stop.exists():
            save_arrays(path, version)

    pids = [fork(lambda version=version: save_on_and_on(version)) for version in versions]
    for i in trial.each(range(5000), quick=200):
        judge_saved(trial, path, f"reading {i}", *versions)
    stop.touch()
    if sum(status_of(pid) != 0 for pid in pids):
        trial.bad("a process failed to save")
    judge_folder(trial, path, "at the end")
