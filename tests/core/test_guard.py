"""Writing to a saved array between forward and backward is an error, however it is done."""

import copy

import numpy as np
import pytest

import rung
import rung.functions as F
from rung import Variable
from rung.core.guard import SAVED, fingerprint, note_written
from rung.errors import MutationError


def test_a_write_through_data_is_noticed():
    x = Variable(np.ones(3), name="weights")
    y = (x * x).sum()
    x.data[0] = 5
    with pytest.raises(MutationError, match=r"mul: .*weights.*float64.*\(3,\)"):
        y.backward()


def test_a_write_in_place_by_an_operator_is_noticed():
    x = Variable(np.ones(3))
    y = (x * x).sum()
    x.data -= 0.1
    with pytest.raises(MutationError):
        y.backward()


def test_a_replaced_array_leaves_the_old_value_in_force():
    x = Variable(np.ones(3))
    y = (x * x).sum()
    x.data = np.full(3, 7.0)
    y.backward()
    np.testing.assert_array_equal(x.grad.data, [2, 2, 2])


def test_a_write_to_an_output_is_noticed():
    x = Variable(np.ones(3))
    y = F.exp(x)
    z = y.sum()
    y.data[:] = 0
    with pytest.raises(MutationError, match="exp: .*its result"):
        z.backward()


def test_a_write_through_a_view_is_noticed():
    for view in (lambda v: v.T, lambda v: v.reshape(-1), lambda v: v[1:], lambda v: v.detach()):
        x = Variable(np.ones((3, 3)))
        y = (x * x).sum()
        view(x).data[...] = 5
        with pytest.raises(MutationError):
            y.backward()


def test_a_write_to_the_base_of_a_saved_view_is_noticed():
    x = Variable(np.ones((3, 3)))
    row = x[0]
    y = (row * row).sum()
    x.data[0, 0] = 5
    with pytest.raises(MutationError):
        y.backward()


def test_a_handle_kept_by_the_user_between_two_ops_is_noticed():
    x = Variable(np.ones(3))
    first = (x * x).sum()
    handle = x.data
    second = (x * x).sum()
    handle[0] = 5
    for y in (first, second):
        with pytest.raises(MutationError):
            y.backward()


def test_a_write_between_two_ops_spares_the_younger():
    x = Variable(np.ones(3))
    old = (x * x).sum()
    x.data[0] = 5
    young = (x * x).sum()
    young.backward()
    np.testing.assert_array_equal(x.grad.data, [10, 2, 2])
    with pytest.raises(MutationError):
        old.backward()


def test_rungs_own_writers_stamp():
    x = Variable(np.ones(3))
    y = (x * x).sum()
    x._data -= 0.5
    note_written(x)
    with pytest.raises(MutationError):
        y.backward()


def test_writing_after_backward_is_free_and_leaves_no_guard():
    x = Variable(np.ones(3))
    for _ in range(3):
        y = (x * x).sum()
        x.cleargrad()
        y.backward()
        x.data -= 0.1 * x.grad.data
        assert x._record.guard in (None, SAVED)


def test_writing_the_same_bytes_is_no_mutation():
    x = Variable(np.ones(3))
    y = (x * x).sum()
    x.data[:] = 1.0
    y.backward()


def test_reading_is_free_of_consequences():
    x = Variable(np.ones(3))
    y = (x * x).sum()
    _ = x.data.sum()
    y.backward()
    np.testing.assert_array_equal(x.grad.data, [2, 2, 2])


def test_a_handle_taken_before_the_op_is_caught_under_debug():
    given = np.ones(3)
    x = Variable(given)
    with rung.debug():
        y = (x * x).sum()
        given[0] = 5
        with pytest.raises(MutationError):
            y.backward()


def test_a_write_to_plain_data_is_caught_under_debug():
    data, w = np.ones(3), Variable(np.ones(3))
    with rung.debug():
        y = (w * data).sum()
        data[0] = 5
        with pytest.raises(MutationError):
            y.backward()


def test_the_guard_holds_under_create_graph():
    x = Variable(np.ones(3))
    y = (x * x * x).sum()
    x.data[0] = 5
    with pytest.raises(MutationError):
        rung.grad(y, x, create_graph=True)


@pytest.mark.parametrize("shape", [(0,), (5,), (64, 64), (1000, 7), (3, 1025)])
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "int64", "bool"])
def test_a_fingerprint_sees_every_change_and_every_move(shape, dtype):
    x = (np.random.default_rng(0).standard_normal(shape) * 9).astype(dtype)
    mark = fingerprint(x)
    assert fingerprint(x.copy()) == mark == fingerprint(np.asfortranarray(x))
    if x.size < 2 or dtype == "bool":
        return
    rng = np.random.default_rng(1)
    for _ in range(20):
        changed = x.copy()
        i, j = rng.choice(x.size, 2, replace=False)
        changed.flat[i], changed.flat[j] = changed.flat[j], changed.flat[i]
        if not np.array_equal(changed, x):
            assert fingerprint(changed) != mark
        changed = x.copy()
        changed.flat[i] += 1
        if not np.array_equal(changed, x):
            assert fingerprint(changed) != mark


def test_debug_names_the_op_that_made_the_first_nan():
    x = Variable(np.array([1.0, 0.0]))
    with np.errstate(all="ignore"), rung.debug():
        with pytest.raises(rung.errors.NanError, match="log: "):
            F.exp(F.log(x))
        y = F.sqrt(x).sum()
        with pytest.raises(rung.errors.NanError, match="sqrt: .*derivative"):
            y.backward()
    F.exp(Variable(0.0))


def _negate(d):
    np.negative(d, out=d)


def _reverse(d):
    d[:] = d[::-1].copy()


def _swap(d):
    d[[0, 1]] = d[[1, 0]]


@pytest.mark.parametrize("write", [_negate, _reverse, _swap])
@pytest.mark.parametrize("shape", [(1024,), (64, 64), (8, 999)])
def test_large_arrays_are_guarded_as_well(write, shape):
    x = Variable(np.random.default_rng(0).standard_normal(shape))
    y = F.sum(x * x * x)
    write(x.data)
    with pytest.raises(MutationError):
        y.backward()


def test_a_write_beside_a_saved_array_is_no_mutation():
    x = Variable(np.ones(6))
    y = F.sum(x[:3] * x[:3])
    x[3:].data *= 2
    y.backward()
    x = Variable(np.ones(6))
    y = F.sum(x * x)
    x.data = np.zeros(6)
    z = F.sum(x * x)
    x.data += 2
    y.backward()
    with pytest.raises(MutationError):
        z.backward()


def test_a_copied_handle_is_on_its_own():
    x = Variable(np.ones(3))
    y = F.sum(x * x)
    copy.copy(x).data[:] = 5
    y.backward()
    np.testing.assert_array_equal(x.grad.data, 2)


def test_debug_runs_ordinary_programs():
    with rung.debug():
        x = Variable(np.array([1.0, 2.0]))
        y = F.sum(F.relu(x * 2.0 + 1) ** 2 / 3) + F.sum(F.where(x > 1, x, -np.inf)[1:])
        y.backward()
    np.testing.assert_allclose(x.grad.data, [4, 23 / 3])


def test_a_variable_of_another_shape_is_a_new_leaf():
    x = Variable(np.ones(3), name="x")
    y = F.sum(x * 2)
    x.data = np.ones(4)
    y.backward()
    assert x.grad is None
    F.sum(x * 3).backward()
    np.testing.assert_array_equal(x.grad.data, [3, 3, 3, 3])
    assert x.name == "x"
