import myrung
import numpy as np
from rung.course.testing import Unmet, expect, expect_same, expect_type


def variable(*values):
    return myrung.Variable(np.array(*values))


class Quarter(myrung.Function):
    def forward(self, x):
        return x // 0.25, x % 0.25


class Middle(myrung.Function):
    """The mean of any number of inputs."""

    def forward(self, *xs):
        return sum(xs) / len(xs)


def test_call_without_lists():
    y = myrung.Add()(variable(2.0), variable(3.0))
    expect_type("Add()(x0, x1)", y, myrung.Variable, look=myrung.Function)
    expect("Add()(x0, x1).data for 2 and 3", y.data, 5.0, look=myrung.Function)


def test_an_array_is_one_result():
    y = myrung.Add()(variable([[1.0, 2.0], [3.0, 4.0]]), variable([[0.0, 0.0], [1.0, 1.0]]))
    expect_type("Add()(x0, x1) for two arrays of shape (2, 2)", y, myrung.Variable, look=myrung.Function)
    expect("Add()(x0, x1).data", y.data, np.array([[1.0, 2.0], [4.0, 5.0]]), look=myrung.Function)


def test_add_function():
    x0, x1 = variable([1.0, 2.0]), variable([10.0, 20.0])
    y = myrung.add(x0, x1)
    expect_type("add(x0, x1)", y, myrung.Variable, look=myrung.add)
    expect("add(x0, x1).data", y.data, np.array([11.0, 22.0]), look=myrung.add)
    expect_same("the first input of the function behind add(x0, x1)", y.creator.inputs[0], x0, look=myrung.add)


def test_square_and_exp_are_back():
    y = myrung.exp(myrung.square(variable([0.0, 0.5])))
    expect_type("exp(square(x))", y, myrung.Variable, look=myrung.Function)
    expect("exp(square(x)).data", y.data, np.array([1.0, 1.2840254166877414]), look=myrung.Function)


def test_any_number_of_inputs():
    for count in 1, 3, 5:
        xs = [variable([float(n), 1.0]) for n in range(count)]
        y = Middle()(*xs)
        expect(f"the mean of {count} Variables", y.data, np.array([(count - 1) / 2, 1.0]), look=myrung.Function)


def test_several_outputs():
    outputs = Quarter()(variable([1.6, 0.3]))
    expect("the number of results of a function whose forward returns two", len(outputs), 2, look=myrung.Function)
    expect("the first of them", outputs[0].data, np.array([6.0, 1.0]), look=myrung.Function)
    expect("the second", outputs[1].data, np.array([0.1, 0.05]), look=myrung.Function)


def test_tuple_of_one():
    class Old(myrung.Function):
        def forward(self, x):
            return (x + 1,)

    y = Old()(variable([1.0, 2.0]))
    expect_type("the result of a function whose forward returns a tuple of one", y, myrung.Variable, myrung.Function)
    expect("its data", y.data, np.array([2.0, 3.0]), look=myrung.Function)


def test_notes_are_kept():
    x0, x1, f = variable(2.0), variable(3.0), myrung.Add()
    y = f(x0, x1)
    expect_same("the creator of y = f(x0, x1)", y.creator, f, look=myrung.Function)
    if len(f.inputs) != 2:
        raise Unmet("f.inputs, after f(x0, x1)", "x0 and x1", f"{len(f.inputs)} things", look=myrung.Function)
    expect_same("f.inputs[0]", f.inputs[0], x0, look=myrung.Function)
    expect_same("f.inputs[1]", f.inputs[1], x1, look=myrung.Function)
    expect("the number of f.outputs", len(f.outputs), 1, look=myrung.Function)
