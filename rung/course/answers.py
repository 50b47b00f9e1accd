"""What a learner has answered: which questions are right, what was said to the others, and with which numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rung.course import quiz
from rung.course.checking import Report, Result
from rung.course.table import Step
from rung.course.workspace import Workspace
from rung.errors import ValueRangeError

PREFIX = "question_"


def record(workspace: Workspace, step: Step) -> dict[str, Any]:
    """What is remembered of a step's questions, by their names.

    Its `seed` draws the numbers of the open ones; `answered` has those of the questions that are right, which
    therefore stay as they were; `wrong` has the last answer to the others.
    """
    fresh = {"seed": workspace.progress.seed, "answered": {}, "wrong": {}}
    kept = fresh | workspace.progress.answered.get(step.id, {})
    workspace.progress.answered[step.id] = kept
    return kept


def questions(workspace: Workspace, step: Step) -> dict[str, quiz.Question]:
    """The questions of a step by their names, with this learner's numbers."""
    kept, language = record(workspace, step), workspace.progress.language
    drawn = {seed: quiz.questions(step, seed, language) for seed in {kept["seed"], *kept["answered"].values()}}
    names = [f"{PREFIX}{place + 1}" for place in range(len(drawn[kept["seed"]]))]
    return {name: drawn[kept["answered"].get(name, kept["seed"])][place] for place, name in enumerate(names)}


def still_open(workspace: Workspace, step: Step) -> list[str]:
    """The questions that are not answered right, in their order."""
    done = record(workspace, step)["answered"]
    return [name for name in questions(workspace, step) if name not in done]


def judge(workspace: Workspace, step: Step, name: str, answer: str) -> bool:
    """Whether an answer is right; either is remembered, and the question keeps its numbers."""
    kept = record(workspace, step)
    right = questions(workspace, step)[name].accepts(answer)
    if right:
        kept["answered"][name] = kept["seed"]
        kept["wrong"].pop(name, None)
    else:
        kept["wrong"][name] = answer.strip()
    workspace.save()
    return right


def take(workspace: Workspace, step: Step, answers: Sequence[str]) -> None:
    """Judge several answers: to the open questions in their order, or to all, if there are as many."""
    every, wanted = list(questions(workspace, step)), still_open(workspace, step)
    if len(answers) == len(every):
        wanted = every
    if len(answers) > len(wanted):
        raise ValueRangeError(
            f"step {step.id} has {len(every)} questions, of which {len(wanted)} are open, but got {len(answers)} "
            "answers; give one to each that is open, in their order"
        )
    for name, answer in zip(wanted, answers, strict=False):
        judge(workspace, step, name, answer)


def draw_again(workspace: Workspace, step: Step) -> None:
    """Give the open questions other numbers."""
    kept = record(workspace, step)
    kept["seed"] += 1
    kept["wrong"].clear()
    workspace.save()


def report(workspace: Workspace, step: Step) -> Report:
    """How the learner stands with the questions, in the form of checks."""
    kept, found = record(workspace, step), questions(workspace, step)
    results = [_result(step, name, question, kept) for name, question in found.items()]
    return Report(step.id, step.title, workspace.name, results)


def _result(step: Step, name: str, question: quiz.Question, kept: dict[str, Any]) -> Result:
    if name in kept["answered"]:
        return Result(name, step.id, question.text, "passed", sentence=question.explanation)
    if name in kept["wrong"]:
        came = kept["wrong"][name]
        sentence = quiz.complaint(question, came) or f"{came} is not the answer"
        return Result(name, step.id, question.text, "failed", sentence=sentence, came=came)
    return Result(name, step.id, question.text, "not run", sentence="not answered yet")
