"""Programs in the form of the book's run unchanged, and print what they print with the published package.

Beside each program stands what it printed with the package itself, version 0.0.13.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAMS = Path(__file__).parent / "programs"


def run(*arguments, **environment):
    command = [sys.executable, "-W", "error", "-m", "rung.dezero", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, env=os.environ | environment, check=False)


@pytest.mark.parametrize("name", ["derivatives", "networks"])
def test_a_program_prints_what_it_prints_with_the_published_package(name):
    outcome = run(PROGRAMS / f"{name}.py")
    assert outcome.stderr == ""
    assert outcome.stdout == (PROGRAMS / f"{name}.txt").read_text(encoding="utf-8")


def test_arguments_reach_the_program_and_its_folder_is_looked_in_first(tmp_path):
    (tmp_path / "helper.py").write_text("answer = 42")
    (tmp_path / "program.py").write_text("import sys, helper; print(__name__, __file__, sys.argv[1:], helper.answer)")
    outcome = run(tmp_path / "program.py", "-x", "y")
    assert outcome.stdout == f"__main__ {tmp_path / 'program.py'} ['-x', 'y'] 42\n"


def test_every_module_is_the_stand_in(tmp_path):
    text = "import dezero.core_simple; from dezero.layers import Linear; print(dezero.__name__, Linear.__module__)"
    (tmp_path / "program.py").write_text(text)
    assert run(tmp_path / "program.py").stdout == "rung.dezero rung.dezero.layers\n"


def test_an_error_of_the_program_is_shown_as_python_shows_it(tmp_path):
    (tmp_path / "program.py").write_text("import dezero\n1 / 0\n")
    outcome = run(tmp_path / "program.py")
    assert outcome.returncode == 1
    first, second, *_ = outcome.stderr.splitlines()
    assert first == "Traceback (most recent call last):"
    assert f'"{tmp_path / "program.py"}", line 2' in second
    assert outcome.stderr.splitlines()[-1] == "ZeroDivisionError: division by zero"


def test_the_exit_status_is_the_programs(tmp_path):
    (tmp_path / "program.py").write_text("import sys; sys.exit(7)")
    assert run(tmp_path / "program.py").returncode == 7


def test_a_program_that_is_not_there_is_one_sentence(tmp_path):
    outcome = run(tmp_path / "missing.py")
    assert outcome.returncode == 2
    assert "expected a program, but" in outcome.stderr
    assert "cannot be read" in outcome.stderr
    assert run().returncode == 2


def test_a_module_can_be_run_such_as_the_books_own_tests(tmp_path):
    (tmp_path / "test_square.py").write_text(
        "import unittest, numpy as np\n"
        "from dezero import Variable\n"
        "class Square(unittest.TestCase):\n"
        "    def test_it(self):\n"
        "        self.assertEqual(int((Variable(np.array(3)) ** 2).data), 9)\n"
    )
    outcome = run("-m", "unittest", "discover", "-s", tmp_path)
    assert outcome.returncode == 0, outcome.stderr
    assert "Ran 1 test" in outcome.stderr


def test_names_that_numpy_has_dropped_are_there_for_old_programs(tmp_path):
    (tmp_path / "program.py").write_text("import dezero, numpy as np; print(np.zeros(1, dtype=np.int))")
    assert run(tmp_path / "program.py").stdout == "[0]\n"
