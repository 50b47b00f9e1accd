"""What the docstring of a function says of it: a summary, and the lines with its formula."""

from __future__ import annotations

import inspect
import re
from typing import Any

from rung.picture.graph import Op

_FORMULA = re.compile(r"^\s{2,}\S.*=")


def describe_op(op: Any) -> Op:
    """What kind of function an op is.

    >>> from rung.functions.elementwise.exponential import Exp
    >>> found = describe_op(Exp())
    >>> found.name, found.inputs, found.formula
    ('exp', ['x'], 'y = exp(x)           dy/dx = y')
    """
    text = _own_doc(type(op))
    return Op(op.name, list(op.input_names), list(_outputs(op)), summary_of(text), formula_of(text))


def _own_doc(kind: type) -> str:
    """The docstring of the class itself: that of a base would say nothing of this function."""
    return inspect.cleandoc(vars(kind).get("__doc__") or "")


def _outputs(op: Any) -> tuple[str, ...]:
    names: tuple[str, ...] = getattr(op, "output_names", ())
    return names if len(names) == op.n_outputs else tuple(f"y{i}" for i in range(op.n_outputs))


def summary_of(doc: str) -> str:
    """The first paragraph of a docstring as one line.

    >>> summary_of("Sum of two.\\n\\n    y = a + b")
    'Sum of two.'
    """
    first = doc.partition("\n\n")[0]
    return "" if _FORMULA.match(first) else " ".join(first.split())


def formula_of(doc: str) -> str:
    """The first block of indented lines with an equals sign.

    >>> formula_of("Sum of two.\\n\\n    y = a + b\\n\\nShape: any.")
    'y = a + b'
    """
    for block in doc.split("\n\n"):
        lines = block.rstrip().splitlines()
        if lines and _FORMULA.match(lines[0]) and not lines[0].lstrip().startswith(">>>"):
            return inspect.cleandoc("\n".join(["", *lines])).strip()
    return ""
