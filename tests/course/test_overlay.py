"""Overlays: definitions put on top of a file, with all that stands around them."""

import textwrap
from pathlib import Path

import pytest

import rung
from rung.course.overlay import fold
from rung.course.pieces import split
from rung.errors import ValueRangeError


def folded(text, overlay, **options):
    return fold(textwrap.dedent(text).lstrip("\n"), textwrap.dedent(overlay).lstrip("\n"), **options)


CLASS = """
    import numpy as np


    # The box.
    class Variable:
        kind = "box"  # of boxes

        # what is in it
        def __init__(self, data):
            self.data = data

        def backward(self):
            return 1  # one


    def last():
        pass
"""


def test_every_file_of_rung_survives_being_taken_apart():
    for path in Path(rung.__file__).parent.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        if "steps" not in path.parts and "# after:" not in text:
            assert split(text).text() == text, path


def test_a_method_is_replaced_and_the_rest_keeps_its_comments():
    new = folded(CLASS, "class Variable:\n    def backward(self):\n        return 2\n")
    assert new == textwrap.dedent(CLASS).lstrip("\n").replace("return 1  # one", "return 2")


def test_a_method_is_added_at_the_end_of_its_class():
    new = folded(CLASS, "class Variable:\n    def clear(self):\n        self.data = None\n")
    assert "return 1  # one\n\n    def clear(self):\n        self.data = None\n\n\ndef last" in new


def test_after_puts_a_definition_behind_another():
    new = folded(
        CLASS, "class Variable:\n    # after: __init__\n    def first(self): ...\n\n\n# after: Variable\nx = 1\n"
    )
    assert new.index("__init__") < new.index("def first") < new.index("def backward")
    assert new.index("return 1") < new.index("x = 1") < new.index("def last")
    assert "after" not in new


def test_after_a_name_that_is_not_there_is_refused():
    with pytest.raises(ValueRangeError, match="no such definition to put x behind"):
        folded(CLASS, "# after: nothing\nx = 1\n")


@pytest.mark.parametrize("name", ["Variable.kind", "Variable.backward", "last", "np", "Variable"])
def test_remove_takes_a_definition_away(name):
    new = folded(CLASS, f"# remove: {name}\n")
    assert not [line for line in new.splitlines() if line.split("(")[0].split()[-1:] == [name.split(".")[-1]]]
    assert f"def {name.split('.')[-1]}" not in new


def test_removing_what_is_not_there_is_refused():
    with pytest.raises(ValueRangeError, match="has no such definition"):
        folded(CLASS, "# remove: Variable.forward\n")


def test_a_class_keeps_its_bases_where_the_overlay_names_none():
    assert "class A(B):" in folded("class A(B):\n    x = 1\n", "class A:\n    x = 2\n")
    assert "class A(C):" in folded("class A(B):\n    x = 1\n", "class A(C):\n    x = 2\n")


def test_an_assignment_takes_the_place_of_a_method_of_the_same_name_and_the_other_way_round():
    method = "class A:\n    x = 1\n\n    def f(self):\n        return 1\n"
    assigned = folded(method, "A.f = g\n")
    assert "def f" not in assigned
    assert assigned.endswith("A.f = g\n")
    assert "A.f" not in folded(assigned, "class A:\n    def f(self):\n        return 3\n")


def test_imports_are_merged():
    text = "import numpy as np\n\nfrom .core import Variable\n\nx = 1\n"
    new = folded(text, "import weakref\nimport numpy as np\nfrom .core import Variable, Function\n")
    assert new == "import weakref\n\nimport numpy as np\n\nfrom .core import Variable, Function\n\nx = 1\n"


def test_an_import_replaces_that_of_the_same_name():
    new = folded("from .simple import f\n\nx = 1\n", "from .core import f\n")
    assert new.split("\n\n\n") == ["from .core import f", "x = 1\n"]


def test_getters_and_setters_are_two_things():
    getter = "class A:\n    @property\n    def x(self):\n        return 1\n"
    setter = "\n    @x.setter\n    def x(self, value):\n        pass\n"
    assert folded(getter + setter, getter.replace("1", "2")) == getter.replace("1", "2") + setter


def test_a_whole_file_replaces_the_file():
    assert folded(CLASS, "# whole file\nx = 1\n") == "x = 1\n"


def test_keeping_adds_only_what_is_missing():
    new = folded(CLASS, "class Variable:\n    def backward(self): ...\n\n    def new(self): ...\n", keep=True)
    assert "return 1  # one" in new
    assert "def new" in new
    assert folded(CLASS, "# whole file\nx = 1\n", keep=True) == textwrap.dedent(CLASS).lstrip("\n")


def test_members_are_indented_as_the_class_that_they_come_to():
    assert folded("class A:\n  x = 1\n", "class A:\n    y = 2\n") == "class A:\n  x = 1\n  y = 2\n"


def test_a_class_of_a_docstring_or_pass_can_be_filled():
    assert folded("class A:\n    pass\n", "class A:\n    x = 1\n") == "class A:\n    x = 1\n"
    assert folded('class A:\n    """A."""\n\n    # TODO\n', "class A:\n    x = 1\n").count("x = 1") == 1


def test_comments_at_the_end_of_a_body_belong_to_it():
    new = folded("def f():\n    pass\n    # more\n\n\ndef g(): ...\n", "def f():\n    return 1\n")
    assert new == "def f():\n    return 1\n\n\ndef g(): ...\n"
