"""A training that was stopped and resumed gives the weights of one that was not, bit for bit."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from trainer import program

from rung.errors import WeightFileError
from rung.models import MLP

PROGRAM = Path(program.__file__)
STEPS = program.EPOCHS * program.STEPS_PER_EPOCH


class Killed(Exception):
    pass


def kill():
    raise Killed


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    return program.train(tmp_path_factory.mktemp("undisturbed"))


@pytest.mark.parametrize("step", [1, 2, 7, 8, 9, 12, 16, 23, 24])
def test_resumed_in_this_process(step, undisturbed, tmp_path):
    with pytest.raises(Killed):
        program.train(tmp_path, program.Death(step, kill))
    assert program.train(tmp_path) == undisturbed


def test_resumed_again_and_again(undisturbed, tmp_path):
    for step in (3, 4, 11, 20):
        with pytest.raises(Killed):
            program.train(tmp_path, program.Death(step, kill))
    assert program.train(tmp_path) == undisturbed


def test_a_checkpoint_some_steps_back_will_do(undisturbed, tmp_path):
    with pytest.raises(Killed):
        program.train(tmp_path, program.Death(14, kill), save_every=5)
    assert program.train(tmp_path, save_every=5) == undisturbed


def run(folder, *options, hash_seed="0"):
    env = os.environ | {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(PROGRAM.parent.parent)}
    return subprocess.Popen([sys.executable, str(PROGRAM), str(folder), *options], stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True, env=env)  # fmt: skip


def finish(process):
    out, err = process.communicate(timeout=120)
    return process.returncode, out.strip(), err


def test_after_kill_9_and_under_another_hash_seed(undisturbed, tmp_path):
    for hash_seed, step in (("1", 5), ("2", 13)):
        code, _, err = finish(run(tmp_path, "--steps-before-death", str(step), hash_seed=hash_seed))
        assert code == -signal.SIGKILL, err
    assert finish(run(tmp_path, hash_seed="3")) == (0, undisturbed, "")


def test_after_ctrl_c_at_random_moments(undisturbed, tmp_path):
    rng = random.Random(0)
    stopped = 0
    for _ in range(6):
        process = run(tmp_path)
        while process.poll() is None and not (tmp_path / "last.npz").exists():
            time.sleep(0.01)
        time.sleep(rng.random() * 0.1)
        process.send_signal(signal.SIGINT)
        code, out, _ = finish(process)
        stopped += code != 0
        assert code or out == undisturbed
    assert stopped  # in the loop, or while Python was still starting
    assert finish(run(tmp_path))[:2] == (0, undisturbed)


def test_without_a_checkpoint_it_starts_from_the_beginning(tmp_path):
    assert not program.make_trainer(tmp_path / "new").resume()
    assert not program.make_trainer(None).resume()


def test_a_damaged_or_foreign_checkpoint_changes_nothing(tmp_path):
    program.train(tmp_path)
    last = tmp_path / "last.npz"
    good = last.read_bytes()
    trainer = program.make_trainer(tmp_path)
    trainer.model(np.ones((1, 5), np.float32))
    before = program.fingerprint(trainer)
    last.write_bytes(good[: len(good) // 2])
    with pytest.raises(WeightFileError):
        trainer.resume()
    model = MLP((2,))
    model(np.ones((1, 2), np.float32))
    model.save_weights(last)
    with pytest.raises(WeightFileError, match="not a checkpoint"):
        trainer.resume()
    assert program.fingerprint(trainer) == before
