"""The questions of a step, put to the learner: in a terminal one by one, elsewhere all at once with their answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from rung.course import quiz
from rung.course.checking import Report, Result
from rung.course.screen import Screen
from rung.course.table import Step
from rung.course.workspace import Workspace

Ask = Callable[[str], str]


def record(workspace: Workspace, step: Step) -> dict[str, Any]:
    """What is remembered of a step's questions: their seed, and which were answered right."""
    fresh = {"seed": workspace.progress.seed, "right": []}
    return workspace.progress.answered.setdefault(step.id, fresh)


def questions(workspace: Workspace, step: Step) -> list[quiz.Question]:
    """The questions of a step, with this learner's numbers."""
    return quiz.questions(step, record(workspace, step)["seed"], workspace.progress.language)


def report(workspace: Workspace, step: Step) -> Report:
    """How the learner stands with the questions, in the form of checks."""
    right = record(workspace, step)["right"]
    results = []
    for place, question in enumerate(questions(workspace, step)):
        done = place in right
        sentence = "" if done else f"{question.text} (answer: rung learn check)"
        results.append(
            Result(f"question_{place + 1}", step.id, question.text, "passed" if done else "failed", sentence=sentence)
        )
    return Report(step.id, step.title, workspace.name, results)


def take_answers(workspace: Workspace, step: Step, answers: Sequence[str]) -> list[bool]:
    """Compare answers in the order of the questions; a wrong one brings new numbers to all that are not yet right."""
    kept = record(workspace, step)
    verdicts = []
    for place, (question, answer) in enumerate(zip(questions(workspace, step), answers, strict=False)):
        verdicts.append(question.accepts(answer))
        if verdicts[-1] and place not in kept["right"]:
            kept["right"].append(place)
    if not all(verdicts):
        kept["seed"] += 1
    workspace.save()
    return verdicts


class Interview:
    """Puts a step's questions one by one, each until it is answered; a wrong answer brings a hint and new numbers."""

    def __init__(self, workspace: Workspace, step: Step, screen: Screen, ask: Ask = input):
        self.workspace, self.step, self.screen, self.ask = workspace, step, screen, ask
        self.kept = record(workspace, step)

    def converse(self) -> bool:
        """Put every open question; an empty answer leaves. Say whether all are right."""
        for place in range(len(self._questions())):
            tries = 0
            while place not in self.kept["right"]:
                answer = self._put(place)
                if not answer:
                    self.screen.say(("your answers are kept; go on whenever you like: rung learn check", "quiet"))
                    return False
                tries += self._judge(place, answer, tries)
                self.workspace.save()
        return True

    def _questions(self) -> list[quiz.Question]:
        return questions(self.workspace, self.step)

    def _put(self, place: int) -> str:
        found = self._questions()
        self.screen.gap()
        self.screen.say(
            (f"question {place + 1} of {len(found)}", "quiet"), ("   ? for a hint, Enter to leave", "quiet")
        )
        self.screen.prose(found[place].text)
        return self.ask("  > ").strip()

    def _judge(self, place: int, answer: str, tries: int) -> int:
        """Say whether an answer is right; return 1 if a try was used up."""
        question = self._questions()[place]
        if answer == "?":
            self._hint(place, tries)
            return 1
        if complaint := quiz.complaint(question, answer):
            self.screen.say((complaint, "warm"))
            return 0
        right = question.accepts(answer)
        sign = ("right" if right else "no") if self.screen.ascii else "✓ right" if right else "✗ no"
        self.screen.say((sign, "ok" if right else "bad"), (f"   {question.explanation}" if right else "", "quiet"))
        if right:
            self.kept["right"].append(place)
            return 0
        self.kept["seed"] += 1
        self._hint(place, tries)
        return 1

    def _hint(self, place: int, tries: int) -> None:
        hints = self._questions()[place].hints
        if hints:
            self.screen.say(("hint  ", "warm"), hints[min(tries, len(hints) - 1)])
