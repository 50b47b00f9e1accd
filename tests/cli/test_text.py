"""What `rung train` needs to learn a text."""

import numpy as np
import pytest

import rung
import rung.functions as F
from rung.cli.text import DEFAULTS, LENGTH, make_text_model, write_sample
from rung.datasets import TinyShakespeare
from rung.errors import ValueRangeError
from rung.models import GPT, CharLSTM
from rung.optimizers import Adam
from rung.trainer import Trainer


def batch():
    text = TinyShakespeare.encode("To be, or not to be, that is the question:\n" * 7)
    return text[None, :LENGTH], text[None, 1 : LENGTH + 1]


@pytest.mark.parametrize("name", DEFAULTS)
def test_a_trainer_trains_it_and_it_writes_a_page(name, tmp_path):
    rung.seed(0)
    model = make_text_model(name, (32, 32), 65, dropout=0.1)
    x, t = batch()
    loader = rung.DataLoader((np.repeat(x, 4, 0), np.repeat(t, 4, 0)), 2)
    trainer = Trainer(model, Adam(0.01), F.softmax_cross_entropy, {"accuracy": F.accuracy}, quiet=True)
    history = trainer.fit(loader, 15, loader)
    assert history[-1]["val_loss"] < 0.8 * history[0]["val_loss"]
    state = rung.random.get_state()
    text = write_sample(model, TinyShakespeare, tmp_path, length=50)
    assert rung.random.get_state() == state
    assert len(text) == 50
    assert (tmp_path / "sample.txt").read_text() == f"{text}\n"
    assert write_sample(model, TinyShakespeare, tmp_path, length=50) == text


def test_layers_are_as_many_as_sizes_and_heads_as_the_size_allows():
    gpt, lstm = make_text_model("gpt", (96, 96, 96), 65, 0.0), make_text_model("lstm", (8, 8), 65, 0.0)
    assert isinstance(gpt, GPT)
    assert isinstance(lstm, CharLSTM)
    assert (len(gpt.blocks), gpt.blocks[0].attention.num_heads, len(lstm.lstm.cells)) == (3, 3, 2)
    assert make_text_model("gpt", (20,), 65, 0.0).blocks[0].attention.num_heads == 1
    with pytest.raises(ValueRangeError, match="--hidden must be layers of one size"):
        make_text_model("gpt", (8, 16), 65, 0.0)
