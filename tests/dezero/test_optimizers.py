"""The book's optimizers, by the book's formulas."""

import math

import numpy as np
import pytest

import rung.dezero as dezero
import rung.dezero.functions as F
import rung.dezero.layers as L
from rung.dezero import optimizers
from rung.dezero.utils import array_allclose

G = np.array([0.5, -1.0, 2.0])


def sgd(w, steps):
    return w - 0.01 * steps * G


def momentum(w, steps):
    v = 0
    for _ in range(steps):
        v = 0.9 * v - 0.01 * G
        w = w + v
    return w


def ada_grad(w, steps):
    h = 0
    for _ in range(steps):
        h = h + G * G
        w = w - 0.001 * G / (np.sqrt(h) + 1e-8)
    return w


def ada_delta(w, steps):
    msg = msdx = 0
    for _ in range(steps):
        msg = 0.95 * msg + 0.05 * G * G
        dx = np.sqrt((msdx + 1e-6) / (msg + 1e-6)) * G
        msdx = 0.95 * msdx + 0.05 * dx * dx
        w = w - dx
    return w


def adam(w, steps, eps=1e-8):
    m = v = 0
    for t in range(1, steps + 1):
        m = m + 0.1 * (G - m)
        v = v + 0.001 * (G * G - v)
        w = w - 0.001 * math.sqrt(1 - 0.999**t) / (1 - 0.9**t) * m / (np.sqrt(v) + eps)
    return w


def model_of(values):
    model = dezero.Model()
    model.w = dezero.Parameter(np.array(values))
    return model


def step(optimizer, model, steps):
    for _ in range(steps):
        model.cleargrads()
        F.sum(model.w * G).backward()
        optimizer.update()
    return model.w.data


@pytest.mark.parametrize(
    ("optimizer", "formula"),
    [(optimizers.SGD(), sgd), (optimizers.MomentumSGD(), momentum), (optimizers.AdaGrad(), ada_grad),
     (optimizers.AdaDelta(), ada_delta), (optimizers.Adam(), adam),
     (optimizers.Adam(eps=0.1), lambda w, steps: adam(w, steps, 0.1))],
)  # fmt: skip
def test_steps_are_those_of_the_books_formula(optimizer, formula):
    model = model_of([1.0, 2.0, 3.0])
    assert np.allclose(step(optimizer.setup(model), model, 4), formula(np.array([1.0, 2.0, 3.0]), 4), atol=1e-12)


def test_an_optimizer_of_ones_own_needs_update_one_alone():
    class Half(optimizers.Optimizer):
        def update_one(self, param):
            param.data -= 0.5 * param.grad.data

    model = model_of([1.0, 2.0, 3.0])
    assert np.allclose(step(Half().setup(model), model, 1), [0.75, 2.5, 2.0])


def test_weight_decay_is_a_penalty_on_squares():
    rate, x, t = 0.4, np.random.rand(10, 2), np.zeros(10).astype(int)
    layer = L.Linear(in_size=2, out_size=3, nobias=True)
    results = []
    for decays in (True, False):
        layer.W.data = np.ones_like(layer.W.data)
        optimizer = optimizers.SGD().setup(layer)
        loss = F.softmax_cross_entropy(layer(x), t)
        if decays:
            optimizer.add_hook(optimizers.WeightDecay(rate=rate))
        else:
            loss = loss + rate / 2 * (layer.W**2).sum()
        layer.cleargrads()
        loss.backward()
        optimizer.update()
        results.append(layer.W.data.copy())
    assert array_allclose(*results)


def test_hooks_are_where_the_book_puts_them():
    model = model_of([1.0, 2.0, 3.0])
    optimizer = optimizers.SGD().setup(model)
    optimizer.add_hook(optimizers.ClipGrad(0.1))
    assert np.linalg.norm(step(optimizer, model, 1) - [1.0, 2.0, 3.0]) == pytest.approx(0.001)
    optimizer.hooks.clear()
    optimizer.add_hook(optimizers.FreezeParam(model))
    before = model.w.data.copy()
    assert np.array_equal(step(optimizer, model, 1), before)


def test_weight_decay_of_a_summed_weight_writes_to_no_shared_array():
    model = model_of([1.0, 2.0, 3.0])
    optimizer = optimizers.SGD(1.0).setup(model)
    optimizer.add_hook(optimizers.WeightDecay(0.5))
    F.sum(model.w).backward()
    optimizer.update()
    assert np.allclose(model.w.data, [-0.5, 0.0, 0.5])
