"""The language model of LSTMs learns both ways, and goes on from a prompt as if it had read all of it at once."""

import copy
import pickle

import numpy as np
import pytest

import rung
import rung.functions as F
from rung.dataloaders import SeqDataLoader
from rung.models import CharLSTM
from rung.optimizers import Adam


@pytest.fixture
def model():
    rung.seed(0)
    return CharLSTM(vocabulary_size=7, hidden_size=16, num_layers=2)


def letters(*shape):
    return np.random.default_rng(1).integers(0, 7, shape)


def test_it_overfits_one_batch(model):
    optimizer = Adam(0.02).setup(model)
    text = letters(4, 11)
    for _ in range(120):
        loss = F.softmax_cross_entropy(model(text[:, :-1]), text[:, 1:])
        model.cleargrads()
        loss.backward()
        optimizer.update()
    assert loss.item() < 0.35  # the first letters of a row cannot be known
    assert F.accuracy(model(text[:, :-1])[:, 1:], text[:, 2:]).item() > 0.95


def test_steps_are_the_sequence(model):
    x = letters(3, 6)
    whole = model(x).data
    steps = np.stack([model(x[:, i]).data for i in range(6)], axis=1)
    np.testing.assert_allclose(steps, whole, atol=1e-6)
    assert abs(model(x[:, 0]).data - whole[:, 0]).max() > 1e-3  # it goes on
    model.reset_state()
    np.testing.assert_allclose(model(x[:, 0]).data, whole[:, 0], atol=1e-6)


def test_a_sequence_in_parts_is_the_whole(model):
    x = letters(3, 6)
    first, state = model.sequence(x[:, :2])
    second, _ = model.sequence(x[:, 2:], state)
    np.testing.assert_allclose(np.concatenate([first.data, second.data], 1), model(x).data, atol=1e-6)


def test_it_learns_the_books_way(model):
    """Truncated backpropagation through time over a long text of which every letter follows from two before it."""
    text = np.tile([0, 1, 0, 2, 0, 3], 200)
    optimizer = Adam(0.02).setup(model)
    for _ in range(3):
        model.reset_state()
        loss, count = 0, 0
        for x, t in SeqDataLoader((text[:-1], text[1:]), batch_size=8):
            loss, count = loss + F.softmax_cross_entropy(model(x), t), count + 1
            if count % 15 == 0:
                model.cleargrads()
                loss.backward()
                loss.unchain_backward()
                optimizer.update()
                last, loss = loss.item() / 15, 0
    assert last < 0.1
    assert model.generate([0, 1, 0], 9, temperature=0).tolist() == [0, 1, 0, 2, 0, 3, 0, 1, 0, 2, 0, 3]


def test_generating_goes_on_as_if_all_were_read_at_once(model):
    prompt = letters(2, 4)
    text = prompt
    with rung.no_grad():
        for _ in range(10):
            text = np.concatenate([text, model(text).data[:, -1:].argmax(-1)], axis=1)
    np.testing.assert_array_equal(model.generate(prompt, 10, temperature=0), text)
    np.testing.assert_array_equal(model.generate(prompt[0], 10, temperature=0), text[0])


def test_generating_leaves_the_state_of_steps_alone(model):
    x = letters(3, 2)
    model(x[:, 0])
    model.generate([1, 2], 5)
    np.testing.assert_allclose(model(x[:, 1]).data, model(x).data[:, 1], atol=1e-6)


def test_dropout_is_of_training_alone():
    rung.seed(0)
    model, x = CharLSTM(7, 16, 2, dropout=0.5), letters(2, 5)
    assert (model(x).data != model(x).data).any()
    with rung.test_mode():
        np.testing.assert_array_equal(model(x).data, model(x).data)
    np.testing.assert_array_equal(model.generate([1], 10, seed=2), model.generate([1], 10, seed=2))


def test_weights_come_back_from_a_file(model, tmp_path):
    model.save_weights(tmp_path / "lstm.npz")
    other = CharLSTM(7, 16, 2)
    other.load_weights(tmp_path / "lstm.npz")
    np.testing.assert_array_equal(other(letters(1, 5)).data, model(letters(1, 5)).data)


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))])
def test_a_copy_is_the_same_and_apart(model, copied):
    other, x = copied(model), letters(1, 5)
    before = model(x).data
    np.testing.assert_array_equal(other(x).data, before)
    other.fc.W.data = other.fc.W.data * 2
    np.testing.assert_array_equal(model(x).data, before)
