import re
import shutil
import subprocess

import myrung
import numpy as np
from rung.course.testing import Unmet, expect, expect_raises

TOKEN = re.compile(r'"(?:\\.|[^"\\])*"|->|[\w.]+|[\[\]{};,=]')


def named(name, value=2.0, shape=None):
    data = np.array(value) if shape is None else np.full(shape, value)
    return myrung.Variable(data, name)


def dot_of(output, **options):
    if not hasattr(myrung, "get_dot_graph"):
        raise Unmet("myrung.get_dot_graph", "a function", "nothing of that name")
    text = myrung.get_dot_graph(output, **options)
    if not isinstance(text, str) or not text.lstrip().startswith("digraph"):
        raise Unmet("what get_dot_graph(y) gives", "a text that begins with digraph", str(text)[:60],
                    look=myrung.get_dot_graph)  # fmt: skip
    return text


def drawing(output, **options):
    """The labels of the nodes by their names, and the arrows, as Graphviz would read them."""
    labels, arrows = {}, []
    for line in dot_of(output, **options).splitlines()[1:-1]:
        found = [token.strip('"') for token in TOKEN.findall(line)]
        if "->" in found:
            arrows.append((found[0], found[2]))
        elif "label" in found:
            labels[found[0]] = found[found.index("label") + 2].replace('\\"', '"').replace("\\\\", "\\")
        elif found:
            labels[found[0]] = ""
    return labels, arrows


def arrows_by_label(output):
    labels, arrows = drawing(output, verbose=False)
    unknown = [name for arrow in arrows for name in arrow if name not in labels]
    expect("names in arrows that no node has", unknown, [], look=myrung.get_dot_graph)
    return sorted(f"{labels[tail]} -> {labels[head]}" for tail, head in arrows)


def test_one_function():
    x = named("x")
    y = myrung.square(x)
    y.name = "y"
    expect("the arrows of y = square(x), by labels", arrows_by_label(y), ["Square -> y", "x -> Square"],
           look=myrung.get_dot_graph)  # fmt: skip


def test_leaf():
    labels, arrows = drawing(named("x"), verbose=False)
    expect("the labels of the graph of a leaf x", list(labels.values()), ["x"], look=myrung.get_dot_graph)
    expect("its arrows", arrows, [], look=myrung.get_dot_graph)


def test_two_inputs():
    x, y = named("x"), named("y")
    z = x * y
    z.name = "z"
    expect("the arrows of z = x * y", arrows_by_label(z), ["Mul -> z", "x -> Mul", "y -> Mul"],
           look=myrung.get_dot_graph)  # fmt: skip


def test_same_input_twice():
    x = named("x")
    z = x + x
    z.name = "z"
    expect("the arrows of z = x + x: one for each input", arrows_by_label(z), ["Add -> z", "x -> Add", "x -> Add"],
           look=myrung.get_dot_graph)  # fmt: skip


def test_diamond():
    x = named("x")
    a = myrung.square(x)
    a.name = "a"
    y = myrung.square(a) + myrung.exp(a)
    y.name = "y"
    labels, arrows = drawing(y, verbose=False)
    functions = sorted(label for label in labels.values() if label[:1].isupper())
    expect("the functions in the graph of a ** 2 + exp(a), where a = x ** 2", functions,
           ["Add", "Exp", "Square", "Square"], look=myrung.get_dot_graph)  # fmt: skip
    expect("the number of variables in it", len(labels) - 4, 5, look=myrung.get_dot_graph)
    expect("the number of arrows in it: each of them once", len(arrows), 9, look=myrung.get_dot_graph)


def test_same_names():
    x0, x1 = named("x"), named("x")
    labels, arrows = drawing(x0 * x1, verbose=False)
    expect("the labels of two variables, both called x, and of their product", sorted(labels.values()),
           ["", "Mul", "x", "x"], look=myrung.get_dot_graph)  # fmt: skip
    expect("the number of different arrows", len(set(arrows)), 3, look=myrung.get_dot_graph)


def test_thirty_diamonds():
    a = named("x")
    for _ in range(30):
        a = a + a
    _, arrows = drawing(a, verbose=False)
    expect("the number of arrows of thirty diamonds: three for each", len(arrows), 90, look=myrung.get_dot_graph)


def test_strange_names():
    name = 'a "b" \\ c'
    labels, _ = drawing(named(name), verbose=False)
    expect(f"the label of a Variable called {name!r}", list(labels.values()), [name], look=myrung.get_dot_graph)


def test_shapes():
    labels, _ = drawing(named("x", 1.0, (2, 3)) * named(None, 1.0, (2, 3)), verbose=True)
    found = sorted(label for label in labels.values() if label != "Mul")
    expect("the labels with verbose=True", found, ["(2, 3) float64", "(2, 3) float64", "x: (2, 3) float64"],
           look=myrung.get_dot_graph)  # fmt: skip
    expect("whether verbose=True is the default", dot_of(named("x")), dot_of(named("x"), verbose=True),
           look=myrung.get_dot_graph)  # fmt: skip
    labels, _ = drawing(myrung.Variable(None, "empty"))
    expect("the label of a Variable without an array", list(labels.values()), ["empty"], look=myrung.get_dot_graph)


def test_dropped_output():
    class Halves(myrung.Function):
        def forward(self, x):
            return x / 2, x / 2

        def backward(self, g0, g1):
            return g0

    x = named("x")
    y = Halves()(x)[0]
    expect("the number of arrows, where one of two outputs is gone", len(drawing(y)[1]), 2, look=myrung.get_dot_graph)


def test_plot(monkeypatch):
    calls = []
    monkeypatch.setattr(shutil, "which", lambda name, *rest, **more: "/usr/bin/" + name)
    monkeypatch.setattr(subprocess, "run", lambda *words, **options: calls.append((words, options)))
    plot = myrung.plot_dot_graph
    y = named("x") * 3
    plot(y, to_file="a; b $HOME.png")
    expect("how often plot_dot_graph(y, to_file=...) starts a program", len(calls), 1, look=plot)
    (command, *_), options = calls[0]
    if not isinstance(command, (list, tuple)):
        raise Unmet("what subprocess.run is given", "a list of words, so that no shell reads the file name",
                    repr(command), look=plot)  # fmt: skip
    words = [str(word) for word in command]
    expect("the words of the command", words, ["dot", "-Tpng", "-o", "a; b $HOME.png"], look=plot)
    expect("whether a shell is asked for", bool(options.get("shell")), False, look=plot)
    expect("whether a failure of dot is an error: check", bool(options.get("check")), True, look=plot)
    expect("what dot is given to read: input", options.get("input"), dot_of(y), look=plot)
    expect("whether input is text: text", bool(options.get("text")), True, look=plot)
    plot(y, to_file="graph.svg", verbose=False)
    expect("what dot is given with verbose=False", calls[1][1].get("input"), dot_of(y, verbose=False), look=plot)


def test_no_graphviz(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name, *rest, **more: None)
    monkeypatch.setattr(subprocess, "run", lambda *words, **options: None)
    expect_raises("plot_dot_graph(y), where Graphviz is not installed", RuntimeError,
                  lambda: myrung.plot_dot_graph(named("x") * 3), look=myrung.plot_dot_graph)  # fmt: skip
