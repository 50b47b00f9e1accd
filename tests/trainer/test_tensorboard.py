"""What is written for TensorBoard is what TensorBoard reads."""

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
