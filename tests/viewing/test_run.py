"""A run is read as it is: while it goes on, after any end, and with damage, of which it is told."""

import json
import math
import os
import time

import numpy as np
import pytest
from viewing.samples import write_run

import rung.functions as F
from rung import DataLoader
from rung.models import MLP
from rung.optimizers import SGD
from rung.trainer import Journal, Trainer
from rung.trainer.folder import Folder
from rung.viewing.answer import as_json
from rung.viewing.journal import CHUNK, POINTS, JournalReader
from rung.viewing.run import Run, find_runs


def facts(folder):
    """What the page of a run gets, through JSON and back."""
    return json.loads(as_json(Run(folder.name, folder).facts()).body)


def grown_old(folder):
    """Nobody has written into the journal for an hour."""
    hour_ago = time.time() - 3600
    os.utime(folder / "journal.jsonl", (hour_ago, hour_ago))


def test_a_finished_run(tmp_path):
    seen = facts(write_run(tmp_path / "digits-1", epochs=3))
    assert (seen["state"], seen["epoch"], seen["epochs"], seen["step"]) == ("finished", 3, 3, 12)
    assert seen["figures"]["epoch"] == [1, 2, 3]
    assert seen["figures"]["test_loss"] == [1.5, 0.75, 0.5]
    assert seen["steps"]["step"] == list(range(1, 13))
    assert seen["settings"]["model"] == "mlp"
    assert seen["damage"] == []


@pytest.mark.parametrize("state", ["stopped", "failed", "finished"])
def test_how_it_ended_is_what_the_journal_says(tmp_path, state):
    assert facts(write_run(tmp_path / "run", state=state))["state"] == state


def test_a_run_whose_journal_grows_is_running(tmp_path):
    folder = write_run(tmp_path / "run", epochs=2, of=5, state=None)
    seen = facts(folder)
    assert seen["state"] == "running"
    assert (seen["step"], seen["of_steps"]) == (8, 20)


def test_a_silent_run_is_running_while_it_is_held(tmp_path):
    folder = write_run(tmp_path / "run", state=None)
    grown_old(folder)
    assert facts(folder)["state"] == "broken off"
    with Folder(folder).held():
        assert facts(folder)["state"] == "running"
        assert facts(folder)["state"] == "running"
    assert facts(folder)["state"] == "broken off"


def test_looking_does_not_keep_a_training_from_beginning(tmp_path):
    folder = write_run(tmp_path / "run", state=None)
    (folder / "running.lock").touch()
    grown_old(folder)
    assert facts(folder)["state"] == "broken off"
    with Folder(folder).held():
        pass


def test_a_run_without_a_journal_is_shown_by_its_log(tmp_path):
    folder = write_run(tmp_path / "run", epochs=2)
    (folder / "journal.jsonl").unlink()
    seen = facts(folder)
    assert (seen["state"], seen["epoch"]) == ("finished", 2)
    assert seen["figures"]["loss"] == [1, 0.5]
    assert seen["steps"]["loss"] == []


def train(folder, epochs, callbacks=(), rate=0.1):
    """A small training with a journal."""
    loader = DataLoader((np.eye(6, dtype="float32"), np.arange(6)), 2, shuffle=False)
    trainer = Trainer(MLP((6,)), SGD(rate), F.softmax_cross_entropy, {"accuracy": F.accuracy}, folder,
                      callbacks=[Journal(folder), *callbacks], quiet=True)  # fmt: skip
    trainer.resume()
    return trainer.fit(loader, epochs, DataLoader((np.eye(6, dtype="float32"), np.arange(6)), 6))


def test_the_journal_says_what_the_trainer_measured(tmp_path):
    history = train(tmp_path, 2)
    seen = facts(tmp_path)
    assert seen["state"] == "finished"
    assert seen["figures"]["loss"] == pytest.approx([row["loss"] for row in history])
    assert seen["figures"]["test_accuracy"] == pytest.approx([row["val_accuracy"] for row in history])
    assert seen["steps"]["step"] == [1, 2, 3, 4, 5, 6]
    assert seen["steps"]["lr"] == [0.1] * 6
    assert np.mean(seen["steps"]["loss"][:3]) == pytest.approx(history[0]["loss"])
    assert seen["tested"] == "validation"


def test_the_learning_rate_is_that_of_the_update(tmp_path):
    train(tmp_path, 1, rate=lambda t: [0.3, 0.2, 0.1][t])  # of a fourth update it knows nothing
    assert facts(tmp_path)["steps"]["lr"] == [0.3, 0.2, 0.1]


def test_a_training_that_goes_on_goes_on_in_its_journal(tmp_path):
    train(tmp_path, 2)
    train(tmp_path, 3)
    seen = facts(tmp_path)
    assert seen["figures"]["epoch"] == [1, 2, 3]
    assert seen["steps"]["step"] == list(range(1, 10))


def test_what_was_learnt_after_the_checkpoint_is_forgotten(tmp_path):
    folder = write_run(tmp_path / "run", epochs=3, state=None)
    reader = JournalReader(folder / "journal.jsonl")
    reader.update()
    assert sorted(reader.epochs) == [1, 2, 3]
    with open(folder / "journal.jsonl", "a") as file:
        file.write('{"what": "begin", "step": 6, "epoch": 1, "steps_per_epoch": 4}\n')
    reader.update()
    assert sorted(reader.epochs) == [1]
    assert list(reader.steps) == [1, 2, 3, 4, 5, 6]


class Failing(Journal):
    """Ends the training after its second update."""

    def __init__(self, error):
        self.error = error

    def on_begin(self, trainer):
        pass

    def on_step_end(self, trainer):
        if trainer.step == 2:
            raise self.error

    on_end = on_epoch_begin = on_begin


@pytest.mark.parametrize(("error", "state"), [(ValueError("<b>no</b>"), "failed"), (KeyboardInterrupt(), "stopped")])
def test_an_error_is_told(tmp_path, error, state):
    with pytest.raises(type(error)):
        train(tmp_path, 2, [Failing(error)])
    seen = facts(tmp_path)
    assert seen["state"] == state
    assert seen["error"] == ("ValueError: <b>no</b>" if state == "failed" else "")
    assert seen["steps"]["step"] == [1, 2]


def test_a_line_that_is_half_written_waits_for_its_other_half(tmp_path):
    path = tmp_path / "journal.jsonl"
    path.write_bytes(b'{"what": "step", "step": 1, "loss": 0.5, "lr": 1}\n{"what": "step", "st')
    reader = JournalReader(path)
    reader.update()
    assert (list(reader.steps), reader.damaged) == ([1], 0)
    with open(path, "ab") as file:
        file.write(b'ep": 2, "loss": 0.25, "lr": 1}\n')
    reader.update()
    assert (list(reader.losses), reader.damaged) == ([0.5, 0.25], 0)


def test_after_a_torn_line_a_training_goes_on_in_a_new_one(tmp_path):
    (tmp_path / "journal.jsonl").write_bytes(b'{"what": "st')
    train(tmp_path, 1)
    seen = facts(tmp_path)
    assert seen["steps"]["step"] == [1, 2, 3]
    assert "1 damaged lines" in seen["damage"][0]


def test_a_long_curve_keeps_its_peaks(tmp_path):
    path = tmp_path / "journal.jsonl"
    count = 10 * POINTS
    with open(path, "w") as file:
        for step in range(1, count + 1):
            loss = 100.0 if step == 777 else 1.0
            file.write(f'{{"what": "step", "step": {step}, "loss": {loss}, "lr": 0.1}}\n')
    reader = JournalReader(path)
    reader.update()
    curves = reader.curves()
    assert len(curves["step"]) == POINTS
    assert max(curves["high"]) == 100
    assert curves["step"][-1] == count


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[1, 2]", b"null", b"\xff\xfe\x00", b"[" * 100_000,
     b'{"settings": 3, "history": "no", "versions": []}',
     b'{"history": [1, null, {"epoch": "x"}, {"epoch": -1, "loss": []}]}',
     b'{"history": [{"loss": NaN, "epoch": 1e400}]}',
     b'{"settings": {"epochs": 1e999, "<img src=x>": {"deep": []}}, "seconds": "long"}'],
)  # fmt: skip
@pytest.mark.parametrize("name", ["log.json", "journal.jsonl", "model.json"])
def test_damage_of_any_kind_is_told_and_the_rest_is_shown(tmp_path, name, content):
    folder = write_run(tmp_path / "run")
    (folder / name).write_bytes(content)
    seen = facts(folder)
    assert seen["name"] == "run"
    if name != "journal.jsonl":
        assert seen["steps"]["step"] == list(range(1, 13))
    else:
        assert seen["figures"]["loss"] == pytest.approx([1, 1 / 2, 1 / 3])


def test_lines_that_say_something_impossible_are_left_out(tmp_path):
    impossible = [
        {"what": "step", "step": 10**30, "loss": 1}, {"what": "step", "step": 2, "loss": 1}, {"what": []},
        {"what": "epoch", "step": 1, "figures": [1]}, {"what": "_take"}, {"what": "end"},
    ]  # fmt: skip
    folder = write_run(tmp_path / "run", epochs=1, state=None)
    with open(folder / "journal.jsonl", "a") as file:
        for line in impossible:
            file.write(json.dumps(line) + "\n")
    seen = facts(folder)
    assert seen["steps"]["step"] == [1, 2, 3, 4]
    assert "5 damaged lines" in seen["damage"][0]


def test_a_line_without_end_takes_no_memory(tmp_path):
    path = tmp_path / "journal.jsonl"
    with open(path, "wb") as file:
        file.write(b'{"what": "step", "step": 1, "loss": 1}\n' + b"[" * (5 * CHUNK))
    reader = JournalReader(path)
    reader.update()
    assert len(reader._rest) <= 2 * CHUNK
    with open(path, "ab") as file:
        file.write(b'\n{"what": "step", "step": 2, "loss": 1}\n')
    reader.update()
    assert (list(reader.steps), reader.damaged) == ([1, 2], 1)


def test_numbers_that_json_lacks_keep_their_names(tmp_path):
    folder = write_run(tmp_path / "run", epochs=1, state=None)
    with open(folder / "journal.jsonl", "a") as file:
        file.write('{"what": "step", "step": 5, "loss": "NaN", "lr": "Infinity"}\n')
    seen = facts(folder)
    assert seen["steps"]["loss"][-1] == "NaN"
    assert seen["steps"]["lr"][-1] == "Infinity"


def test_links_and_devices_in_a_run_are_not_followed(tmp_path):
    folder = write_run(tmp_path / "run")
    (tmp_path / "elsewhere.json").write_text('{"settings": {"a": "secret"}}')
    (folder / "log.json").unlink()
    os.symlink(tmp_path / "elsewhere.json", folder / "log.json")
    (folder / "journal.jsonl").unlink()
    os.mkfifo(folder / "journal.jsonl")
    os.mkfifo(folder / "running.lock")
    seen = facts(folder)
    assert "no regular file" in seen["damage"][0]
    assert "secret" not in json.dumps(seen)


def test_a_giant_log_is_not_read(tmp_path):
    folder = write_run(tmp_path / "run")
    with open(folder / "log.json", "wb") as file:
        file.truncate(1 << 40)
    seen = facts(folder)
    assert "larger than 16 MiB" in seen["damage"][0]
    assert seen["figures"]["epoch"] == [1, 2, 3]


def test_a_run_that_is_removed_while_it_is_shown(tmp_path):
    folder = write_run(tmp_path / "run")
    run = Run("run", folder)
    run.facts()
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
    assert run.facts()["files"] == []


def test_runs_are_found_in_the_order_of_their_numbers(tmp_path):
    for name in ("digits-10", "digits-2", "cnn", "²"):
        write_run(tmp_path / name)
    (tmp_path / "no run").mkdir()
    assert [path.name for path in find_runs(tmp_path)] == ["cnn", "digits-2", "digits-10", "²"]


def test_the_time_that_is_left_follows_from_the_speed(tmp_path):
    folder = write_run(tmp_path / "run", epochs=1, of=3, state=None)
    text = (folder / "journal.jsonl").read_text().replace('"time": 0', f'"time": {time.time() - 10}')
    (folder / "journal.jsonl").write_text(text)
    seen = facts(folder)
    assert seen["seconds_left"] == pytest.approx(20, abs=5)
    assert math.isfinite(seen["seconds"])
