import myrung
import numpy as np
from rung.course.testing import Unmet, expect, expect_raises, expect_same, expect_type


def variable(*values):
    return myrung.Variable(np.array(*values))


class Quarter(myrung.Function):
    """Two results from one input: whole quarters, and the rest."""

    def forward(self, x):
        return x // 0.25, x % 0.25


def one(outputs):
    expect_type("what a function returns", outputs, list, look=myrung.Function)
    expect("the length of the list that Add()([x0, x1]) returns", len(outputs), 1, look=myrung.Function)
    return outputs[0]


def test_add():
    y = one(myrung.Add()([variable(2.0), variable(3.0)]))
    expect_type("Add()([x0, x1])[0]", y, myrung.Variable, look=myrung.Function)
    expect("Add()([x0, x1])[0].data for 2 and 3", y.data, 5.0, look=myrung.Add)


def test_add_arrays():
    y = one(myrung.Add()([variable([[1.0, 2.0]]), variable([[10.0, 20.0]])]))
    expect("Add()([x0, x1])[0].data for two arrays", y.data, np.array([[11.0, 22.0]]), look=myrung.Add)


def test_forward_gets_them_one_by_one():
    came = []

    class Spy(myrung.Function):
        def forward(self, *xs):
            came.append(xs)
            return (xs[0],)

    x0, x1, x2 = variable(1.0), variable(2.0), variable(3.0)
    Spy()([x0, x1, x2])
    if len(came[0]) != 3 or any(array is not x.data for array, x in zip(came[0], (x0, x1, x2), strict=True)):
        raise Unmet("what forward is called on, for three inputs", "their three arrays, as three arguments",
                    f"{len(came[0])}: {came[0]!r}", look=myrung.Function)  # fmt: skip


def test_several_outputs():
    outputs = Quarter()([variable(1.6)])
    expect("the number of results of a function whose forward returns two", len(outputs), 2, look=myrung.Function)
    expect("the first of them", outputs[0].data, 6.0, look=myrung.Function)
    expect("the second", outputs[1].data, 0.1, look=myrung.Function)


def test_everyone_is_signed():
    f = Quarter()
    for number, y in enumerate(f([variable(1.6)])):
        expect_same(f"the creator of output {number}", y.creator, f, look=myrung.Function)


def test_all_inputs_are_kept():
    x0, x1, f = variable(2.0), variable(3.0), myrung.Add()
    outputs = f([x0, x1])
    expect("the number of f.inputs, after f([x0, x1])", len(f.inputs), 2, look=myrung.Function)
    expect_same("f.inputs[0]", f.inputs[0], x0, look=myrung.Function)
    expect_same("f.inputs[1]", f.inputs[1], x1, look=myrung.Function)
    expect_same("f.outputs[0]", f.outputs[0], outputs[0], look=myrung.Function)


def test_results_are_arrays():
    y = one(myrung.Add()([variable(2.0), variable(3.0)]))
    expect_type("Add()([x0, x1])[0].data", y.data, np.ndarray, look=myrung.Function)


def test_no_forward():
    expect_raises("calling a Function without a forward", NotImplementedError,
                  lambda: myrung.Function()([variable(1.0)]), look=myrung.Function)  # fmt: skip
