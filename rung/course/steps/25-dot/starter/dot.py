"""Graphs as text, in the language DOT."""


def quote(text):
    """A name or a label for DOT: between quotation marks, and unharmed whatever stands in it."""
    # TODO


def node(name, **attributes):
    """A line that declares a node and how it looks."""
    # TODO: quote both the name and the values


def edge(tail, head):
    """A line that draws an arrow."""
    # TODO


def digraph(lines):
    """A whole graph, arrows and all, out of its lines."""
    # TODO
