"""Heads of attention, their cache, and the block of transformers."""

import numpy as np
import pytest

import rung
import rung.functions as F
import rung.layers as L
from rung import Variable
from rung.errors import GraphError, ShapeError, ValueRangeError
from rung.optimizers import Adam
from rung.transform import grad, hvp, vmap

RNG = np.random.default_rng(0)


def normal(*shape):
    return RNG.standard_normal(shape)


def test_heads_are_attention_on_parts_of_the_features():
    layer = L.MultiHeadAttention(2, 6, dtype="float64")
    x, context = normal(3, 4, 6), normal(3, 5, 2)
    y = layer(x, context).data
    q, k, v = (s @ p.W.data + p.b.data for s, p in ((x, layer.q), (context, layer.k), (context, layer.v)))
    heads = [F.scaled_dot_product_attention(*(z[..., i : i + 3] for z in (q, k, v))).data for i in (0, 3)]
    np.testing.assert_allclose(y, np.concatenate(heads, -1) @ layer.o.W.data + layer.o.b.data)


def test_sizes_are_learnt_from_the_first_batch_or_given():
    for hidden, kv, expected in [(None, None, (8, 8)), (None, 2, (8, 4)), (12, None, (12, 12)), (12, 1, (12, 3))]:
        layer = L.MultiHeadAttention(4, hidden, num_kv_heads=kv)
        assert layer(normal(2, 3, 8)).shape == (2, 3, 8)
        shapes = {name: p.shape for name, p in layer.named_params()}
        wide, narrow = expected
        assert shapes == {
            "q.W": (8, wide), "q.b": (wide,), "k.W": (8, narrow), "k.b": (narrow,),
            "v.W": (8, narrow), "v.b": (narrow,), "o.W": (wide, 8), "o.b": (8,),
        }  # fmt: skip
    assert [name for name, _ in L.MultiHeadAttention(1, nobias=True).named_params()] == ["q.W", "k.W", "v.W", "o.W"]


@pytest.mark.parametrize("make", [lambda: L.MultiHeadAttention(2), lambda: L.TransformerBlock(2, causal=True)])
def test_weights_go_into_a_model_that_has_seen_no_batch(make):
    one, other = make(), make()
    x = normal(2, 3, 4).astype(np.float32)
    y = one(x).data
    other.load_state_dict(one.state_dict())
    np.testing.assert_array_equal(other(x).data, y)


def test_fused_weights_of_gpt2_split_into_ours():
    fused, bias, x = normal(6, 18), normal(18), normal(2, 5, 6)
    layer = L.MultiHeadAttention(3, 6, causal=True, dtype="float64")
    layer(x)
    for name, W, b in zip("qkv", np.split(fused, 3, axis=1), np.split(bias, 3), strict=True):
        getattr(layer, name).load_state_dict({"W": W, "b": b})
    q, k, v = ((x @ fused + bias)[..., 6 * i : 6 * i + 6].reshape(2, 5, 3, 2).swapaxes(1, 2) for i in range(3))
    y = F.scaled_dot_product_attention(q, k, v, causal=True).data.swapaxes(1, 2).reshape(2, 5, 6)
    np.testing.assert_allclose(layer(x).data, y @ layer.o.W.data + layer.o.b.data)


@pytest.mark.parametrize("lead", [(), (3,), (2, 3)])
@pytest.mark.parametrize("make", [lambda: L.MultiHeadAttention(2, dtype="float64"),
                                  lambda: L.TransformerBlock(2, dtype="float64")])  # fmt: skip
def test_any_leading_axes(lead, make):
    layer, x = make(), normal(*lead, 4, 6)
    y = layer(x)
    assert y.shape == x.shape
    for at in np.ndindex(lead):
        np.testing.assert_allclose(y.data[at], layer(x[at]).data, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("rotary", [False, True])
@pytest.mark.parametrize("norm_first", [False, True])
def test_the_future_never_changes_the_past(rotary, norm_first):
    block = L.TransformerBlock(2, causal=True, rotary=rotary, norm_first=norm_first, dtype="float64")
    x = normal(2, 6, 8)
    before = block(x).data
    x[:, 4:] = normal(2, 2, 8)
    after = block(x).data
    np.testing.assert_array_equal(before[:, :4], after[:, :4])
    assert (before[:, 4:] != after[:, 4:]).any()


def test_what_stands_in_padding_does_not_matter():
    block = L.TransformerBlock(2, dtype="float64")
    x, mask = normal(2, 5, 4), np.arange(5) < np.array([5, 3])[:, None]
    before = block(x, mask=mask[:, None, None, :]).data
    x[1, 3:] = 100 * normal(2, 4)
    after = block(x, mask=mask[:, None, None, :]).data
    np.testing.assert_array_equal(before[mask], after[mask])
    np.testing.assert_allclose(after[1, :3], block(x[1, :3]).data, rtol=1e-10)


def test_without_positions_attention_does_not_see_order_and_with_rotations_it_does():
    x, order = normal(5, 8), [3, 0, 4, 1, 2]
    for rotary in (False, True):
        layer = L.MultiHeadAttention(2, rotary=rotary, dtype="float64")
        y = layer(x).data
        assert np.allclose(layer(x[order]).data, y[order]) != rotary


def test_dropout_is_drawn_in_training_alone():
    block = L.TransformerBlock(2, dropout=0.5)
    x = normal(2, 5, 4).astype(np.float32)
    assert (block(x).data != block(x).data).any()
    with rung.test_mode():
        np.testing.assert_array_equal(block(x).data, block(x).data)


def test_second_derivatives_of_a_block():
    block = L.TransformerBlock(2, causal=True, rotary=True, dtype="float64")
    x, direction, h = normal(2, 3, 4), normal(2, 3, 4), 1e-5

    def f(x):
        return F.sum(block(x) ** 3)

    def slope(x):
        leaf = Variable(x)
        return grad(f(leaf), leaf).data

    expected = (slope(x + h * direction) - slope(x - h * direction)) / (2 * h)
    np.testing.assert_allclose(hvp(f, x, direction).data, expected, rtol=1e-5, atol=1e-6)


def test_vmap_gives_a_gradient_of_the_weights_for_every_example():
    block = L.TransformerBlock(2, num_kv_heads=1, dtype="float64")
    xs = normal(3, 4, 6)
    block(xs)
    W = block.attention.k.W
    together = vmap(lambda x: grad(F.sum(block(x) ** 2), W))(xs)
    for i in range(3):
        np.testing.assert_allclose(together.data[i], grad(F.sum(block(xs[i]) ** 2), W).data, rtol=1e-9, atol=1e-10)


def test_a_block_learns_to_copy_from_the_place_before():
    rung.seed(0)
    rng = np.random.default_rng(0)
    embedding, position, block, head = (
        L.Embedding(6, 16), L.PositionalEmbedding(8), L.TransformerBlock(2, causal=True), L.Linear(6)
    )  # fmt: skip
    model = L.Sequential(embedding, position, block, head)
    optimizer = Adam(0.02).setup(model)
    for _ in range(100):
        tokens = rng.integers(0, 6, (16, 8))
        loss = F.softmax_cross_entropy(model(tokens)[:, 1:], tokens[:, :-1])
        model.cleargrads()
        loss.backward()
        optimizer.update()
    assert loss.item() < 0.2  # from 1.8


# The cache ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("dtype", "tolerance"), [("float32", 1e-5), ("float64", 1e-12)])
@pytest.mark.parametrize("options", [{}, {"rotary": True}, {"rotary": True, "num_kv_heads": 1, "norm_first": False}])
@pytest.mark.parametrize("steps", [[1] * 40, [7, 1, 1, 20, 11], [40]])
@pytest.mark.parametrize("max_length", [None, 40])
def test_step_by_step_is_as_the_whole(dtype, tolerance, options, steps, max_length):
    layers = [L.TransformerBlock(2, causal=True, dtype=dtype, **options) for _ in range(2)]
    x = normal(3, 40, 8).astype(dtype)
    with rung.no_grad(), rung.test_mode():
        whole = layers[1](layers[0](x)).data
        caches = [L.KeyValueCache(max_length) for _ in layers]
        parts, start = [], 0
        for step in steps:
            part = x[:, start : start + step]
            for layer, cache in zip(layers, caches, strict=True):
                part = layer(part, cache=cache)
            parts.append(part.data)
            start += step
            assert len(caches[0]) == len(caches[1]) == start
    np.testing.assert_allclose(np.concatenate(parts, 1), whole, rtol=tolerance, atol=tolerance)


def test_a_cleared_cache_begins_anew_with_other_shapes():
    cache, layer = L.KeyValueCache(), L.MultiHeadAttention(2, causal=True)
    with rung.no_grad():
        first = layer(normal(2, 3, 4), cache=cache).data
        with pytest.raises(ShapeError, match="KeyValueCache: .*clear the cache for another one"):
            layer(normal(3, 1, 4), cache=cache)
        cache.clear()
        assert len(cache) == 0
        assert layer(normal(3, 1, 4), cache=cache).shape == (3, 1, 4)
    assert first.shape == (2, 3, 4)


def test_a_cache_grows_rarely_and_holds_no_graph():
    cache, places = L.KeyValueCache(), set()
    for _ in range(200):
        k, v = cache.extend(Variable(np.ones((1, 1, 2))), np.zeros((1, 1, 3)))
        places.add(k.__array_interface__["data"][0])
    assert isinstance(k, np.ndarray)
    assert k.shape == (1, 200, 2)
    assert v.shape == (1, 200, 3)
    assert len(places) <= 6


def test_a_cache_refuses_to_lose_gradients_and_to_overflow():
    layer = L.MultiHeadAttention(2, causal=True)
    cache = L.KeyValueCache(max_length=4)
    with pytest.raises(GraphError, match=r"keeps no graph; generate under rung.no_grad\(\)"):
        layer(normal(1, 2, 4), cache=cache)
    assert len(cache) == 0
    with rung.no_grad(), pytest.raises(ValueRangeError, match="5 positions are more than max_length = 4"):
        layer(normal(1, 5, 4), cache=cache)
    assert len(cache) == 0


# Errors -------------------------------------------------------------------------------------------------------------


def test_what_does_not_fit_is_named():
    with pytest.raises(ValueRangeError, match="num_heads must divide the features, but got 3 heads of 8 features"):
        L.MultiHeadAttention(3, 8)
    with pytest.raises(ValueRangeError, match="num_heads must divide the features, but got 3 heads of 8 features"):
        L.MultiHeadAttention(3)(normal(2, 8))
    with pytest.raises(ValueRangeError, match="num_kv_heads must divide num_heads, but they are 3 and 4"):
        L.MultiHeadAttention(4, num_kv_heads=3)
    with pytest.raises(ValueRangeError, match="num_heads to be an integer of at least 1, but got 0"):
        L.MultiHeadAttention(0)
    with pytest.raises(ValueRangeError, match=r"dropout to be in \[0, 1\), but got 1.0"):
        L.MultiHeadAttention(2, dropout=1.0)
    with pytest.raises(ShapeError, match="x must have an axis of positions and one of features, but got x = float64"):
        L.MultiHeadAttention(2)(normal(8))
    with pytest.raises(ValueRangeError, match="of one sequence, and a context is another"):
        L.MultiHeadAttention(2, causal=True)(normal(3, 8), normal(4, 8))
    with pytest.raises(ShapeError, match=r"the mask must broadcast to \(3, 3\).*bool \(2, 3\)"):
        L.MultiHeadAttention(2)(normal(3, 8), mask=np.ones((2, 3), bool))


# Against PyTorch ----------------------------------------------------------------------------------------------------


def load_attention(layer, theirs):
    """Copy the weights of PyTorch's layer."""
    fused, bias = theirs.in_proj_weight.detach().numpy(), theirs.in_proj_bias.detach().numpy()
    for name, W, b in zip("qkv", np.split(fused.T, 3, axis=1), np.split(bias, 3), strict=True):
        getattr(layer, name).load_state_dict({"W": W, "b": b})
    load_linear(layer.o, theirs.out_proj)


def load_linear(layer, theirs):
    layer.load_state_dict({"W": theirs.weight.detach().numpy().T, "b": theirs.bias.detach().numpy()})


@pytest.mark.parametrize("cross", [False, True])
@pytest.mark.parametrize("form", ["none", "causal", "padding", "floats"])
def test_heads_agree_with_pytorch(cross, form):
    torch = pytest.importorskip("torch")
    theirs = torch.nn.MultiheadAttention(8, 4, batch_first=True, dtype=torch.float64)
    torch.nn.init.normal_(theirs.in_proj_bias)
    layer = L.MultiHeadAttention(4, 8, dtype="float64", causal=form == "causal" and not cross)
    x, context = normal(3, 5, 8), normal(3, 6, 8) if cross else None
    layer(x, context)
    load_attention(layer, theirs)
    keys = 6 if cross else 5
    hidden = np.arange(keys) >= np.array([keys, 3, 1])[:, None]
    floats, triangle = normal(5, keys), np.tri(5, keys, dtype=bool)
    ours_given = {
        "none": None,
        "causal": triangle if cross else None,
        "padding": ~hidden[:, None, None],
        "floats": floats,
    }
    their_given = {
        "none": {}, "causal": {"attn_mask": torch.tensor(~triangle)}, "floats": {"attn_mask": torch.tensor(floats)},
        "padding": {"key_padding_mask": torch.tensor(hidden)},
    }  # fmt: skip
    leaf, their_leaf = Variable(x), torch.tensor(x, requires_grad=True)
    y = layer(leaf, context, mask=ours_given[form])
    source = torch.tensor(context) if cross else their_leaf
    their_y = theirs(their_leaf, source, source, **their_given[form])[0]
    np.testing.assert_allclose(y.data, their_y.detach().numpy(), rtol=1e-9, atol=1e-9)
    first, W = grad(F.sum(y**2), [leaf, layer.k.W], create_graph=True)
    their_first, fused = torch.autograd.grad(
        (their_y**2).sum(), [their_leaf, theirs.in_proj_weight], create_graph=True
    )
    np.testing.assert_allclose(first.data, their_first.detach().numpy(), rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(W.data, fused.detach().numpy()[8:16].T, rtol=1e-9, atol=1e-9)
    second, expected = grad(F.sum(first**2), leaf), torch.autograd.grad((their_first**2).sum(), their_leaf)[0]
    np.testing.assert_allclose(second.data, expected.numpy(), rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize("norm_first", [False, True])
@pytest.mark.parametrize("causal", [False, True])
def test_the_block_agrees_with_pytorch(norm_first, causal):
    torch = pytest.importorskip("torch")
    theirs = torch.nn.TransformerEncoderLayer(
        8, 2, 20, dropout=0.0, activation="gelu", batch_first=True, norm_first=norm_first, dtype=torch.float64
    )
    block = L.TransformerBlock(2, 8, mlp_size=20, causal=causal, norm_first=norm_first, dtype="float64")
    x = normal(3, 5, 8)
    block(x)
    load_attention(block.attention, theirs.self_attn)
    load_linear(block.fc1, theirs.linear1)
    load_linear(block.fc2, theirs.linear2)
    for ours, norm in ((block.norm1, theirs.norm1), (block.norm2, theirs.norm2)):
        torch.nn.init.normal_(norm.weight)
        torch.nn.init.normal_(norm.bias)
        ours.load_state_dict({"gamma": norm.weight.detach().numpy(), "beta": norm.bias.detach().numpy()})
    mask = torch.nn.Transformer.generate_square_subsequent_mask(5, dtype=torch.float64) if causal else None
    leaf, their_leaf = Variable(x), torch.tensor(x, requires_grad=True)
    y, their_y = block(leaf), theirs(their_leaf, src_mask=mask)
    np.testing.assert_allclose(y.data, their_y.detach().numpy(), rtol=1e-9, atol=1e-9)
    weights = normal(3, 5, 8)
    g, expected = grad(y, leaf, weights), torch.autograd.grad((their_y * torch.tensor(weights)).sum(), their_leaf)[0]
    np.testing.assert_allclose(g.data, expected.numpy(), rtol=1e-9, atol=1e-9)
