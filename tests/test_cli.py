"""The command, as a user calls it."""

import json
import os
import signal
import subprocess
import sys

import numpy as np
import pytest

import rung
from rung.cli import main
from rung.trainer import Trainer


def rung_command(*arguments, cwd, **environment):
    return subprocess.run(
        [sys.executable, "-m", "rung", *arguments], cwd=cwd, capture_output=True, text=True,
        env={**os.environ, **environment},
    )  # fmt: skip


def test_train_learns_digits_and_leaves_everything(tmp_path):
    pytest.importorskip("sklearn")
    pytest.importorskip("matplotlib")
    run = rung_command("train", "--epochs", "20", cwd=tmp_path)
    assert run.returncode == 0, run.stderr
    folder = tmp_path / "runs" / "digits-1"
    assert {p.name for p in folder.iterdir()} == {
        "weights.npz", "last.npz", "best.npz", "log.json", "curves.png", "confusion.png", "mistakes.png"
    }  # fmt: skip
    log = json.loads((folder / "log.json").read_text())
    assert log["settings"]["data"] == "digits"
    assert len(log["history"]) == 20
    assert log["history"][-1]["test_accuracy"] > 0.95
    assert f"{log['history'][-1]['test_accuracy']:.2%}" in run.stdout
    model = rung.models.MLP((256, 128, 10), activation=rung.functions.relu)
    model.load_weights(folder / "weights.npz")
    test = rung.datasets.Digits(train=False)
    with rung.no_grad():
        y = model(test.data)
    assert (y.data.argmax(1) == test.label).mean() == pytest.approx(log["history"][-1]["test_accuracy"])


def test_the_same_seed_gives_the_same_weights(tmp_path):
    for name, seed in (("a", 5), ("b", 5), ("c", 6)):
        options = ["--data", "spiral", "--epochs", "2", "--seed", str(seed), "--out", str(tmp_path / name)]
        assert main(["train", *options]) == 0
    a, b, c = (dict(np.load(tmp_path / name / "weights.npz")) for name in "abc")
    assert all(np.array_equal(a[name], b[name]) for name in a)
    assert not all(np.array_equal(a[name], c[name]) for name in a)


def stop_at(monkeypatch, step):
    """Press Ctrl-C after an update."""
    update = Trainer._update

    def stopping(trainer, batches):
        update(trainer, batches)
        if trainer.step == step:
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(Trainer, "_update", stopping)


def test_a_run_that_was_stopped_is_resumed_as_if_it_had_not_been(tmp_path, monkeypatch, capsys):
    options = ["--data", "moons", "--epochs", "4", "--dropout", "0.2"]
    monkeypatch.chdir(tmp_path)
    assert main(["train", *options, "--out", "whole"]) == 0
    with monkeypatch.context() as patch:
        stop_at(patch, 10)
        assert main(["train", *options]) == 130
    assert "to continue: rung train --resume runs/moons-1" in capsys.readouterr().out
    assert main(["train", "--resume"]) == 0
    assert "since the resume" in capsys.readouterr().out
    a, b = (dict(np.load(tmp_path / name / "weights.npz")) for name in ("whole", "runs/moons-1"))
    assert all(np.array_equal(a[name], b[name]) for name in a)
    with pytest.raises(SystemExit):
        main(["train", "--resume", "--data", "nothing"])
    assert main(["train", "--resume", str(tmp_path)]) == 1
    assert "has none" in capsys.readouterr().err


def test_a_second_run_gets_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for _ in range(2):
        assert main(["train", "--data", "spiral", "--epochs", "1"]) == 0
    assert {p.name for p in (tmp_path / "runs").iterdir()} == {"spiral-1", "spiral-2"}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--epochs", "0"], "--epochs must be at least 1, but got 0"),
        (["--hidden", "big"], "--hidden must be sizes up to 100000, such as 256,128, but got 'big'"),
        (["--hidden", "99999999999"], "--hidden must be sizes up to 100000"),
        (["--lr", "-1"], "--lr must be a number of at least 0, but got -1"),
        (["--lr", "nan"], "--lr must be a number of at least 0, but got nan"),
        (["--batch-size", "0"], "--batch-size must be at least 1, but got 0"),
        (["--dropout", "1"], "--dropout must be at least 0 and below 1, but got 1"),
        (["--seed", "-1"], "--seed must be at least 0, but got -1"),
    ],
)
def test_a_wrong_option_is_one_clear_sentence(options, said, tmp_path, capsys):
    assert main(["train", "--data", "spiral", "--out", str(tmp_path / "out"), *options]) == 1
    assert not (tmp_path / "out").exists()
    error = capsys.readouterr().err
    assert error.startswith("rung: ")
    assert said in error
    assert error.count("\n") == 1


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_loss_that_blows_up_says_what_may_help(tmp_path, capsys):
    assert main(["train", "--data", "spiral", "--out", str(tmp_path), "--lr", "1e30"]) == 1
    assert "a smaller learning rate may help" in capsys.readouterr().err


def test_ctrl_c_keeps_what_was_learnt(tmp_path, monkeypatch):
    stop_at(monkeypatch, 25)
    assert main(["train", "--data", "spiral", "--out", str(tmp_path), "--epochs", "9"]) == 130
    assert len(json.loads((tmp_path / "log.json").read_text())["history"]) == 2
    assert (tmp_path / "weights.npz").exists()


def test_ctrl_c_in_the_first_epoch_leaves_a_checkpoint(tmp_path, monkeypatch, capsys):
    stop_at(monkeypatch, 2)
    assert main(["train", "--data", "spiral", "--out", str(tmp_path)]) == 130
    assert {path.name for path in tmp_path.iterdir()} == {"last.npz", "log.json"}
    assert "stopped in the first epoch; to continue: rung train --resume" in capsys.readouterr().out


def test_version_and_info(capsys):
    with pytest.raises(SystemExit, match="0"):
        main(["--version"])
    assert capsys.readouterr().out == f"rung {rung.__version__}\n"
    assert main(["info"]) == 0
    assert "numpy" in capsys.readouterr().out
    with pytest.raises(SystemExit, match="2"):
        main([])
