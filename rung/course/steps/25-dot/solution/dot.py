# whole file
"""Graphs as text, in the language DOT."""


def quote(text):
    """A name or a label for DOT: between quotation marks, and unharmed whatever stands in it."""
    escaped = str(text).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def node(name, **attributes):
    """A line that declares a node and how it looks."""
    looks = ", ".join(f"{key}={quote(value)}" for key, value in attributes.items())
    return f"{quote(name)} [{looks}];"


def edge(tail, head):
    """A line that draws an arrow."""
    return f"{quote(tail)} -> {quote(head)};"


def digraph(lines):
    """A whole graph, arrows and all, out of its lines."""
    return "digraph {\n" + "".join(f"  {line}\n" for line in lines) + "}\n"
