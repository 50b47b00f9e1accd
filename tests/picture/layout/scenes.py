"""Scenes to lay out: made by hand, drawn by lot, and walked from variables."""

import functools
import random

import numpy as np

import rung.functions as F
from rung import Variable
from rung.core.record import Constant


class SceneBuilder:
    """A scene that grows box by box; a port is a box, or a pair of a box and the number of its output."""

    def __init__(self):
        self.boxes, self.frames, self.targets = [], [], {}

    def frame(self, label, parent=-1):
        """Open a frame; return its number."""
        self.frames.append({"group": len(self.frames), "parent": parent, "label": label,
                            "w": 8 * len(label) + 40, "header": 24})  # fmt: skip
        return len(self.frames) - 1

    def box(self, label, ins=(), frame=-1, outs=1, height=28):
        """Add a box with lines into it; return its number."""
        number, width = len(self.boxes), 8 * len(label) + 24
        self.boxes.append({
            "kind": "call", "id": number, "frame": frame, "lines": [label], "w": width, "h": height,
            "ins": _spread(width, len(ins)), "outs": _spread(width, outs),
        })  # fmt: skip
        for port, source in enumerate(ins):
            source = source if isinstance(source, tuple) else (source, 0)
            self.targets.setdefault(source, []).append([number, port])
        return number

    def chain(self, ops, source, frame=-1):
        """One op after the other, each with its result; return the last result."""
        for op in ops:
            source = self.box("h", [self.box(op, [source], frame)], frame)
        return source

    def scene(self):
        """The scene so far."""
        nets = [{"value": i, "from": list(source), "to": to} for i, (source, to) in enumerate(self.targets.items())]
        return {"boxes": self.boxes, "frames": self.frames, "nets": nets}


def _spread(width, count):
    return [(i + 1) * width // (count + 1) for i in range(count)]


def chain(length):
    build = SceneBuilder()
    build.chain(["exp", "a longer name", "sin"] * length, build.box("x"))
    return build.scene()


def diamond():
    build = SceneBuilder()
    x = build.box("x")
    left, right = build.box("h", [build.box("sin", [x])]), build.box("h", [build.box("cos", [x])])
    build.box("add", [left, right])
    return build.scene()


def fan(count):
    build = SceneBuilder()
    x = build.box("x")
    heads = [build.box("head", [x]) for _ in range(count)]
    build.box("concatenate all the heads", heads)
    return build.scene()


def residual(nodes):
    """A network of blocks, each with a line around it."""
    build = SceneBuilder()
    x = build.box("x")
    while len(build.boxes) < nodes:
        x = build.box("h", [build.box("add", [build.chain(["conv", "relu", "conv"], x), x])])
    return build.scene()


def one_variable_all_along(nodes):
    """A long chain in which every second op reads the same variable."""
    build = SceneBuilder()
    w, x = build.box("w"), build.box("x")
    while len(build.boxes) < nodes:
        x = build.chain(["sin"], build.box("h", [build.box("mul", [x, w])]))
    return build.scene()


def mlp(layers):
    """Layers as open frames in the frame of their model, the loss outside."""
    build = SceneBuilder()
    x, t = build.box("x (32, 784)"), build.box("t")
    model = build.frame("MLP")
    for i in range(layers):
        layer = build.frame(f"l{i} Linear", model)
        W, b = build.box("W", [], layer), build.box("b", [], layer)
        product = build.box("(32, 100)", [build.box("matmul", [x, W], layer)], layer)
        x = build.box("(32, 100)", [build.box("add", [product, b], layer)], layer)
    build.box("loss", [build.box("softmax_cross_entropy", [x, t])])
    return build.scene()


def lstm(steps):
    """Steps as open frames, the same weights in each."""
    build = SceneBuilder()
    Wx, Wh, b, h, c = (build.box(name) for name in ("Wx", "Wh", "b", "h0", "c0"))
    for step in range(steps):
        frame, x = build.frame(f"step {step}"), build.box(f"x{step}")
        product = [build.box("matmul", [x, Wx], frame), build.box("matmul", [h, Wh], frame)]
        gates = build.box("split", [build.box("add", [build.box("add", product, frame), b], frame)], frame, outs=4)
        i, f, g, o = (build.box("sigmoid", [(gates, k)], frame) for k in range(4))
        c = build.box("add", [build.box("mul", [f, c], frame), build.box("mul", [i, g], frame)], frame)
        h = build.box("mul", [o, build.box("tanh", [c], frame)], frame)
    return build.scene()


def deep_frames(depth):
    """Frames in frames, a line through all of them."""
    build = SceneBuilder()
    x, frame = build.box("x"), -1
    for level in range(depth):
        frame = build.frame(f"{level}", frame)
    build.box("y", [build.box("sin", [x], frame)])
    return build.scene()


def drawn_by_lot(boxes, seed, frames=True):
    """A random graph; its frames open and close as it grows, as calls of layers do."""
    lot, build, open_frames = random.Random(seed), SceneBuilder(), [-1]
    for i in range(boxes):
        if frames and lot.random() < 0.15 and len(open_frames) < 4:
            open_frames.append(build.frame(f"frame {len(build.frames)}", open_frames[-1]))
        elif frames and lot.random() < 0.2 and len(open_frames) > 1:
            open_frames.pop()
        ins = [
            max(0, i - 1 - int(lot.expovariate(0.3))) for _ in range(lot.choice([0, 1, 1, 1, 2, 2, 3]) if i else 0)
        ]
        ins = [(box, lot.randrange(len(build.boxes[box]["outs"]))) for box in ins]
        label, height = "n" * lot.randint(1, 12), lot.choice([28, 28, 44])
        build.box(label, ins, open_frames[-1], outs=lot.choice([1, 1, 1, 2]), height=height)
    return build.scene()


@functools.cache
def tanh_derivative(order):
    """The graph of the n-th derivative of tanh, as in the book's step 35."""
    x = Variable(np.array(1.0))
    y = F.tanh(x)
    y.backward(create_graph=True)
    for _ in range(order - 1):
        gx = x.grad
        x.cleargrad()
        gx.backward(create_graph=True)
    return walked_from(x.grad)


def walked_from(y):
    """The graph behind a variable: a box for each call, each variable and each number."""
    nodes, stack = {}, [y._record]
    while stack:
        node = stack.pop().creator
        if node is not None and node.serial not in nodes:
            nodes[node.serial] = node
            stack.extend(node.edges)
    build, boxes = SceneBuilder(), {}
    for node in (nodes[serial] for serial in sorted(nodes)):
        ins = [_box_of(build, boxes, edge) for edge in node.edges]
        boxes[node] = build.box(node.op.name, ins)
    _box_of(build, boxes, y._record)
    return build.scene()


def _box_of(build, boxes, record):
    if type(record) is Constant:
        return build.box(f"{float(record.value):g}")
    if record not in boxes:
        boxes[record] = build.box("v", [boxes[record.creator]] if record.creator else [])
    return boxes[record]


def corpus():
    """Small scenes of every kind, by name."""
    made = {
        "nothing": SceneBuilder().scene(), "chain": chain(3), "diamond": diamond(), "fan": fan(7), "mlp": mlp(3),
        "residual": residual(40), "along": one_variable_all_along(600), "lstm": lstm(4), "deep": deep_frames(60),
        "tanh": tanh_derivative(3), "tanh 5": tanh_derivative(5),
    }  # fmt: skip
    made |= {f"random {seed}": drawn_by_lot(5 + seed % 90, seed, seed % 3 != 0) for seed in range(120)}
    return made
