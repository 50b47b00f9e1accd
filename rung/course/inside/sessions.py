"""Sessions that a lesson shows: typed into Python line by line, they must print what stands there."""

from __future__ import annotations

import doctest
import traceback
from typing import Any

TRACEBACK = "Traceback (most recent call last):\n"


def untrue(text: str) -> list[str]:
    """What a session shows and Python does not say, in sentences.

    `...` stands for anything, and of an error its last line counts.

    >>> untrue(">>> 2 + 2\\n5\\n>>> x = 1\\n>>> x\\n1\\n>>> y\\n2\\n")
    ['`2 + 2` shows 5, but prints 4', "`y` shows 2, but raises NameError: name 'y' is not defined"]
    """
    runner = Runner(optionflags=doctest.ELLIPSIS)
    try:
        test = doctest.DocTestParser().get_doctest(text, {"__name__": "__main__"}, "session", None, 0)
    except ValueError as error:  # such as no space after >>>
        return [str(error)]
    runner.run(test, out=lambda text: None)
    return runner.found


class Runner(doctest.DocTestRunner):
    """Keeps what fails, and prints nothing."""

    def __init__(self, **options: Any):
        super().__init__(**options)
        self.found: list[str] = []

    def report_failure(self, out: Any, test: doctest.DocTest, example: doctest.Example, got: str) -> None:
        """Other words than those that are shown."""
        shown = example.exc_msg or example.want
        verb = "prints"
        if TRACEBACK in got:
            verb, got = "raises", got.strip().splitlines()[-1]
        self.found.append(f"`{example.source.strip()}` shows {_words(shown)}, but {verb} {_words(got)}")

    def report_unexpected_exception(self, out: Any, test: Any, example: doctest.Example, exc_info: Any) -> None:
        """An error where none is shown."""
        said = traceback.format_exception_only(*exc_info[:2])[-1]
        self.found.append(f"`{example.source.strip()}` shows {_words(example.want)}, but raises {_words(said)}")


def _words(text: str) -> str:
    return text.strip() or "nothing"
