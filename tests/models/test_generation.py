"""The next token is drawn by the scores, and only from where it may be."""

import numpy as np
import pytest

import rung
from rung.errors import DTypeError, NanError, ShapeError, ValueRangeError
from rung.models.generation import Choice, proceed

P = np.array([0.5, 0.25, 0.15, 0.1])
LOGITS = np.log(P)[[2, 0, 3, 1]]  # the likeliest is token 1, then 3, 0, 2
MANY = np.tile(LOGITS, (20_000, 1))


def shares(**options):
    return np.bincount(Choice(**options, seed=0)(MANY), minlength=4)[[1, 3, 0, 2]] / len(MANY)


def test_tokens_come_as_often_as_their_probabilities_say():
    np.testing.assert_allclose(shares(), P, atol=0.01)


def test_temperature_sharpens_and_flattens():
    np.testing.assert_allclose(shares(temperature=0.5), P**2 / (P**2).sum(), atol=0.01)
    np.testing.assert_allclose(shares(temperature=1000.0), np.full(4, 0.25), atol=0.015)
    np.testing.assert_array_equal(shares(temperature=0), [1, 0, 0, 0])
    np.testing.assert_array_equal(shares(temperature=1e-300), [1, 0, 0, 0])


def test_top_k_leaves_the_k_likeliest():
    np.testing.assert_allclose(shares(top_k=2), [2 / 3, 1 / 3, 0, 0], atol=0.01)
    np.testing.assert_array_equal(shares(top_k=1), [1, 0, 0, 0])
    np.testing.assert_allclose(shares(top_k=9), P, atol=0.01)


def test_top_p_leaves_the_fewest_that_reach_it():
    np.testing.assert_array_equal(shares(top_p=0.4), [1, 0, 0, 0])
    np.testing.assert_allclose(shares(top_p=0.7), [2 / 3, 1 / 3, 0, 0], atol=0.01)
    np.testing.assert_allclose(shares(top_p=1.0), P, atol=0.01)


def test_top_p_is_of_what_top_k_leaves():
    np.testing.assert_array_equal(shares(top_k=2, top_p=0.6), [1, 0, 0, 0])  # 2 / 3 of the two


def test_what_scores_minus_infinity_is_never_drawn():
    logits = np.array([[-np.inf, 0.0, -np.inf, 0.0]]).repeat(1000, 0)
    assert set(Choice(seed=0)(logits)) == {1, 3}


def test_a_draw_beyond_the_last_sum_is_the_last_that_may_be():
    class Highest:
        def random(self, shape):
            return np.ones(shape)

    choice = Choice(top_k=3)
    choice.rng = Highest()
    assert choice(LOGITS[None]) == [0]  # the third


def test_scores_that_are_no_numbers_are_refused():
    for temperature in (0.0, 1.0):
        with pytest.raises(NanError, match="scores are not all numbers"):
            Choice(temperature)(np.array([[0.0, np.nan]]))


def test_a_seed_is_a_generator_of_its_own():
    rung.seed(3)
    state = rung.random.get_state()
    first, second = Choice(seed=1)(MANY), Choice(seed=1)(MANY)
    np.testing.assert_array_equal(first, second)
    assert rung.random.get_state() == state
    third = Choice()(MANY)
    rung.seed(3)
    np.testing.assert_array_equal(Choice()(MANY), third)
    assert (third != first).any()


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"temperature": -1}, "temperature of at least 0"),
        ({"temperature": np.inf}, "temperature of at least 0"),
        ({"temperature": np.nan}, "temperature of at least 0"),
        ({"top_k": 0}, "top_k to be an integer of at least 1"),
        ({"top_k": 1.5}, "top_k to be an integer of at least 1"),
        ({"top_p": 0.0}, "top_p to be above 0 and at most 1"),
        ({"top_p": 1.1}, "top_p to be above 0 and at most 1"),
    ],
)
def test_options_out_of_range_are_refused(options, text):
    with pytest.raises(ValueRangeError, match=f"generate: expected .*{text}"):
        Choice(**options)


@pytest.mark.parametrize(
    ("prompt", "length", "error"),
    [
        ([], 1, ShapeError), (np.zeros((0, 3), int), 1, ShapeError), (np.zeros((1, 1, 1), int), 1, ShapeError),
        (5, 1, ShapeError), ([0.5], 1, DTypeError), ("to be", 1, ShapeError), ([1], -1, ValueRangeError),
        ([1], 2.0, ValueRangeError),
    ],
)  # fmt: skip
def test_prompts_and_lengths_that_make_no_sense_are_refused(prompt, length, error):
    with pytest.raises(error, match="generate: "):
        proceed(prompt, length, Choice(), lambda rows, new: pytest.fail("nothing is to be read"))


def test_what_is_read_is_the_prompt_and_then_each_token_alone():
    calls = []

    def read(rows, new):
        calls.append((rows.tolist(), new))
        return np.eye(9)[(rows[:, -1] + 1) % 9]

    assert proceed([[1, 2], [4, 5]], 2, Choice(0), read).tolist() == [[1, 2, 3, 4], [4, 5, 6, 7]]
    assert calls == [([[1, 2], [4, 5]], 2), ([[1, 2, 3], [4, 5, 6]], 1)]
    assert proceed(rung.Variable(np.array([7])), 3, Choice(0), read).tolist() == [7, 8, 0, 1]
    assert proceed([7], 0, Choice(0), read).tolist() == [7]
