"""The questions of a step, put to the learner one by one in a terminal."""

from __future__ import annotations

from collections.abc import Callable

from rung.course import answers, hints, quiz
from rung.course.screen import Screen
from rung.course.table import Step
from rung.course.workspace import Workspace

Ask = Callable[[str], str]
KEYS = "   ? for a hint, new for other numbers, Enter to leave"


class Interview:
    """Puts a step's open questions, each until it is answered; a wrong answer brings a hint, never other numbers."""

    def __init__(self, workspace: Workspace, step: Step, screen: Screen, ask: Ask = input):
        self.workspace, self.step, self.screen, self.ask = workspace, step, screen, ask

    def converse(self) -> bool:
        """Put every open question; an empty answer leaves. Say whether all are right."""
        for name in answers.still_open(self.workspace, self.step):
            while name in answers.still_open(self.workspace, self.step):
                answer = self._put(name)
                if not answer:
                    self.screen.say(("your answers are kept; go on whenever you like: rung learn check", "quiet"))
                    return False
                self._react(name, answer)
        return True

    def _questions(self) -> dict[str, quiz.Question]:
        return answers.questions(self.workspace, self.step)

    def _put(self, name: str) -> str:
        found = self._questions()
        place = list(found).index(name) + 1
        self.screen.gap()
        self.screen.say((f"question {place} of {len(found)}", "quiet"), (KEYS, "quiet"))
        self.screen.remark(found[name].text)
        return self.ask("  > ").strip()

    def _react(self, name: str, answer: str) -> None:
        """Give a hint, draw other numbers, or say whether an answer is right."""
        question = self._questions()[name]
        if answer == "?":
            self._hint(name)
        elif answer == "new":
            answers.draw_again(self.workspace, self.step)
        elif complaint := quiz.complaint(question, answer):
            self.screen.say((complaint, "warm"))
        elif answers.judge(self.workspace, self.step, name, answer):
            sign = "right" if self.screen.ascii else "✓ right"
            self.screen.say((sign, "ok"), (f"   {question.explanation}".rstrip(), "quiet"))
        else:
            self.screen.say((f"no, {answer} is not it" if self.screen.ascii else f"✗ no, {answer} is not it", "bad"))
            self._hint(name)

    def _hint(self, name: str) -> None:
        if found := hints.next_hint(self.workspace, self.step, name):
            self.screen.say(("hint  ", "warm"), found.text)
