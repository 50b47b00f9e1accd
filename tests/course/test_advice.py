"""An error that can be told has a first hint of its own: what it means, where it is, and how it is likely mended."""

import pytest

from rung.course import checking, hints

USES = "def double(x):\n    return {}\n"


def checked(work, core, **files):
    for file, text in {"core": core, **files}.items():
        (work.package / f"{file}.py").write_text(text, encoding="utf-8")
    return checking.check(work, work.step).failure


@pytest.mark.parametrize(
    ("core", "said"),
    [
        (USES.format("exq(x)") + "\n\ndef exp(x):\n    return x\n",
         "`exq` is not defined in core.py: is it misspelt, or still to be written, or imported? Did you mean `exp`?"),
        (USES.format("np.add(x, x)"), "does not import it: at its top, write import numpy as np."),
        (USES.format("math.fsum([x, x])"), "at its top, write import math."),
        ("four = times(2, 2)\n\n\ndef times(x, y):\n    return x * y\n",
         "`times` is not defined yet when line 1 of core.py runs: it is written below, at line 4."),
        ("class A:\n    def twice(self, x):\n        return 2 * x\n\n\n" + USES.format("twice(x)"),
         "Is it meant to be `self.twice` or `A.twice`"),
        ("y = 1\n\n\ndef double(x):\n    y = y + x\n    return y\n", "`y` is used before it has a value"),
        ("def double(x):\n    def inner():\n        y = x\n    return y\n", "`y` is not defined in core.py"),
        (USES.format("other(x)"), "`other` is in more.py, and core.py does not import it: from .more import other."),
        (USES.format("back(x)"), "write from .more2 import back inside the function that needs it"),
    ],
)  # fmt: skip
def test_a_name_that_is_not_defined(work, core, said):
    more = {"more": "def other(x):\n    return 2 * x\n",
            "more2": "from .core import double\n\n\ndef back(x):\n    return 2 * x\n"}  # fmt: skip
    assert said in checked(work, core, **more).hint


@pytest.mark.parametrize(
    ("core", "said"),
    [
        ("def doubel(x):\n    return 2 * x\n",
         "Nothing in climb/ is called `double` yet. This step asks for it under exactly this name, with its "
         "definition beginning at the left margin. Did you mean `doubel`?"),
        ("class A:\n    def double(x):\n        return 2 * x\n",
         "`double` is there, at line 2 of core.py, but within `A`"),
        ("from .other import nothing\n", "There is no other.py in climb/"),
        ("from numpy import tanhh\n", "numpy has no `tanhh`. Did you mean `tanh`?"),
        ("import nunpy\n", "No package called `nunpy` is installed"),
        ("from parts import double\n", "`parts` is a file of your own package; within it, a dot says so"),
        ("from . import parts\n", "Two files import each other"),
    ],
)  # fmt: skip
def test_a_name_that_the_package_lacks_or_cannot_import(work, core, said):
    assert said in checked(work, core, parts="from .core import double\n").hint


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("np.zeros(2).generation", "is a `.data` missing there"),
        ("np.exp(Variable())", "take the Variable's `.data`"),
        ("Variable(x)", "Make it first, then call it: `Variable()(x)`."),
    ],
)
def test_arrays_and_variables_that_met(work, body, said):
    assert (
        said
        in checked(
            work, "import numpy as np\n\n\nclass Variable:\n    def __call__(self): ...\n\n\n" + USES.format(body)
        ).hint
    )


def test_a_class_that_still_lacks_its_init_has_no_hint_of_its_own(work):
    assert checked(work, "class Box: ...\n\n\n" + USES.format("Box(x)")).hint == ""


def test_a_name_that_is_not_passed_on(work):
    (work.package / "__init__.py").write_text("from . import core\n", encoding="utf-8")
    said = checked(work, USES.format("2 * x")).hint
    assert said.startswith("`double` is there, at line 1 of core.py, but __init__.py does not pass it on: from .core")


@pytest.mark.parametrize(
    ("core", "said"),
    [
        ("class A:\n    pass\n\n\ndef double(x):\n    return A().value\n",
         "`A` has no `value`: is it set in __init__, by self.value = …, and before it is asked for?"),
        ("class A:\n    def __init__(self):\n        self.valeu = 2\n\n\ndef double(x):\n    return A().value\n",
         "Did you mean `valeu`?"),
        ("class A:\n    pass\n\n\ndef twice(self):\n    return 2\n\n\ndef double(x):\n    return A().twice()\n",
         "a definition of this name begins at the left margin, at line 5 of core.py"),
        ("def one(x):\n    x\n\n\ndef double(x):\n    return one(x).data\n",
         "or does a function end without `return`?"),
        ("import numpy as np\n\n\ndef double(x):\n    return np.tanhh(x)\n",
         "numpy has no `tanhh`. Did you mean `tanh`?"),
    ],
)  # fmt: skip
def test_an_attribute_that_is_not_there(work, core, said):
    assert said in checked(work, core).hint


@pytest.mark.parametrize(
    ("core", "said"),
    [
        (
            "def double(x)\n    return 2\n",
            "at line 1 of core.py, so nothing could be run. A line that",
        ),
        ("def double(x):\nreturn 2\n", "a block needs at least one line"),
        ("x = (1,\n", "never closed"),
        ("x = 1 +\n", "The slip is on this line or right above it"),
    ],
)
def test_what_is_not_python(work, core, said):
    assert said in checked(work, core).hint


def test_other_failures_have_no_hint_of_their_own(work):
    assert checked(work, USES.format("x")).hint == ""
    assert checked(work, USES.format("1 / 0")).hint == ""


def test_the_hint_of_an_error_comes_before_those_of_the_check(learn, work):
    checked(work, USES.format("exq(x)"))
    said = [learn("hint")[1] for _ in range(4)]
    assert said[0].startswith("hint 1 of 4  test_double\n`exq` is not defined in core.py")
    assert said[1].startswith("hint 2 of 4  test_double\nWhy?")
    assert said[3].startswith("hint 4 of 4")


def test_where_no_check_can_run_the_error_is_hinted_at(learn, work):
    checked(work, "def double(x)\n")
    assert "a colon" in learn("hint")[1]
    assert "these are all the hints for this error" in learn("hint")[1]


def test_a_new_failure_of_the_same_check_begins_at_the_first_hint_whatever_its_numbers_are(work):
    def level(core):
        failure = checked(work, core)
        return hints.next_hint(work, work.step, failure.id, failure).level

    assert level(USES.format("x")) == 1
    assert level(USES.format("3 * x")) == 2
    assert level(USES.format("exq(x)")) == 1
    assert level(USES.format("exr(x)")) == 1
    assert level(USES.format("x")) == 3
