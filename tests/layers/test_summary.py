"""The table of a model: shapes, parameters, memory, multiply-adds."""

import numpy as np

import rung
import rung.functions as F
import rung.layers as L
from rung.config import Config
from rung.models import MLP


def test_the_table_of_an_mlp():
    table = MLP((256, 10)).summary(np.zeros((4, 784), np.float32))
    assert repr(table).splitlines() == [
        "layer               output    parameters  multiply-adds",
        "-------------------------------------------------------",
        "MLP                 (4, 10)            0        813,056",
        "  layers.0: Linear  (4, 256)     200,960        802,816",
        "  layers.1: Linear  (4, 10)        2,570         10,240",
        "-------------------------------------------------------",
        "total                            203,530        813,056",
        "memory: parameters 795.04 KiB, outputs 4.16 KiB",
    ]
    assert table.parameters == 784 * 256 + 256 + 256 * 10 + 10
    assert table.multiply_adds == 4 * (784 * 256 + 256 * 10)
    assert table.parameter_bytes == 4 * table.parameters
    assert table.output_bytes == 4 * 4 * (256 + 10)


def test_without_inputs_nothing_is_run():
    model = MLP((3, 2))
    assert [row.shape for row in model.summary().rows] == ["", "", ""]
    assert not model.layers[0].W.is_sized


def test_shared_layers_count_once_and_every_call_has_a_row():
    class Twice(rung.Model):
        def __init__(self):
            self.inner = L.Sequential(L.Linear(4, in_size=4), F.relu)
            self.scale = rung.Parameter(np.ones(4, np.float32))

        def forward(self, x):
            return self.inner(self.inner(x)) @ np.ones((4, 2), np.float32) * self.scale[:2]

    table = Twice().summary(np.ones((3, 4), np.float32))
    assert [(row.path, row.parameters) for row in table.rows] == [
        ("", 4), ("inner", 0), ("inner.0", 20), ("inner", 0), ("inner.0", 0),
    ]  # fmt: skip
    assert table.multiply_adds == 2 * 3 * 4 * 4 + 3 * 4 * 2
    assert table.rows[0].multiply_adds == table.multiply_adds


def test_it_leaves_the_model_as_it_was():
    model = MLP((3, 2))
    seen = []
    model.layers[0].add_forward_hook(lambda *parts: seen.append((Config.train, parts[2].differentiable)))
    y = model(np.ones((1, 2), np.float32))
    model.summary(np.ones((1, 2), np.float32))
    assert seen == [(True, True), (False, False)]
    assert len(model.layers[1]._hooks.of["after"]) == 0
    np.testing.assert_array_equal(model(np.ones((1, 2), np.float32)).data, y.data)


def test_einsum_counts():
    class Products(rung.Layer):
        def forward(self, x):
            return F.einsum("ij,jk,k->i", x, np.ones((3, 5)), np.ones(5))

    assert Products().summary(np.ones((2, 3))).multiply_adds == 2 * 3 * 5 * 2
