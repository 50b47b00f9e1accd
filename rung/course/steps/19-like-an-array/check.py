import myrung
import numpy as np
from rung.course.testing import Unmet, expect, expect_raises, expect_same


def variable(*values, **options):
    return myrung.Variable(np.array(*values), **options)


def test_shape():
    x = variable([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    expect("x.shape, where x.data has two rows and three columns", x.shape, (2, 3), look=myrung.Variable)
    expect("the shape of a Variable that holds one number", variable(1.0).shape, (), look=myrung.Variable)


def test_ndim_and_size():
    x = variable([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    expect("x.ndim, where x.data has two rows and three columns", x.ndim, 2, look=myrung.Variable)
    expect("x.size, where x.data has two rows and three columns", x.size, 6, look=myrung.Variable)


def test_dtype():
    x = myrung.Variable(np.array([1.0, 2.0], dtype=np.float32))
    expect("x.dtype, where x.data is float32", x.dtype == np.float32, True, look=myrung.Variable)
    expect("the dtype of a Variable that holds 1.0", variable(1.0).dtype == np.float64, True, look=myrung.Variable)


def test_always_up_to_date():
    x = variable([1.0, 2.0])
    x.data = np.zeros((4, 5, 6), dtype=np.float32)
    expect("x.shape, after x.data was replaced", x.shape, (4, 5, 6), look=myrung.Variable)
    expect("x.ndim, after x.data was replaced", x.ndim, 3, look=myrung.Variable)
    expect("x.size, after x.data was replaced", x.size, 120, look=myrung.Variable)
    expect("x.dtype, after x.data was replaced", str(x.dtype), "float32", look=myrung.Variable)


def test_shape_is_not_for_writing():
    x = variable([1.0, 2.0])

    def write():
        x.shape = (2, 1)

    expect_raises("x.shape = (2, 1)", AttributeError, write, look=myrung.Variable)


def test_len():
    x = variable([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    expect("len(x), where x.data has two rows and three columns", len(x), 2, look=myrung.Variable)
    expect_raises("len of a Variable that holds one number", TypeError, lambda: len(variable(1.0)), myrung.Variable)


def test_name():
    expect("the name of Variable(array, name='weight')", variable(1.0, name="weight").name, "weight", myrung.Variable)
    expect_same("the name of Variable(array)", variable(1.0).name, None, look=myrung.Variable)


def test_repr():
    expect("repr(x), where x.data is np.array(3.0)", repr(variable(3.0)), "variable(3.0)", look=myrung.Variable)
    expect("repr(x), where x.data is [1, 2]", repr(variable([1.0, 2.0])), "variable([1. 2.])", look=myrung.Variable)
    expect("repr(x) of an empty Variable", repr(myrung.Variable(None)), "variable(None)", look=myrung.Variable)


def test_repr_of_several_lines():
    came = repr(variable([[1, 2], [3, 4]]))
    if came != "variable([[1 2]\n          [3 4]])":
        raise Unmet("repr(x), where x.data has two rows", "the second row below the first: \n"
                    "variable([[1 2]\n          [3 4]])\n", "\n" + came, look=myrung.Variable)  # fmt: skip


def test_results_too():
    y = myrung.square(variable([1.0, 2.0]))
    expect("y.shape of y = square(x)", y.shape, (2,), look=myrung.Variable)
    expect("repr(y)", repr(y), "variable([1. 4.])", look=myrung.Variable)
    expect_same("y.name", y.name, None, look=myrung.Variable)
