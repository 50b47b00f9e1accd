import myrung
import numpy as np
from myrung import functions, models
from myrung.datasets import Text
from rung.course.testing import Unmet, expect

GPT = myrung.GPT
EDGES = ["token.W", "place.W"], ["norm.gamma", "norm.beta", "head.W", "head.b"]
IN_BLOCK = [
    "norm1.gamma", "norm1.beta", "attention.qkv.W", "attention.qkv.b", "attention.out.W", "attention.out.b",
    "norm2.gamma", "norm2.beta", "up.W", "up.b", "down.W", "down.b",
]  # fmt: skip


def test_text():
    data = Text("abracadabra", 4)
    expect("symbols of Text('abracadabra', 4)", data.symbols, ["a", "b", "c", "d", "r"], look=Text)
    expect("its data", data.data, np.array([0, 1, 4, 0, 2, 0, 3, 0, 1, 4, 0]), look=Text)
    expect("its length", len(data), 7, look=Text)
    for i in 0, 3, 6:
        x, t = data[i]
        expect(f"example {i}: what is read", x, data.data[i : i + 4], look=Text.__getitem__)
        expect(f"example {i}: what comes next, at each place", t, data.data[i + 1 : i + 5], look=Text.__getitem__)
    x, t = next(iter(myrung.DataLoader(data, 3)))
    expect("the shapes of a batch", (x.shape, t.shape), ((3, 4), (3, 4)), look=Text)


def plain_norm(x):
    return (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-5)


def test_block():
    block = models.Block(8, 2)
    x = np.random.default_rng(0).standard_normal((2, 3, 8))
    y = block(myrung.Variable(x))
    expect("the parameters of a Block", [name for name, _ in block.named_params()], IN_BLOCK, look=models.Block)
    expect("the shapes of up.W and down.W, for size 8", (block.up.W.shape, block.down.W.shape), ((8, 32), (32, 8)),
           look=models.Block)  # fmt: skip
    middle = x + block.attention(myrung.Variable(plain_norm(x))).data
    inner = np.maximum(plain_norm(middle) @ block.up.W.data + block.up.b.data, 0)
    expect(
        "what a Block gives",
        y.data,
        middle + inner @ block.down.W.data + block.down.b.data,
        look=models.Block.forward,
        tolerance=1e-4,
    )


def small(symbols=5, **options):
    myrung.seed(62)
    return GPT(symbols, **{"length": 6, "size": 8, "num_heads": 2, "num_blocks": 2, **options})


def test_gpt():
    model = small()
    ids = np.array([[0, 1, 4, 2], [3, 3, 0, 1]])
    y = model(ids)
    blocks = [f"block{i}.{name}" for i in range(2) for name in IN_BLOCK]
    expect("its parameters", [name for name, _ in model.named_params()], EDGES[0] + blocks + EDGES[1], look=GPT)
    expect("the shape of its scores, for two texts of four symbols, of five", y.shape, (2, 4, 5), look=GPT.forward)
    x = myrung.Variable(model.token.W.data[ids] + model.place.W.data[:4])
    for block in (model.block0, model.block1):
        x = block(x)
    expect("its scores", y.data, model.head(model.norm(x)).data, look=GPT.forward, tolerance=1e-5)


def test_its_sizes():
    shapes = {name: np.shape(p.data) for name, p in GPT(7).named_params()}
    expect("token.W, place.W and head.W of GPT(7)", [shapes[name] for name in ("token.W", "place.W", "head.W")],
           [(7, 48), (32, 48), (48, 7)], look=GPT)  # fmt: skip
    model = GPT(7)
    expect(
        "length, heads and blocks of GPT(7)",
        (model.length, model.block0.attention.num_heads, len(model.blocks)),
        (32, 4, 2),
        look=GPT,
    )


def test_what_comes_later_does_not_matter():
    model = small()
    one, other = [model(np.array([ids])).data[0] for ids in ([0, 1, 2, 3], [0, 1, 2, 4])]
    expect(
        "the scores after the first three symbols, with another fourth",
        one[:3],
        other[:3],
        look=GPT.forward,
        tolerance=1e-5,
    )
    if np.allclose(one[3], other[3], atol=1e-9):
        raise Unmet("the scores after the fourth symbol, with another fourth", "others", "the same", look=GPT.forward)


def test_places_matter():
    model = small()
    one, other = [model(np.array([ids])).data[0, -1] for ids in ([0, 1, 2, 3], [1, 2, 0, 3])]
    if np.allclose(one, other, atol=1e-9):
        raise Unmet("the scores after 0 1 2 3 and after 1 2 0 3", "different ones", "the same", look=GPT.forward)


class Parrot(GPT):
    """Always the same chances, whatever was said; and it notes how it was asked."""

    chances = np.array([0.7, 0.2, 0.1])

    def __init__(self):
        super().__init__(3, length=5, size=4, num_heads=1, num_blocks=1)
        self.asked = []

    def forward(self, ids):
        self.asked.append((ids.tolist(), myrung.config.enable_backprop, myrung.config.train))
        scores = np.zeros((*ids.shape, 3))
        scores[:, -1] = np.log(self.chances)
        return myrung.Variable(scores)


def test_how_it_writes():
    parrot = Parrot()
    given = [0, 1, 2, 0]
    ids = parrot.write(given, 3)
    expect("the text that was given, at the beginning of write(ids, 3)", ids[:4], [0, 1, 2, 0], look=GPT.write)
    expect("how long write(ids, 3) is, for four ids", len(ids), 7, look=GPT.write)
    expect("the ids that were given, afterwards", given, [0, 1, 2, 0], look=GPT.write)
    expect("what the network was asked, step by step", [str(asked[0]) for asked in parrot.asked],
           [str([ids[:4]]), str([ids[:5]]), str([ids[1:6]])], look=GPT.write)  # fmt: skip
    expect(
        "enable_backprop and train, while it writes",
        {asked[1:] for asked in parrot.asked},
        {(False, False)},
        look=GPT.write,
    )
    kinds = {type(i) for i in ids}
    expect("of what type the ids are", kinds, {int}, look=GPT.write)


def test_how_it_draws():
    parrot = Parrot()
    for temperature, wanted in (None, parrot.chances), (2.0, parrot.chances**0.5), (0.25, parrot.chances**4):
        myrung.seed(1)
        options = {} if temperature is None else {"temperature": temperature}
        ids = np.array(parrot.write([0], 500, **options)[1:])
        wanted = wanted / wanted.sum()
        share = np.bincount(ids, minlength=3) / len(ids)
        if np.abs(share - wanted).max() > 0.08:
            raise Unmet(
                f"the shares of three symbols, at temperature {temperature or 1}",
                f"about {wanted.round(2).tolist()}",
                f"{share.round(2).tolist()}",
                look=GPT.write,
            )
    myrung.seed(5)
    first = parrot.write([0], 20)
    myrung.seed(5)
    expect("the same text a second time, from the same seed", parrot.write([0], 20), first, look=GPT.write)


def test_it_writes_in_single_precision():
    model = small(symbols=40)
    expect("how much a new network of float32 writes", len(model.write([1, 2, 3], 12)), 15, look=GPT.write)


def test_it_learns_to_count():
    data = Text("0123456789" * 4, 6)
    model = small(symbols=10)
    x, t = (np.array(part) for part in zip(*[data[i] for i in range(10)], strict=True))
    optimizer = myrung.optimizers.Adam(0.05).setup(model)
    for _ in range(25):
        loss = functions.softmax_cross_entropy(model(x).reshape(-1, 10), t.reshape(-1))
        model.cleargrads()
        loss.backward()
        optimizer.update()
    if loss.data > 1.6:
        raise Unmet(
            "the loss, after 25 steps with the ten digits in a circle", "less than 1.6", f"{loss.data:.2f}", look=GPT
        )
    without = [name for name, p in model.named_params() if p.grad is None]
    expect("parameters without a gradient", without, [], look=GPT)
