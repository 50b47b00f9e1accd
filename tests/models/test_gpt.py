"""A GPT learns, looks back alone, goes on from a prompt as its cache says, and takes over GPT-2's weights."""

import copy
import dataclasses
import hashlib
import pickle

import numpy as np
import pytest

import rung
import rung.functions as F
from rung.errors import ShapeError, ValueRangeError, WeightFileError
from rung.models import GPT
from rung.models.gpt import GPT2_SMALL
from rung.optimizers import AdamW

SIZES = {"vocabulary_size": 11, "max_length": 8, "hidden_size": 12, "num_heads": 3, "num_layers": 2}


@pytest.fixture
def model():
    rung.seed(0)
    model = GPT(**SIZES)
    for p in model.params():  # larger than drawn, so that the scores depend on everything
        p.data = p.data + 0.3 * rung.random.generator().standard_normal(p.shape, np.float32)
    return model


def tokens(*shape):
    return np.random.default_rng(1).integers(0, 11, shape)


def scores(model, x):
    with rung.no_grad(), rung.test_mode():
        return model(x).data


def test_it_overfits_one_batch():
    rung.seed(0)
    model = GPT(**SIZES)
    optimizer = AdamW(0.01).setup(model)
    text = tokens(4, 9)
    x, t = text[:, :-1], text[:, 1:]
    for _ in range(120):
        loss = F.softmax_cross_entropy(model(x), t)
        model.cleargrads()
        loss.backward()
        optimizer.update()
    assert loss.item() < 0.7  # the first letters of a row cannot be known
    assert F.accuracy(model(x)[:, 1:], t[:, 1:]).item() == 1.0


def test_the_first_loss_is_that_of_guessing():
    rung.seed(0)
    x = tokens(16, 8)
    assert F.softmax_cross_entropy(GPT(**SIZES)(x), (x + 3) % 11).item() == pytest.approx(np.log(11), abs=0.3)


def test_no_token_sees_those_after_it(model):
    x = tokens(2, 8)
    before = scores(model, x)
    for place in range(8):
        changed = x.copy()
        changed[:, place] = (changed[:, place] + 1) % 11
        after = scores(model, changed)
        np.testing.assert_array_equal(after[:, :place], before[:, :place])
        assert (after[:, place:] != before[:, place:]).any(axis=-1).all()


def test_all_sizes_are_known_from_the_start_and_scores_use_the_tokens_vectors():
    model = GPT(**SIZES)
    state = model.state_dict()
    assert sum(array.size for array in state.values()) == 11 * 12 + 8 * 12 + 2 * (12 * 12 * 12 + 13 * 12) + 2 * 12
    assert {array.dtype for array in state.values()} == {np.dtype("float32")}
    loss = F.sum(model(tokens(1, 3)))
    loss.backward()
    assert (model.tokens.W.grad.data != 0).any(axis=1).all()  # also of tokens that did not come


def test_what_is_drawn_is_gpt2s_but_for_the_width():
    rung.seed(0)
    model = GPT(50, 8, 192, 3, 8)
    for name, p in model.named_params():
        if p.ndim == 2:
            std = 0.04 / 4 if name.endswith(("attention.o.W", "fc2.W")) else 0.04
            assert p.data.std() == pytest.approx(std, rel=0.08), name
        else:
            assert np.unique(p.data).tolist() == [1.0 if name.endswith("gamma") else 0.0], name


def test_float64_stays_float64():
    model = GPT(**SIZES, dtype="float64")
    assert model(tokens(1, 3)).dtype == np.float64


def test_dropout_is_of_training_alone():
    rung.seed(0)
    model = GPT(**SIZES, dropout=0.3)
    x = tokens(2, 8)
    assert (model(x).data != model(x).data).any()
    np.testing.assert_array_equal(scores(model, x), scores(model, x))


# Generating -------------------------------------------------------------------------------------------------------


def generate_slowly(model, text, length):
    """Without a cache: everything that is in the window is read anew for every token."""
    start = max(0, len(text) - 8)
    for _ in range(length):
        if len(text) - start > 8:
            start = len(text) - 4
        text = np.append(text, scores(model, text[None, start:])[0, -1].argmax())
    return text


@pytest.mark.parametrize("given", [1, 3, 8, 9, 20])
def test_the_cache_does_not_change_the_text(model, given):
    prompt = tokens(given)
    np.testing.assert_array_equal(model.generate(prompt, 25, temperature=0), generate_slowly(model, prompt, 25))


def test_rows_are_generated_as_if_each_were_alone(model):
    prompts = tokens(3, 4)
    together = model.generate(prompts, 12, temperature=0)
    assert together.shape == (3, 16)
    for row, prompt in zip(together, prompts, strict=True):
        np.testing.assert_array_equal(row, model.generate(prompt, 12, temperature=0))


def test_generating_records_nothing_and_drops_nothing(model):
    model.dropout = 0.5
    for block in model.blocks:
        block.dropout = block.attention.dropout = 0.5
    first = model.generate([1, 2], 10, seed=5)
    np.testing.assert_array_equal(first, model.generate([1, 2], 10, seed=5))
    assert (first != model.generate([1, 2], 10, seed=6)).any()
    assert all(p.grad is None for p in model.params())


def test_one_position_is_enough():
    model = GPT(**SIZES | {"max_length": 1})
    assert model.generate([3, 4], 5).shape == (7,)


# Keeping ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", ["npz", "safetensors"])
def test_weights_come_back_from_a_file(model, tmp_path, suffix):
    model.save_weights(tmp_path / f"gpt.{suffix}")
    other = GPT(**SIZES)
    other.load_weights(tmp_path / f"gpt.{suffix}")
    np.testing.assert_array_equal(scores(other, tokens(1, 8)), scores(model, tokens(1, 8)))


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))])
def test_a_copy_is_the_same_and_apart(model, copied):
    other, x = copied(model), tokens(1, 8)
    before = scores(model, x)
    np.testing.assert_array_equal(scores(other, x), before)
    other.tokens.W.data = other.tokens.W.data * 2
    np.testing.assert_array_equal(scores(model, x), before)


def test_what_does_not_fit_is_said():
    with pytest.raises(ShapeError, match="positions below max_length = 8"):
        GPT(**SIZES)(tokens(1, 9))
    with pytest.raises(ValueRangeError, match="GPT: expected num_layers to be an integer of at least 1, but got 0"):
        GPT(**SIZES | {"num_layers": 0})
    with pytest.raises(ValueRangeError, match="num_heads must divide the features"):
        GPT(**SIZES | {"num_heads": 5})


# Weights of GPT-2 -------------------------------------------------------------------------------------------------


def twin():
    """PyTorch's twin, with other weights than the first ones; its matrices lie as nanoGPT has them."""
    torch = pytest.importorskip("torch")
    from benchmarks.workloads.gpt import torch_gpt

    torch.manual_seed(0)
    twin = torch_gpt(11, 8, 12, 3, 2)
    with torch.no_grad():
        for p in twin.parameters():
            p += 0.3 * torch.randn(p.shape)
    return twin, {name: p.detach().numpy() for name, p in twin.state_dict().items()}


def as_hugging_face_has_them(state):
    """Matrices are (in, out) there, and the masks of attention are kept in the file."""
    ours = {name: x.T if ".c_" in name and x.ndim == 2 else x for name, x in state.items()}
    masks = {
        f"h.{i}.attn.{name}": np.tril(np.ones((1, 1, 8, 8), "f"))
        for i in range(2)
        for name in ("bias", "masked_bias")
    }
    return {**ours, **masks}


@pytest.mark.parametrize("prefix", ["", "transformer."])
@pytest.mark.parametrize("layout", [dict, as_hugging_face_has_them])
@pytest.mark.parametrize("head", [False, True])
def test_pytorchs_gpt2_gives_the_same_scores(prefix, layout, head):
    torch = pytest.importorskip("torch")

    theirs, state = twin()
    model, x = GPT(**SIZES), tokens(2, 8)
    named = {prefix + name: array for name, array in layout(state).items()}
    model.load_state_dict(named | ({"lm_head.weight": state["wte.weight"]} if head else {}))
    with torch.no_grad():
        np.testing.assert_allclose(scores(model, x), theirs(torch.as_tensor(x)).numpy(), atol=1e-5)


def test_pytorchs_gradients_are_the_same():
    torch = pytest.importorskip("torch")

    theirs, state = twin()
    model, x, t = GPT(**SIZES), tokens(2, 8), tokens(2, 8)[::-1].copy()
    model.load_state_dict(state)
    F.softmax_cross_entropy(model(x), t).backward()
    torch.nn.functional.cross_entropy(
        theirs(torch.as_tensor(x)).flatten(0, 1), torch.as_tensor(t).flatten()
    ).backward()
    gradients = model.adapt_pytorch({name: p.grad.numpy() for name, p in theirs.named_parameters()})
    for name, p in model.named_params():
        np.testing.assert_allclose(p.grad.data, gradients[name], atol=1e-5, err_msg=name)


def test_pytorchs_weights_that_do_not_fit_are_named():
    _, state = twin()
    model = GPT(**SIZES)
    before = scores(model, tokens(1, 8))
    for change, text in (
        ({"lm_head.weight": state["wte.weight"] + 1}, "lm_head.weight is unknown"),
        ({"h.0.attn.extra.weight": np.ones(3, "f")}, "h.0.attn.extra.weight is unknown"),
        ({"h.1.attn.c_attn.bias": np.ones(35, "f")}, r"blocks.1.attention.q.b must be of shape \(12\)"),
        ({"h.2.ln_1.weight": np.ones(12, "f")}, "blocks.2.norm1.gamma is unknown"),
    ):
        with pytest.raises(WeightFileError, match=text):
            model.load_state_dict({**state, **change})
    with pytest.raises(WeightFileError, match="positions.W is missing"):
        model.load_state_dict({name: x for name, x in state.items() if name != "wpe.weight"})
    np.testing.assert_array_equal(scores(model, tokens(1, 8)), before)


def test_pytorchs_file_of_hugging_face_gives_the_same_scores(tmp_path):
    torch, transformers = pytest.importorskip("torch"), pytest.importorskip("transformers")
    sizes = {"vocab_size": 11, "n_positions": 8, "n_embd": 12, "n_layer": 2, "n_head": 3}
    torch.manual_seed(0)
    theirs = transformers.GPT2LMHeadModel(transformers.GPT2Config(**sizes, bos_token_id=0, eos_token_id=0)).eval()
    with torch.no_grad():
        for p in theirs.parameters():
            p += 0.3 * torch.randn(p.shape)
    theirs.save_pretrained(tmp_path)
    model, x = GPT(**SIZES), tokens(2, 8)
    with pytest.warns(rung.errors.UnverifiedWarning):
        model.load_weights(tmp_path / "model.safetensors")
    with torch.no_grad():
        np.testing.assert_allclose(scores(model, x), theirs(torch.as_tensor(x)).logits.numpy(), atol=1e-5)
    ours = model.generate([1, 2, 3], 5, temperature=0)
    texts = theirs.generate(
        torch.tensor([[1, 2, 3]]), max_new_tokens=5, do_sample=False, eos_token_id=None, pad_token_id=0
    )
    np.testing.assert_array_equal(ours, texts[0].numpy())


def test_pytorchs_weights_are_taken_from_the_cache_once_they_are_there(tmp_path, monkeypatch):
    _, state = twin()
    monkeypatch.setenv("RUNG_CACHE", str(tmp_path))
    file = tmp_path / "weights" / "gpt2.safetensors"
    file.parent.mkdir()
    rung.serializers.save_arrays(file, as_hugging_face_has_them(state))
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    model = GPT(**SIZES)
    dataclasses.replace(GPT2_SMALL, checksum=digest).load_into(model)
    np.testing.assert_array_equal(model.tokens.W.data, state["wte.weight"])
