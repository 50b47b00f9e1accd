import myrung
import numpy as np
from rung.course.testing import array_of, check_gradient, expect, expect_raises, expect_type


def variable(values, dtype=float):
    return myrung.Variable(np.array(values, dtype))


def pile(*shape):
    return variable(np.random.default_rng(len(shape)).standard_normal(shape))


def test_product():
    x, W = variable([[1, 2, 3], [4, 5, 6]]), variable([[1, 0], [2, 1], [0, 3]])
    y = myrung.matmul(x, W)
    expect_type("matmul(x, W)", y, myrung.Variable, look=myrung.matmul)
    expect("matmul([[1, 2, 3], [4, 5, 6]], [[1, 0], [2, 1], [0, 3]])", y.data, [[5.0, 11.0], [14.0, 23.0]],
           look=myrung.MatMul)  # fmt: skip


def test_shapes_of_gradients():
    x, W = pile(2, 3), pile(3, 4)
    myrung.matmul(x, W).backward()
    expect("the shape of x.grad of matmul(x, W), for shapes (2, 3) and (3, 4)", x.grad.shape, (2, 3),
           look=myrung.MatMul)  # fmt: skip
    expect("the shape of W.grad", W.grad.shape, (3, 4), look=myrung.MatMul)


def test_square_matrices():
    x, W = variable([[1, 2], [3, 4]]), variable([[5, 6], [7, 8]])
    (myrung.matmul(x, W) * np.array([[1.0, 0.0], [0.0, 0.0]])).backward()
    expect("x.grad of the top left element of matmul([[1, 2], [3, 4]], [[5, 6], [7, 8]])", array_of(x.grad),
           [[5.0, 7.0], [0.0, 0.0]], look=myrung.MatMul)  # fmt: skip
    expect("W.grad of the same", array_of(W.grad), [[1.0, 0.0], [2.0, 0.0]], look=myrung.MatMul)


def test_operator():
    x, W = variable([[1, 2]]), variable([[3], [4]])
    for what, y in {
        "x @ W": lambda: x @ W, "x @ array": lambda: x @ W.data, "array @ W": lambda: x.data @ W,
    }.items():  # fmt: skip
        came = y()
        expect_type(what, came, myrung.Variable, look=myrung.Variable)
        expect(f"{what} of [[1, 2]] and [[3], [4]]", came.data, [[11.0]], look=myrung.matmul)


def test_mT():
    expect("x.mT.shape, for x of shape (2, 3)", pile(2, 3).mT.shape, (3, 2), look=myrung.Variable)
    x = pile(2, 3, 4, 5)
    expect("x.mT of shape (2, 3, 4, 5)", x.mT.data, x.data.swapaxes(-1, -2), look=myrung.Variable)


def test_vectors_are_turned_away():
    x, W = pile(3), pile(3, 4)
    error = expect_raises("x @ W, for x of shape (3,)", ValueError, lambda: x @ W, look=myrung.MatMul)
    if "(3,)" not in str(error):
        expect(
            "the sentence about x @ W, for x of shape (3,)", str(error), "one with both shapes in it", myrung.MatMul
        )
    expect_raises("W @ x, for W of shape (4, 3) and x of shape (3,)", ValueError, lambda: pile(4, 3) @ x,
                  look=myrung.MatMul)  # fmt: skip


def test_piles_of_matrices():
    for left, right in ((5, 2, 3), (5, 3, 4)), ((5, 2, 3), (3, 4)), ((2, 3), (5, 3, 4)), ((5, 1, 2, 3), (4, 3, 2)):
        x, W = pile(*left), pile(*right)
        expect(f"x @ W, for shapes {left} and {right}", (x @ W).data, x.data @ W.data, look=myrung.MatMul)
        check_gradient(lambda x, W: (x @ W) ** 2, left, right, what=f"(x @ W) ** 2, for shapes {left} and {right},",
                       look=myrung.MatMul, tolerance=1e-4)  # fmt: skip


def test_gradients_are_right():
    check_gradient(lambda x, W: (x @ W) ** 2, (2, 3), (3, 4), what="(x @ W) ** 2", look=myrung.MatMul)
    check_gradient(lambda x: x @ x.T @ x, (3, 2), what="x @ x.T @ x", look=myrung.MatMul)


def test_twice():
    A = np.array([[2.0, 1.0], [0.0, 3.0]])
    x, v = variable([[1], [2]]), variable([[1], [-1]])
    came = array_of(myrung.hvp(lambda x: x.T @ A @ x, [x], [v])[0])
    expect("hvp of xᵀ A x: the Hessian is A + Aᵀ", came, (A + A.T) @ v.data, look=myrung.MatMul)


def test_float32_stays():
    x, W = variable([[1, 2]], np.float32), variable([[3], [4]], np.float32)
    (x @ W).backward()
    expect("the dtype of x.grad of x @ W, both float32", str(array_of(x.grad).dtype), "float32", look=myrung.MatMul)
