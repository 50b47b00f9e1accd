import myrung
import numpy as np
from myrung import layers
from rung.course.testing import Unmet, check_gradient, expect, expect_raises, random_arrays

Variable = myrung.Variable


def weights_of(scores):
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def plain(q, k, v, causal=False):
    scores = np.einsum("...td,...sd->...ts", q, k) / np.sqrt(q.shape[-1])
    if causal:
        scores = np.where(np.tri(*scores.shape[-2:]) > 0, scores, -np.inf)
    return weights_of(scores) @ v


def variables(*arrays):
    return [Variable(array) for array in arrays]


def test_attention():
    q, k, v = random_arrays((4, 3), (5, 3), (5, 2))
    came = myrung.attention(*variables(q, k, v))
    expect("attention(q, k, v) of four questions about five things", came.data, plain(q, k, v), look=myrung.attention)


def test_many_at_once():
    q, k, v = random_arrays((2, 3, 4, 5), (2, 3, 4, 5), (2, 3, 4, 5))
    came = myrung.attention(*variables(q, k, v))
    expect("attention of arrays of shape (2, 3, 4, 5)", came.data, plain(q, k, v), look=myrung.attention)


def test_nobody_looks_ahead():
    q, k = random_arrays((4, 3), (4, 3))
    share = myrung.attention(*variables(q, k, np.eye(4)), causal=True).data
    expect("what attention(q, k, np.eye(4), causal=True) takes from later rows", np.triu(share, 1), np.zeros((4, 4)),
           look=myrung.attention)  # fmt: skip
    expect("the sum of each of its rows", share.sum(axis=1), np.ones(4), look=myrung.attention)
    expect("all of it", share, plain(q, k, np.eye(4), causal=True), look=myrung.attention)
    single = [array.astype(np.float32) for array in (q, k, np.eye(4))]
    expect("its type, for float32", myrung.attention(*variables(*single), causal=True).dtype, np.float32,
           look=myrung.attention)  # fmt: skip


def test_great_scores():
    q, k, v = (200.0 * array for array in random_arrays((3, 4), (3, 4), (3, 4)))
    for causal in False, True:
        came = myrung.attention(*variables(q, k, v), causal=causal).data
        expect(f"attention of great numbers, causal={causal}", came, plain(q, k, v, causal), look=myrung.attention)


def test_gradients_of_attention():
    for causal in False, True:
        check_gradient(
            lambda q, k, v, c=causal: myrung.attention(q, k, v, c) ** 2,
            (3, 2),
            (3, 2),
            (3, 2),
            what=f"attention(q, k, v, causal={causal}) ** 2",
            look=myrung.attention,
            tolerance=1e-4,
        )


def test_layer_norm():
    x, gamma, beta = random_arrays((2, 3, 5), (5,), (5,))
    even = (x - x.mean(axis=-1, keepdims=True)) / np.sqrt(x.var(axis=-1, keepdims=True) + 1e-5)
    came = myrung.layer_norm(*variables(x, gamma, beta))
    expect("layer_norm(x, gamma, beta)", came.data, even * gamma + beta, look=myrung.layer_norm)
    flat = myrung.layer_norm(*variables(np.full((1, 4), 7.0), np.ones(4), np.arange(4.0)))
    expect("layer_norm of a row of equal numbers", flat.data, np.arange(4.0)[None], look=myrung.layer_norm)
    tiny = myrung.layer_norm(*variables(np.array([[0.0, 0.002]]), np.ones(2), np.zeros(2)))
    expect(
        "layer_norm of a row that is almost flat, with eps 1e-5",
        tiny.data,
        np.array([[-1.0, 1.0]]) * 0.001 / np.sqrt(1.1e-5),
        look=myrung.layer_norm,
    )


def test_gradients_of_layer_norm():
    check_gradient(lambda x, gamma, beta: myrung.layer_norm(x, gamma, beta) ** 2, (2, 4), (4,), (4,),
                   what="layer_norm(x, gamma, beta) ** 2", look=myrung.layer_norm, tolerance=1e-4)  # fmt: skip


def test_embedding():
    layer = layers.Embedding(5, 3)
    expect(
        "the shape and type of W of Embedding(5, 3)",
        (layer.W.shape, layer.W.dtype),
        ((5, 3), np.dtype(np.float32)),
        look=layers.Embedding,
    )
    expect("its parameters", [name for name, _ in layer.named_params()], ["W"], look=layers.Embedding)
    expect("the name of W", layer.W.name, "W", look=layers.Embedding)
    ids = np.array([[4, 0, 4], [1, 1, 4]])
    y = layer(ids)
    expect("the rows of symbols [[4, 0, 4], [1, 1, 4]]", y.data, layer.W.data[ids], look=layers.Embedding.forward)
    y.sum().backward()
    if layer.W.grad is None:
        raise Unmet("the gradient of W", "an array", "None", look=layers.Embedding.forward)
    expect(
        "the gradient of W: how often each symbol came",
        layer.W.grad.data,
        np.array([[1.0], [2], [0], [0], [3]]) * np.ones(3),
        look=layers.Embedding.forward,
    )
    spread = layers.Embedding(100, 100).W.data.std()
    expect("the spread of W, rounded to thousandths", round(float(spread), 3), 0.02, look=layers.Embedding)


def test_layer_norm_as_a_layer():
    layer = layers.LayerNorm(4)
    expect("its parameters", [name for name, _ in layer.named_params()], ["gamma", "beta"], look=layers.LayerNorm)
    expect(
        "gamma and beta of a new one",
        [layer.gamma.data.tolist(), layer.beta.data.tolist()],
        [[1.0] * 4, [0.0] * 4],
        look=layers.LayerNorm,
    )
    expect("their types", [p.dtype for p in layer.params()], [np.float32] * 2, look=layers.LayerNorm)
    expect("their names", [p.name for p in layer.params()], ["gamma", "beta"], look=layers.LayerNorm)
    x, gamma, beta = random_arrays((3, 4), (4,), (4,))
    layer.gamma.data, layer.beta.data = gamma, beta
    expect(
        "what it gives",
        layer(Variable(x)).data,
        myrung.layer_norm(*variables(x, gamma, beta)).data,
        look=layers.LayerNorm,
    )


def test_self_attention():
    layer = layers.SelfAttention(6, 2)
    W, b, Wo, bo = random_arrays((6, 18), (18,), (6, 6), (6,), seed=4)
    expect(
        "its parameters",
        [(name, p.shape) for name, p in layer.named_params()],
        [("qkv.W", (6, 18)), ("qkv.b", (18,)), ("out.W", (6, 6)), ("out.b", (6,))],
        look=layers.SelfAttention,
    )
    layer.qkv.W.data, layer.qkv.b.data, layer.out.W.data, layer.out.b.data = W, b, Wo, bo
    (x,) = random_arrays((2, 4, 6))
    q, k, v = np.split(x @ W + b, 3, axis=-1)
    heads = [plain(*(part[..., at : at + 3] for part in (q, k, v)), causal=True) for at in (0, 3)]
    came = layer(Variable(x))
    expect(
        "what SelfAttention(6, 2) gives",
        came.data,
        np.concatenate(heads, axis=-1) @ Wo + bo,
        look=layers.SelfAttention.forward,
    )


def test_self_attention_reaches_back():
    layer = layers.SelfAttention(4, 2)
    (x,) = random_arrays((1, 5, 4))
    x = Variable(x)
    layer(x)[:, 2].sum().backward()
    felt = np.abs(x.grad.data[0]).sum(axis=1) > 0
    expect("which of five inputs the third result feels", felt.tolist(), [True, True, True, False, False],
           look=layers.SelfAttention.forward)  # fmt: skip


def test_uneven_heads():
    expect_raises("SelfAttention(6, 4)", ValueError, lambda: layers.SelfAttention(6, 4), look=layers.SelfAttention)
    layers.SelfAttention(6, 3)
