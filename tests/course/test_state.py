"""States are folds of the solutions, and what a step changes is what differs between them."""

import pytest

from rung.course.state import changed, starter, state, wrong, wrong_answers
from rung.errors import ValueRangeError


def test_a_state_holds_all_solutions_up_to_it(little):
    assert state(little, 0)["core.py"] == ""
    assert "def double" in state(little, 1)["core.py"]
    assert state(little, 2) == state(little, 1)
    assert "def double" in state(little, 3)["core.py"]
    assert "class Box" in state(little, 3)["core.py"]


def test_a_starter_adds_to_the_state_before(little):
    assert "# TODO" in starter(little, 1)["core.py"]
    assert starter(little, 3) == state(little, 2)


def test_what_a_step_changes_is_named(little):
    assert changed(little, 1) == [("core.py", "double")]
    assert changed(little, 3) == [("core.py", "Box"), ("core.py", "Box.__init__"), ("core.py", "Box.put")]


def test_a_wrong_answer_is_its_state_with_a_mistake(little):
    step = little.step(3)
    files, check = wrong(little, step, wrong_answers(step)["forgets"])
    assert check == "test_put"
    assert files["core.py"].count("self.data = data") == 1  # that of __init__
    assert "caught by" not in files["core.py"]


def test_a_wrong_answer_without_its_check_is_refused(little):
    path = little.step(3).folder / "wrong" / "forgets.py"
    path.write_text("x = 1\n", encoding="utf-8")
    with pytest.raises(ValueRangeError, match="must say # caught by"):
        wrong(little, little.step(3), path)


def test_a_check_holds_from_its_step_to_the_last_state_that_it_is_for(little):
    step = little.step(1)
    assert [step.holds("test_small", n) for n in (1, 2, 3)] == [True, True, False]
    assert [step.holds("test_double", n) for n in (0, 1, 3)] == [False, True, True]
