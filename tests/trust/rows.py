"""What a row of the table is, and how it is run.

To add one, write a function that provokes one kind of failure as often as it makes sense:

    @row("kill -9 during a save")
    def killed_during_a_save(trial):
        for moment in trial.each(moments, quick=20):    # the tests try 20 of them, the command tries all
            ...                                         # provoke it, within trial.folder
            if nothing_is_left: trial.lost(f"at {moment}")
            elif it_is_wrong:   trial.wrong(f"at {moment}")
            elif it_is_rude:    trial.bad(f"at {moment}: a bare KeyError")

and call `not_possible_here(why)` where the system cannot provoke it.
"""

from dataclasses import dataclass, field
from pathlib import Path

ROWS = {}


def row(title):
    """Enter a function into the table, under the words that say what it provokes."""

    def enter(function):
        ROWS[title] = function
        return function

    return enter


class NotPossibleHereError(Exception):
    """This system has no way to provoke the failure."""


def not_possible_here(why):
    raise NotPossibleHereError(why)


@dataclass
class Trial:
    """One run of a row: it hands out the folder and the cases, and takes down what came of them."""

    folder: Path
    full: bool = True
    advance: object = lambda done, total: None
    provoked: int = 0
    silently_wrong: list = field(default_factory=list)
    lost_files: list = field(default_factory=list)
    other_faults: list = field(default_factory=list)

    def each(self, cases, quick=None):
        """All cases, or about `quick` of them, evenly spread, unless the trial is a full one. Each counts as one."""
        cases = list(cases)
        if not self.full and quick is not None:
            cases = cases[:: max(1, len(cases) // quick)]
        for done, case in enumerate(cases, 1):
            yield case
            self.provoked += 1
            self.advance(done, len(cases))

    def wrong(self, what):
        """Something came back as if it were right, and was not."""
        self.silently_wrong.append(what)

    def lost(self, what):
        """Neither the old data nor the new are there."""
        self.lost_files.append(what)

    def bad(self, what):
        """Anything else that must not be: a rude error, a file left behind, too much memory."""
        self.other_faults.append(what)

    @property
    def faults(self):
        return self.silently_wrong + self.lost_files + self.other_faults
