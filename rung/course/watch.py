"""`rung learn watch`: checks again whenever the learner saves, and does what keys say. It never goes on by itself."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from rung.course import answering, commands, helping, judging, moving, workspace
from rung.course.keys import Keys, Saves
from rung.course.screen import Screen
from rung.course.workspace import Workspace
from rung.errors import RungError

MENU = (
    ("n", "next"), ("h", "hint"), ("s", "lesson"), ("r", "run demo"), ("d", "diff"), ("g", "graph"), ("a", "answer"),
    ("l", "list"), ("x", "reset"), ("q", "quit"),
)  # fmt: skip


def watch(options: argparse.Namespace) -> int:
    """Watch the learner's package until ``q``."""
    work = workspace.find()
    watcher = Watch(work, Screen())
    return watcher.run()


class Watch:
    """One watching, from its start to ``q``."""

    def __init__(self, work: Workspace, screen: Screen):
        self.work, self.screen = work, screen
        self.keys, self.saves = Keys(), Saves(work.package)
        self.on = True
        self.actions: dict[str, Callable[[], None]] = {
            "n": self.next, "h": self.hint, "s": self.lesson, "r": self.demo, "d": self.diff, "g": self.graph,
            "a": self.answer, "l": self.list, "x": self.reset, "q": self.quit, "c": self.check,
        }  # fmt: skip

    def run(self) -> int:
        """Check, then wait for a save or a key, again and again."""
        try:
            with self.keys.single():
                self.check()
                while self.on:
                    self.react(self._wait())
        except KeyboardInterrupt:
            self.quit()
        return 0

    def _wait(self) -> str:
        """The next key; nothing when a file was saved."""
        while True:
            if self.saves.changed():
                return ""
            if key := self.keys.pressed():
                return key
            self.saves.wait()

    def react(self, key: str) -> None:
        """Do what a key says; check after a save. An error is said, and the watching goes on."""
        try:
            if not key:
                self.check()
            elif action := self.actions.get(key.lower()):
                action()
        except (RungError, OSError) as error:
            self.screen.say((str(error), "warm"))
            self.menu()

    # What keys do ----------------------------------------------------------------------------------------------

    def clear(self) -> None:
        """A fresh screen with the step on top."""
        if not self.screen.plain:
            self.screen.console.clear()
        self.screen.header(self.work, self.work.step)

    def menu(self) -> None:
        """The keys that make sense now."""
        if self.screen.plain:
            return
        parts: list[tuple[str, str]] = []
        for key, name in MENU:
            if self._offered(key):
                parts += [(key, "key" if key == "n" else "accent"), (f" {name}   ", "quiet")]
        self.screen.gap()
        self.screen.say(*parts)

    def _offered(self, key: str) -> bool:
        step, passed = self.work.step, self.work.step.id in self.work.progress.passed
        offered = {"n": passed, "r": step.demo.is_file(), "g": step.id >= 7 and step.demo.is_file(),
                   "a": step.has_quiz and not passed, "h": not passed, "d": step.has_check}  # fmt: skip
        return offered.get(key, True)

    def check(self) -> None:
        """Check the current step."""
        self.clear()
        judging.check_step(self.work, self.work.step, self.screen, watching=True)
        self.menu()

    def next(self) -> None:
        """Go on, if the step is passed, and show the lesson."""
        if self.work.progress.current not in self.work.progress.passed:
            self.screen.say(("this step is not passed yet", "warm"))
            return
        commands.go_on(self.work, self.screen)
        self.saves.changed()  # what the step itself added is no save
        if self.work.progress.current not in self.work.progress.passed:
            self.lesson()

    def hint(self) -> None:
        """The next hint."""
        helping.give_hint(self.work, self.screen, watching=True)

    def lesson(self) -> None:
        """The lesson."""
        if not self.screen.plain:
            self.screen.console.clear()
        commands.show_lesson(self.work, self.work.step, self.screen)
        self.menu()

    def demo(self) -> None:
        """Run the demo."""
        self.screen.gap()
        with self.keys.lines():
            helping.run_demo(self.work, self.work.step, self.screen)
        self.menu()

    def diff(self) -> None:
        """Compare."""
        helping.show_diff(self.work, self.work.step, self.screen)
        self.menu()

    def graph(self) -> None:
        """Play the step's graph."""
        from rung.course import graphing

        graphing.show(self.work, self.work.step, self.screen)
        self.menu()

    def answer(self) -> None:
        """Put the questions of the step."""
        if self.work.step.has_quiz:
            with self.keys.lines():
                answering.Interview(self.work, self.work.step, self.screen).converse()
            self.check()

    def list(self) -> None:
        """All steps."""
        self.screen.steps(self.work)
        self.menu()

    def reset(self) -> None:
        """Begin the step again, if the learner agrees."""
        number = self.work.progress.current
        question = (
            f"Make {self.work.name} what it was at the beginning of step {number}? A copy of your work is kept."
        )
        with self.keys.lines():
            agreed = moving.confirmed(self.screen, question, yes=False)
        if agreed:
            backup = self.work.rewrite(dict(self.work.beginning(number)), number, f"reset-{number:02d}")
            self.saves.changed()
            self.check()
            moving.tell_backup(self.screen, self.work, backup)

    def quit(self) -> None:
        """Stop watching."""
        self.on = False
        self.screen.gap()
        self.screen.say(("all is kept; go on whenever you like: rung learn watch", "quiet"))
