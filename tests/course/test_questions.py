"""Questions: each answer has a verdict, a question stays until it is answered, and its hints are its own."""

import json

import pytest

from rung.course import answering, answers, workspace
from rung.course.screen import Screen


@pytest.fixture
def asked(work):
    """The workspace, at the step of the questions."""
    (work.package / "core.py").write_text("def double(x):\n    return x + x\n", encoding="utf-8")
    work.pass_step(1)
    work.begin(2)
    return work


def number(said):
    return int(said.split("What is twice ")[1].split("?")[0])


def rows(said):
    return {line.split()[1]: line for line in said.splitlines() if "  question_" in line}


def test_every_answer_has_a_verdict_and_a_wrong_one_keeps_its_question(learn, asked):
    first = number(learn("check")[1])
    status, said = learn("check", "--answers", "1", "yes")
    assert status == 1
    assert rows(said)["question_1"].startswith("FAILED")
    assert "1 is not the answer" in rows(said)["question_1"]
    assert rows(said)["question_2"].startswith("ok")
    assert number(said) == first
    assert number(learn("check")[1]) == first


def test_answers_go_to_the_open_questions_or_to_all(learn, asked):
    first = number(learn("check", "--answers", "1", "yes")[1])
    status, said = learn("check", "--answers", 2 * first)
    assert status == 0
    assert rows(said)["question_1"].startswith("ok")
    status, said = learn("check", "--answers", 1, "yes", 3)
    assert status == 1
    assert "step 2 has 2 questions, of which 0 are open, but got 3 answers" in said


def test_what_is_no_number_is_said(learn, asked):
    said = learn("check", "--answers", "many")[1]
    assert "expected a number, such as 3, 0.25 or 1/4, but got 'many'" in rows(said)["question_1"]
    assert rows(said)["question_2"].startswith("- ")


def test_other_numbers_come_when_they_are_asked_for_and_leave_what_is_answered(learn, asked):
    first = number(learn("check", "--answers", "1", "yes")[1])
    said = learn("check", "--new")[1]
    assert number(said) != first
    assert rows(said)["question_1"].startswith("- ")
    assert rows(said)["question_2"].startswith("ok")
    asked.begin(1)
    assert "--new gives questions other numbers, but step 1 has none" in learn("check", "--new")[1]


def test_an_answered_question_keeps_its_numbers(learn, asked):
    first = number(learn("check")[1])
    learn("check", "--answers", 2 * first)
    assert number(learn("check", "--new")[1]) == first


def test_hints_are_those_of_the_question_that_failed(learn, asked):
    learn("check", "--answers", 2 * number(learn("check")[1]), "no")
    said = [learn("hint")[1] for _ in range(4)]
    assert [text.splitlines()[2] for text in said] == ["a", "b", "c", "c"]
    assert said[0].startswith("hint 1 of 3  question_2\nIs it even?")
    assert "these are all the hints for question_2" in said[3]
    assert "rung learn check --new" in said[3]


def test_without_an_answer_the_first_open_question_is_hinted_at(learn, asked):
    first = number(learn("check")[1])
    assert f"Add {first} to itself." in learn("hint")[1]
    assert "a" in learn("hint", "question_2")[1]


def test_answers_as_json(learn, asked):
    status, said = learn("check", "--json", "--answers", "1")
    found = json.loads(said)["reports"][0]
    assert status == 1
    assert [result["outcome"] for result in found["results"]] == ["failed", "not run"]
    assert found["results"][0]["came"] == "1"


def test_in_a_terminal_a_question_stays_until_it_is_right_or_other_numbers_are_wanted(asked):
    seen, texts = [], iter(["?", "1", "new", "right", "yes"])

    def ask(_):
        question = answers.questions(asked, asked.step)["question_1"]
        seen.append(question.text)
        answer = next(texts)
        return str(question.answer) if answer == "right" else answer

    assert answering.Interview(asked, asked.step, Screen(), ask).converse()
    assert seen[0] == seen[1] == seen[2] != seen[3]
    assert workspace.find().progress.hints[2] == {f"question_1: {seen[0]}": 2}
