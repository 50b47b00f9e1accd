"""A little course of three steps, and a workspace in it."""

import io
import sys
import textwrap

import pytest

from rung.cli import main
from rung.course import workspace
from rung.course.pool import Pool
from rung.course.table import Course

TABLE = """
total = 4

[start]
"__init__.py" = "from .core import *\\n"
"core.py" = ""

[[stage]]
id = 1
title = "Numbers"

[[step]]
id = 1
slug = "double"
title = "Twice"
stage = 1
until = { test_small = 2 }

[[step]]
id = 2
slug = "theory"
title = "A question"
stage = 1
kind = "theory"

[[step]]
id = 3
slug = "box"
title = "A box"
stage = 1
"""
HINTS = '[{}]\nhints = ["Why?", "Look at myrung.", "Return it."]\n'
FILES = {
    "01-double/solution/core.py": '''
        def double(x):
            """Twice x."""
            return 2 * x
    ''',
    "01-double/starter/core.py": '''
        def double(x):
            """Twice x."""
            # TODO
    ''',
    "01-double/check.py": """
        import myrung
        from rung.course.testing import expect


        def test_double():
            \"\"\"Two times two is four.\"\"\"
            expect("double(2)", myrung.double(2), 4, myrung.double)


        def test_small():
            expect("double(0.5)", myrung.double(0.5), 1.0, myrung.double)
            assert not hasattr(myrung, "Box")
    """,
    "01-double/wrong/square.py": """
        # caught by: test_small
        def double(x):
            return x**2
    """,
    "01-double/hints.en.toml": HINTS.format("test_double") + HINTS.format("test_small"),
    "01-double/demo.py": "from myrung import double\n\nprint(double(21))\n",
    "01-double/demo.out": "42\n",
    "02-theory/quiz.toml": """
        [[question]]
        text = "What is twice {a}?"
        draw = { a = [2, 900] }
        answer = "2 * a"
        hints = ["Add {a} to itself.", "{a} + {a}", "The last digit is even."]

        [[question]]
        text = "Is it even?"
        answer = "True"
        hints = ["a", "b", "c"]
    """,
    "03-box/solution/core.py": """
        class Box:
            def __init__(self, data):
                self.data = data
                self.changes = 0

            def put(self, data):
                self.data = data
                self.changes += 1
    """,
    "03-box/check.py": """
        from myrung import Box


        def test_put():
            box = Box(1)
            assert box.data == 1
            assert box.changes == 0, "a new box has not changed"
            box.put(2)
            box.put(3)
            assert box.data == 3
            assert box.changes == 2
    """,
    "03-box/wrong/forgets.py": """
        # caught by: test_put
        class Box:
            def put(self, data):
                self.changes += 1
    """,
    "03-box/hints.en.toml": HINTS.format("test_put"),
}
LESSONS = {
    "01-double": "# Twice\n\n{{code: core.py double}}\n\n{{demo}}\n\n{{output: demo}}\n\n",
    "02-theory": "# A question\n\n",
    "03-box": "# A box\n\nIn `myrung`.\n\n{{change: core.py Box}}\n\n",
}
SOLUTION = "def double(x):\n    return x + x\n"
BOX = """

class Box:
    def __init__(self, data):
        self.data, self.changes = data, 0

    def put(self, data):
        self.data = data
        self.changes += 1
"""


def write_course(root):
    """Write the little course into a folder."""
    (root / "course.toml").parent.mkdir(parents=True, exist_ok=True)
    (root / "course.toml").write_text(TABLE, encoding="utf-8")
    lessons = {f"{name}/lesson.en.md": text + "word " * 500 for name, text in LESSONS.items()}
    for name, text in {**FILES, **lessons}.items():
        path = root / "steps" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text).lstrip("\n"), encoding="utf-8")
    return root


@pytest.fixture
def course_folder(tmp_path):
    return write_course(tmp_path / "little")


@pytest.fixture
def little(course_folder):
    return Course(course_folder)


@pytest.fixture
def work(tmp_path, course_folder, monkeypatch):
    """A workspace at the first step of the little course, and the process in it."""
    made = workspace.make("climb", tmp_path / "climb", course_folder)
    monkeypatch.chdir(made.root)
    return made


@pytest.fixture
def learn(capsys, monkeypatch):
    """Run a command; its status and what it printed."""
    monkeypatch.setattr(sys, "stdin", io.StringIO())

    def run(*arguments):
        status = main(["learn", *map(str, arguments)])
        out, err = capsys.readouterr()
        return status, out + err

    return run


@pytest.fixture(scope="session")
def course():
    return Course()


@pytest.fixture(scope="session")
def pool(course):
    with Pool(course, 2) as pool:
        yield pool
