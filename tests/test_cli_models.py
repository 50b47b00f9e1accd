"""`rung train --model`: each model learns what it is for, and says so of what it is not."""

import json

import pytest

from rung.cli import main
from rung.cli.choices import DATASETS, MODELS, build, defaults
from rung.datasets import Digits
from rung.errors import ValueRangeError


@pytest.fixture
def small_text(tmp_path, monkeypatch):
    """A text in the place of Shakespeare's, in a folder of one's own."""
    folder = tmp_path / "data" / "tinyshakespeare"
    folder.mkdir(parents=True)
    (folder / "input.txt").write_text("To be, or not to be, that is the question.\n" * 80, encoding="ascii")
    monkeypatch.setenv("RUNG_DATA", str(tmp_path / "data"))


def _settings(folder):
    return json.loads((folder / "log.json").read_text(encoding="utf-8"))["settings"]


class FewDigits(Digits):
    def prepare(self):
        super().prepare()
        self.data, self.label = self.data[:40], self.label[:40]


@pytest.mark.parametrize("model", ["cnn", "resnet18"])
def test_networks_of_convolutions_learn_images(model, tmp_path, monkeypatch):
    pytest.importorskip("sklearn")
    monkeypatch.setitem(DATASETS, "digits", FewDigits)
    assert main(["train", "--model", model, "--epochs", "1", "--out", str(tmp_path / "run")]) == 0
    assert (_settings(tmp_path / "run")["model"], _settings(tmp_path / "run")["data"]) == (model, "digits")
    assert (tmp_path / "run" / "mistakes.png").is_file()


@pytest.mark.parametrize("model", ["lstm", "gpt"])
def test_models_of_texts_write_a_page_and_go_on(model, tmp_path, small_text):
    run = tmp_path / "run"
    command = ["train", "--model", model, "--hidden", "8", "--epochs", "1", "--out", str(run)]
    assert main(command) == 0
    assert _settings(run)["data"] == "shakespeare"
    assert len((run / "sample.txt").read_text(encoding="utf-8")) > 900
    assert main(["train", "--resume", str(run), "--epochs", "2"]) == 0
    assert len(json.loads((run / "log.json").read_text(encoding="utf-8"))["history"]) == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("--model gpt --data digits", "reads texts, of which there is --data shakespeare, and not digits"),
        ("--data shakespeare", "is a text, which needs one of --model lstm, gpt, and not mlp"),
        ("--model cnn --data moons", "reads images, but moons are points in the plane; take --model mlp"),
        ("--model resnet18 --hidden 8", "--hidden and --dropout have no place with --model resnet18"),
        ("--model gpt --hidden 8,16", "layers of one size"),
    ],
)
def test_what_does_not_go_together_is_one_sentence(arguments, said, tmp_path, capsys, small_text):
    assert main(["train", *arguments.split(), "--out", str(tmp_path / "run")]) == 1
    assert said in capsys.readouterr().err
    assert not (tmp_path / "run" / "log.json").exists()


def test_every_pair_that_goes_together_has_settings_and_builds():
    built = 0
    for model in MODELS:
        for data in DATASETS:
            try:
                settings = defaults(model, data)
            except ValueRangeError:
                continue
            sizes = tuple(int(size) for size in settings["hidden"].split(",") if size)
            assert build(model, sizes, 10, settings["dropout"]) is not None
            built += 1
    assert built == 8 + 6 + 6 + 1 + 1
