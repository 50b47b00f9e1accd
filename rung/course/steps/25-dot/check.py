import importlib
import re

import myrung
import numpy as np
from rung.course.testing import Unmet, expect, expect_type

TOKEN = re.compile(r'"(?:\\.|[^"\\])*"|->|--|[\w.]+|[\[\]{};,=]|\S')
LETTERS = {"\\n": "\n", "\\\\": "\\", '\\"': '"'}


def dot(name):
    try:
        module = importlib.import_module("myrung.dot")
    except ModuleNotFoundError as error:
        if not str(error.name).endswith(".dot"):
            raise  # it is there, and what it imports is not
        raise Unmet("import myrung.dot", "a file dot.py in the package", "none") from None
    if not hasattr(module, name):
        raise Unmet(f"dot.py, for the name {name}", "its definition", "nothing of that name")
    return getattr(module, name)


def unquoted(token):
    """What Graphviz makes of a name or a label."""
    if not token.startswith('"'):
        return token
    return re.sub(r"\\.", lambda match: LETTERS.get(match[0], match[0]), token[1:-1], flags=re.DOTALL)


def tokens(text):
    return TOKEN.findall(str(text))


def read_quoted(text, look):
    found = tokens(text)
    if len(found) != 1 or not found[0].startswith('"') or len(found[0]) < 2:
        raise Unmet("what quote(...) gives", "one text between two quotation marks", str(text), look)
    return unquoted(found[0])


def read_node(text, look):
    """The name of a node and its attributes."""
    found = tokens(text)
    attributes = {}
    if "[" in found and "]" in found:
        inside = found[found.index("[") + 1 : found.index("]")]
        parts = [part for part in inside if part not in (",", ";")]
        if len(parts) % 3 or any(sign != "=" for sign in parts[1::3]):
            raise Unmet("the attributes of a node", "key=value, key=value, each value one text", str(text), look)
        attributes = {key: unquoted(value) for key, value in zip(parts[::3], parts[2::3], strict=True)}
    return unquoted(found[0]) if found else "", attributes


def test_quote():
    quote = dot("quote")
    expect_type('quote("x")', quote("x"), str, look=quote)
    expect('quote("x"), as Graphviz reads it', read_quoted(quote("x"), quote), "x", look=quote)
    expect(
        'quote("two words"), as Graphviz reads it', read_quoted(quote("two words"), quote), "two words", look=quote
    )
    expect("quote(3), as Graphviz reads it", read_quoted(quote(3), quote), "3", look=quote)


def test_quotation_marks():
    quote = dot("quote")
    text = 'a "quoted" word'
    expect(f"quote({text!r}), as Graphviz reads it", read_quoted(quote(text), quote), text, look=quote)


def test_backslashes():
    quote = dot("quote")
    for text in "C:\\new", "ends with \\", '\\"':
        expect(f"quote({text!r}), as Graphviz reads it", read_quoted(quote(text), quote), text, look=quote)


def test_two_lines():
    quote = dot("quote")
    came = quote("first\nsecond")
    expect("whether quote leaves a line break as it is", "\n" in came, False, look=quote)
    expect('quote("first\\nsecond"), as Graphviz reads it', read_quoted(came, quote), "first\nsecond", look=quote)


def test_node():
    node = dot("node")
    expect('node("x"), as Graphviz reads it', read_node(node("x"), node), ("x", {}), look=node)
    came = read_node(node("x", label="the input", shape="box"), node)
    expect('node("x", label="the input", shape="box"), as Graphviz reads it', came,
           ("x", {"label": "the input", "shape": "box"}), look=node)  # fmt: skip


def test_strange_node():
    node = dot("node")
    came = read_node(node('say "hi"', label='[3, 2]; "x"', width=2), node)
    expect('''node('say "hi"', label='[3, 2]; "x"', width=2), as Graphviz reads it''', came,
           ('say "hi"', {"label": '[3, 2]; "x"', "width": "2"}), look=node)  # fmt: skip


def test_edge():
    edge = dot("edge")
    found = [unquoted(token) for token in tokens(edge("x", "a square")) if token != ";"]
    expect('edge("x", "a square"), as Graphviz reads it', found, ["x", "->", "a square"], look=edge)


def test_digraph():
    digraph, edge, node = dot("digraph"), dot("edge"), dot("node")
    found = tokens(digraph([node("x"), edge("x", "y")]))
    expect("the beginning of digraph([...])", found[:1], ["digraph"], look=digraph)
    expect("the brackets { } of digraph([...])", (found.count("{"), found[-1:]), (1, ["}"]), look=digraph)
    inside = [unquoted(t) for t in found[found.index("{") + 1 : -1] if t not in ("[", "]")]
    expect('the lines in digraph([node("x"), edge("x", "y")])', inside, ["x", ";", "x", "->", "y", ";"], look=digraph)
    expect("digraph([]), as Graphviz reads it", tokens(digraph([]))[-2:], ["{", "}"], look=digraph)
    lines = [line.strip() for line in digraph([node("x"), edge("x", "y")]).splitlines()]
    expect("the lines of digraph([...]) that hold an arrow", sum("->" in line for line in lines), 1, look=digraph)
    expect("the number of lines of digraph([...]) with two lines in it", len(lines), 4, look=digraph)


def test_in_the_face():
    missing = [name for name in ("quote", "node", "edge", "digraph") if not hasattr(myrung, name)]
    expect("the names that are missing in __init__.py", missing, [])
    expect("whether a Variable still works", (myrung.Variable(np.array(2.0)) * 3).data, 6.0)
