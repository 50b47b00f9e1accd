"""Trainings that are killed, interrupted, or given too little memory, and go on."""

import os
import random
import resource
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import numpy as np

import rung
import rung.functions as F
from rung import Variable
from rung.config import Config
from rung.errors import MutationError

from .processes import ONE_THREAD, TESTS, in_own_process
from .rows import row

PROGRAM = TESTS / "trainer" / "program.py"
STEPS = 24  # of the program


def _train(folder, *options, hash_seed=0, **more):
    env = os.environ | ONE_THREAD | {"PYTHONHASHSEED": str(hash_seed)}
    return subprocess.Popen([sys.executable, str(PROGRAM), str(folder), *options], env=env, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, **more)  # fmt: skip


def _finished(process):
    out, _ = process.communicate(timeout=300)
    return process.returncode, out.strip()


@row("kill -9 of a training, then resumed: the same weights, bit for bit")
def killed_and_resumed(trial):
    _, undisturbed = _finished(_train(trial.folder / "undisturbed"))
    chance = random.Random(0)
    for i in trial.each(range(20), quick=2):
        folder, step = trial.folder / str(i), chance.randint(1, STEPS)
        code, _ = _finished(_train(folder, "--steps-before-death", str(step), hash_seed=i))
        if code != -signal.SIGKILL:
            trial.bad(f"step {step}: was not killed, but ended with {code}")
        code, resumed = _finished(_train(folder, hash_seed=i + 1))
        if code:
            trial.lost(f"step {step}: could not be resumed")
        elif resumed != undisturbed:
            trial.wrong(f"step {step}: other weights")


@row("Ctrl-C at random moments of a training, then resumed: the same weights")
def interrupted_and_resumed(trial):
    _, undisturbed = _finished(_train(trial.folder / "undisturbed"))
    chance = random.Random(1)
    for i in trial.each(range(20), quick=2):
        folder = trial.folder / str(i)
        process = _train(folder)
        while process.poll() is None and not (folder / "last.npz").exists():
            time.sleep(0.005)
        time.sleep(chance.random() * 0.15)
        process.send_signal(signal.SIGINT)
        _finished(process)
        code, resumed = _finished(_train(folder))
        if code:
            trial.lost(f"{i}: could not be resumed")
        elif resumed != undisturbed:
            trial.wrong(f"{i}: other weights")


@row(
    "Ctrl-C to a training and its loader's workers, from their start on: it ends with 130, and nothing of it is left"
)
def interrupted_with_workers(trial):
    _, undisturbed = _finished(_train(trial.folder / "undisturbed"))
    chance = random.Random(2)
    for i in trial.each(range(20), quick=1):
        folder = trial.folder / str(i)
        process = _train(folder, "--workers", "2", start_new_session=True)
        while process.poll() is None and not (folder / "running.lock").exists():
            time.sleep(0.005)
        time.sleep(0.05 + chance.random() * 2)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to all of them
        code, out = _finished(process)
        if code != 130 and out != undisturbed:
            trial.bad(f"{i}: ended with {code}")
        deadline = time.monotonic() + 5
        while _alive(process.pid) and time.monotonic() < deadline:
            time.sleep(0.05)
        if _alive(process.pid):
            trial.bad(f"{i}: left processes behind")
        if _finished(_train(folder)) != (0, undisturbed):
            trial.wrong(f"{i}: other weights after the resume")


def _alive(group):
    """The processes of a group that are not ended."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, _, its_group = path.read_text().rpartition(")")[2].split()[:3]
            if int(its_group) == group and state != "Z":
                found.append(path)
    return found


@row("no memory for a step: an error, and the next smaller step works")
@in_own_process()
def out_of_memory(trial):
    model = rung.models.MLP((64, 2))
    small = np.ones((16, 64), np.float32)
    _step(model, small)
    in_use = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (in_use + (256 << 20), resource.RLIM_INFINITY))
    for _ in trial.each(range(50), quick=5):
        try:
            _step(model, np.broadcast_to(small[:1], (4_000_000, 64)))
            trial.bad("256 MiB were enough for 1 GiB")
        except MemoryError:
            pass
        before = model.layers[0].W.data.copy()
        _step(model, small)
        if not np.isfinite(model.layers[0].W.data).all() or np.array_equal(before, model.layers[0].W.data):
            trial.wrong("the step after it did not learn")


def _step(model, x):
    loss = F.mean_squared_error(model(x), np.zeros((len(x), 2), np.float32))
    model.cleargrads()
    loss.backward()
    for parameter in model.params():
        parameter.data -= 0.01 * parameter.grad.data


@row("threads in different modes: none sees another's")
def threads(trial):
    for _ in trial.each(range(200), quick=10):
        barrier, seen = threading.Barrier(2), {}

        def quiet(barrier=barrier, seen=seen):
            with rung.no_grad(), rung.test_mode():
                barrier.wait()
                seen["quiet"] = (Variable(1.0) * 2).creator is None, Config.train
                barrier.wait()

        def loud(barrier=barrier, seen=seen):
            barrier.wait()
            seen["loud"] = (Variable(1.0) * 2).creator is None, Config.train
            barrier.wait()

        together = [threading.Thread(target=quiet), threading.Thread(target=loud)]
        for thread in together:
            thread.start()
        for thread in together:
            thread.join()
        if seen != {"quiet": (True, False), "loud": (False, True)}:
            trial.wrong(f"{seen}")


@row("writes to saved arrays between forward and backward: an error, or the old gradient")
def mutation(trial):
    rng = np.random.default_rng(0)
    functions = [
        F.exp,
        F.tanh,
        F.sqrt,
        lambda x: x * x,
        lambda x: x @ np.ones((4, 2)),
        F.softmax,
        F.square,
        F.logsumexp,
    ]
    for i in trial.each(range(4000), quick=200):
        x = Variable(rng.uniform(0.5, 2, (3, 4)))
        f = functions[i % len(functions)]
        expected = rung.grad(f(x), x).data
        y = f(x)
        victim = (x, y, x[1:], x.reshape(12))[i // len(functions) % 4]
        if victim.data.flags.writeable:
            victim.data[...] = rng.standard_normal(victim.shape)
        try:
            actual = rung.grad(y, x).data
        except MutationError:
            continue
        if not np.allclose(actual, expected):
            trial.wrong(f"function {i % len(functions)}: another gradient")
