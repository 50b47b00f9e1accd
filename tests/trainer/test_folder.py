"""One trainer at a time writes into a folder, and none over what another one has left there."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from trainer.small import At, loader, make

from rung.errors import ValueRangeError
from rung.trainer import Callback
from rung.trainer.folder import LOCK, Folder


def test_a_second_trainer_is_refused_while_one_is_running(tmp_path):
    second = make(tmp_path)

    def disturb():
        for call in (lambda: second.fit(loader(), 1), second.save):
            with pytest.raises(ValueRangeError, match="another training is running in"):
                call()

    make(tmp_path, callbacks=[At(2, disturb)]).fit(loader(), 1)
    assert second.step == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["best.npz", "last.npz"]


def test_the_lock_of_a_process_that_was_killed_is_nobodys(tmp_path):
    code = "import os, sys; from rung.trainer.folder import Folder\n"
    code += "with Folder(sys.argv[1]).held(): os.kill(os.getpid(), 9)"
    env = os.environ | {"PYTHONPATH": str(Path(__file__).parent.parent.parent)}
    assert subprocess.run([sys.executable, "-c", code, str(tmp_path)], env=env).returncode == -signal.SIGKILL
    assert (tmp_path / LOCK).exists()
    make(tmp_path).fit(loader(), 1)


def test_a_lock_that_is_let_go_at_the_last_moment_is_taken_anew(tmp_path, monkeypatch):
    """The file may be gone from its name between opening and locking; then the lock is worth nothing."""
    from rung.trainer import folder

    def let_go(descriptor, lock=folder._lock):
        monkeypatch.setattr(folder, "_lock", lock)
        os.unlink(tmp_path / LOCK)
        return lock(descriptor)

    monkeypatch.setattr(folder, "_lock", let_go)
    with Folder(tmp_path).held():
        assert (tmp_path / LOCK).exists()
        with pytest.raises(ValueRangeError), Folder(tmp_path).held():
            pass


def test_a_checkpoint_that_another_run_has_written_since_is_not_written_over(tmp_path):
    make(tmp_path).fit(loader(), 1)
    first, second = make(tmp_path), make(tmp_path)
    first.resume()
    second.resume()
    second.fit(loader(), 3)
    with pytest.raises(ValueRangeError, match="holds the checkpoint of another run"):
        first.fit(loader(), 2)
    first.resume()
    assert first.epoch == 3


def test_the_folder_stays_where_it_was_when_the_program_moves(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    make("runs/x", callbacks=[At(2, lambda: os.chdir(elsewhere))]).fit(loader(), 1)
    assert (tmp_path / "runs/x/last.npz").exists()
    assert list(elsewhere.iterdir()) == []


def test_save_every_saves_at_those_steps_alone(tmp_path):
    saved = []
    trainer = make(tmp_path, save_every=3, callbacks=[Callback()])
    save = trainer.save
    trainer.save = lambda: (saved.append(trainer.step), save())
    trainer.fit(loader(), 2)
    assert saved == [3, 4, 6, 8]


def test_a_new_run_does_not_touch_the_weights_of_the_old_one(tmp_path):
    old = make(tmp_path)
    old.fit(loader(), 1)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(ValueRangeError, match="another run"):
        make(tmp_path).save()
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
