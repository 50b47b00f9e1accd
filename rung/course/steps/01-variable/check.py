import myrung
import numpy as np
from rung.course.testing import expect, expect_same


def test_holds_data():
    x = myrung.Variable(np.array(1.0))
    expect("Variable(np.array(1.0)).data", x.data, np.array(1.0), look=myrung.Variable)


def test_no_copy():
    array = np.arange(6.0).reshape(2, 3)
    x = myrung.Variable(array)
    expect_same("the data of Variable(array)", x.data, array, look=myrung.Variable)


def test_two_boxes():
    x, y = myrung.Variable(np.array(1.0)), myrung.Variable(np.array(2.0))
    expect("x.data, after a second Variable y was made", x.data, np.array(1.0), look=myrung.Variable)
    expect("y.data", y.data, np.array(2.0), look=myrung.Variable)


def test_new_contents():
    x, y = myrung.Variable(np.array(1.0)), myrung.Variable(np.array(1.0))
    x.data = np.array([2.0, 3.0])
    expect("x.data, after x.data = np.array([2.0, 3.0])", x.data, np.array([2.0, 3.0]), look=myrung.Variable)
    expect("y.data, after only x.data was changed", y.data, np.array(1.0), look=myrung.Variable)
