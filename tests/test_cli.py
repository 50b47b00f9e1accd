"""The command, as a user calls it."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

import rung
from rung.cli import main
from rung.trainer import Trainer
from rung.trainer.folder import Folder


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
        "weights.npz", "last.npz", "best.npz", "log.json", "journal.jsonl", "graph.json", "graph.png", "model.json",
        "curves.png", "confusion.png", "mistakes.png",
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


def test_runs_that_start_at_once_get_a_folder_each(tmp_path):
    command = [sys.executable, "-m", "rung", "train", "--data", "spiral", "--epochs", "1", "--seed"]
    runs = [
        subprocess.Popen([*command, str(seed)], cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        for seed in range(2)
    ]
    assert [run.communicate()[1] for run in runs] == [b""] * 2
    logs = [json.loads(path.read_text()) for path in (tmp_path / "runs").glob("*/log.json")]
    assert sorted(log["settings"]["seed"] for log in logs) == [0, 1]
    assert all(len(log["history"]) == 1 for log in logs)


def test_a_folder_in_which_a_run_is_going_on_is_refused(tmp_path, capsys):
    with Folder(tmp_path).held():
        assert main(["train", "--data", "spiral", "--epochs", "1", "--out", str(tmp_path)]) == 1
    assert "another training is running in" in capsys.readouterr().err
    assert {path.name for path in tmp_path.iterdir()} == set()


@pytest.fixture
def stopped_run(tmp_path, monkeypatch):
    """A run in runs/moons-1 that was stopped in its second epoch."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("rung.cli.train.draw_pictures", lambda *_: [])  # they take longer than all else here
    with monkeypatch.context() as patch:
        stop_at(patch, 15)
        assert main(["train", "--data", "moons", "--epochs", "3", "--seed", "4", "--dropout", "0.2"]) == 130
    return tmp_path / "runs" / "moons-1"


def test_a_resume_takes_the_seed_from_the_run(stopped_run):
    assert main(["train", "--resume"]) == 0
    assert json.loads((stopped_run / "log.json").read_text())["settings"]["seed"] == 4


@pytest.mark.parametrize("option", ["--data moons", "--seed 4", "--seed 0", "--tensorboard", "--lr 0.01", "--out x"])
def test_what_a_resume_takes_from_the_run_cannot_be_given(option, stopped_run, capsys):
    before = {path.name: path.read_bytes() for path in stopped_run.iterdir()}
    assert main(["train", "--resume", "--epochs", "4", *option.split()]) == 1
    assert f"--resume takes all but --epochs from the run, so {option.split()[0]}" in capsys.readouterr().err
    assert {path.name: path.read_bytes() for path in stopped_run.iterdir()} == before


@pytest.mark.parametrize(
    ("log", "said"),
    [
        ("null", "holds none"),
        ("[]", "holds none"),
        ('{"settings": []}', "holds none"),
        ("{", "cannot be read"),
        ({"data": "nope"}, "must be one of digits"),
        ({"data": ["moons"]}, "data in .* must be of str"),
        ({"lr": "x"}, "lr in .* must be of float, but is 'x'"),
        ({"batch_size": None}, "batch_size in .* must be of int, but is None"),
        ({"epochs": "9"}, "epochs in .* must be of int"),
        ({"tensorboard": 0}, "tensorboard in .* must be of bool"),
        ({"seed": True}, "seed in .* must be of int"),
        ({"dropout": 3}, "--dropout must be at least 0 and below 1"),
        ({"hidden": "x"}, "--hidden must be sizes"),
    ],
)
def test_a_log_that_is_damaged_is_one_clear_sentence(log, said, stopped_run, capsys):
    path = stopped_run / "log.json"
    settings = json.loads(path.read_text())["settings"]
    path.write_text(log if isinstance(log, str) else json.dumps({"settings": settings | log}))
    assert main(["train", "--resume", str(stopped_run)]) == 1
    error = capsys.readouterr().err
    assert re.search(said, error)
    assert error.count("\n") == 1


def test_the_latest_run_is_the_one_that_was_written_to_last(stopped_run, capsys):
    others = [stopped_run.with_name(name) for name in ("a-run", "moons-10")]
    for age, other in enumerate(others, 1):
        shutil.copytree(stopped_run, other)
        for path in other.iterdir():
            os.utime(path, (time.time() - 1000 * age,) * 2)
    assert main(["train", "--resume"]) == 0
    assert len(json.loads((stopped_run / "log.json").read_text())["history"]) == 3
    assert all(len(json.loads((other / "log.json").read_text())["history"]) == 1 for other in others)


def test_a_latest_run_without_a_checkpoint_is_not_passed_over_in_silence(stopped_run, capsys):
    killed = stopped_run.with_name("moons-2")
    killed.mkdir()
    shutil.copy(stopped_run / "log.json", killed)
    os.utime(killed / "log.json", (time.time() + 10,) * 2)
    assert main(["train", "--resume"]) == 1
    error = capsys.readouterr().err
    assert "the latest run, runs/moons-2, has no checkpoint; name an older one: --resume runs/moons-1" in error


def test_the_best_weights_are_those_of_the_highest_accuracy(tmp_path):
    assert main(["train", "--data", "spiral", "--epochs", "12", "--out", str(tmp_path)]) == 0
    accuracies = [row["test_accuracy"] for row in json.loads((tmp_path / "log.json").read_text())["history"]]
    model = rung.models.MLP((32, 32, 3), activation=rung.functions.relu)
    model.load_weights(tmp_path / "best.npz")
    test = rung.datasets.Spiral(train=False)
    with rung.no_grad():
        accuracy = float(rung.functions.accuracy(model(test.data), test.label))
    assert accuracy == pytest.approx(max(accuracies))
    assert min(accuracies) < max(accuracies)


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
    assert {path.name for path in tmp_path.iterdir()} == {
        "last.npz", "log.json", "journal.jsonl", "graph.json", "model.json",
    }  # fmt: skip
    assert "stopped in the first epoch; to continue: rung train --resume" in capsys.readouterr().out


def test_version_and_info(capsys):
    with pytest.raises(SystemExit, match="0"):
        main(["--version"])
    assert capsys.readouterr().out == f"rung {rung.__version__}\n"
    assert main(["info"]) == 0
    assert "numpy" in capsys.readouterr().out
    with pytest.raises(SystemExit, match="2"):
        main([])
