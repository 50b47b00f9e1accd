"""The command, as a user calls it."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

import rung
from rung.cli import main


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
        "weights.npz", "log.json", "curves.png", "confusion.png", "mistakes.png"
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
    assert "no longer a number; a smaller --lr may help" in capsys.readouterr().err


def test_ctrl_c_keeps_what_was_learnt(tmp_path, monkeypatch):
    train = sys.modules["rung.cli.train"]
    evaluate, calls = train.evaluate, []

    def interrupted(*arguments):
        calls.append(arguments)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return evaluate(*arguments)

    monkeypatch.setattr(train, "evaluate", interrupted)
    assert main(["train", "--data", "spiral", "--out", str(tmp_path), "--epochs", "9"]) == 130
    assert len(json.loads((tmp_path / "log.json").read_text())["history"]) == 2
    assert (tmp_path / "weights.npz").exists()


def test_version_and_info(capsys):
    with pytest.raises(SystemExit, match="0"):
        main(["--version"])
    assert capsys.readouterr().out == f"rung {rung.__version__}\n"
    assert main(["info"]) == 0
    assert "numpy" in capsys.readouterr().out
    with pytest.raises(SystemExit, match="2"):
        main([])
