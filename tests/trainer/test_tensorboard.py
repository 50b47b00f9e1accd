"""What is written for TensorBoard is what TensorBoard reads."""

import io
import time

import numpy as np
import pytest

import rung
import rung.functions as F
from rung.models import MLP
from rung.optimizers import SGD
from rung.trainer import TensorBoard, Trainer


@pytest.mark.filterwarnings("ignore")  # of the two packages and what they import
def test_figures_histograms_and_pictures_are_read_back(tmp_path):
    pytest.importorskip("tensorboardX")
    accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    rung.seed(0)
    data = (np.eye(4, dtype=np.float32), np.arange(4))
    callback = TensorBoard(tmp_path, every=1, images=lambda trainer: {"eye": rung.Variable(np.eye(8))})
    trainer = Trainer(MLP((4,)), SGD(0.5), F.softmax_cross_entropy, callbacks=[callback], quiet=True)
    history = trainer.fit(rung.DataLoader(data, 2), 3)
    events = accumulator.EventAccumulator(str(tmp_path), size_guidance={"histograms": 0, "images": 0, "scalars": 0})
    events.Reload()
    assert [event.step for event in events.Scalars("loss")] == [1, 2, 3, 4, 5, 6]
    measured = [event.value for event in events.Scalars("epoch/loss")]
    np.testing.assert_allclose(measured, [row["loss"] for row in history], rtol=1e-6)
    assert {event.value for event in events.Scalars("optimizer/lr")} == {0.5}
    weights = events.Histograms("layers.0.W")[-1].histogram_value
    assert weights.num == 16
    assert weights.max == pytest.approx(trainer.model.layers[0].W.data.max(), rel=1e-6)
    picture = events.Images("eye")[-1]
    assert (picture.width, picture.height) == (8, 8)


def trainer(folder, **options):
    rung.seed(0)
    callback = TensorBoard(folder / "events", histograms=False, **options)
    return Trainer(MLP((4,)), SGD(0.5), F.softmax_cross_entropy, folder=folder, callbacks=[callback], quiet=True)


def loader():
    return rung.DataLoader((np.eye(4, dtype=np.float32), np.arange(4)), 2)


def read(folder):
    pytest.importorskip("tensorboardX")
    accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    events = accumulator.EventAccumulator(str(folder / "events"), size_guidance={"images": 0, "scalars": 0})
    events.Reload()
    return events


@pytest.mark.filterwarnings("ignore")
def test_a_resume_hides_what_came_after_the_checkpoint_and_nothing_before_it(tmp_path, monkeypatch):
    """Two starts within a second, too: each has a file of its own."""
    pytest.importorskip("tensorboardX")
    monkeypatch.setattr(time, "time", lambda: 1.8e9)
    first = trainer(tmp_path, every=1)
    step_end = first.callbacks[0].on_step_end

    def die(trainer):
        step_end(trainer)
        if trainer.step == 5:
            raise ZeroDivisionError

    first.callbacks[0].on_step_end = die
    with pytest.raises(ZeroDivisionError):
        first.fit(loader(), 4)
    second = trainer(tmp_path, every=1)
    second.resume()
    second.fit(loader(), 4)
    assert len(list((tmp_path / "events").iterdir())) == 2
    events = read(tmp_path)
    assert [event.step for event in events.Scalars("loss")] == list(range(1, 9))
    assert [event.step for event in events.Scalars("epoch/loss")] == [2, 4, 6, 8]


@pytest.mark.filterwarnings("ignore")
def test_every_says_how_many_updates_lie_between_two_points(tmp_path):
    pytest.importorskip("tensorboardX")
    trainer(tmp_path, every=3).fit(loader(), 4)
    assert [event.step for event in read(tmp_path).Scalars("loss")] == [3, 6]


@pytest.mark.filterwarnings("ignore")
def test_pictures_may_have_colours(tmp_path):
    pytest.importorskip("tensorboardX")
    trainer(tmp_path, images=lambda trainer: {"red": np.tile([1.0, 0.0, 0.0], (4, 6, 1))}).fit(loader(), 1)
    picture = read(tmp_path).Images("red")[-1]
    assert (picture.width, picture.height) == (6, 4)
    image = pytest.importorskip("PIL.Image")
    assert image.open(io.BytesIO(picture.encoded_image_string)).convert("RGB").getpixel((0, 0)) == (255, 0, 0)


def test_the_folder_stays_where_it_was_when_the_program_moves(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    callback = TensorBoard("events")
    assert callback.folder == tmp_path / "events"
