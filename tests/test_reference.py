"""The reference pages say what the docstrings say, leave nothing out, and their examples run."""

import doctest
import importlib
import importlib.util
import re
import sys
from pathlib import Path

import pytest

import rung

DOCS = Path(__file__).parent.parent / "docs"


def _generator():
    spec = importlib.util.spec_from_file_location("generate", DOCS / "generate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


GENERATOR = _generator()


@pytest.mark.parametrize("name", GENERATOR.PAGES)
def test_the_page_is_what_the_docstrings_say(name):
    written = (DOCS / "reference" / f"{name}.md").read_text(encoding="utf-8")
    assert written == GENERATOR.page(name), "the docstrings have changed: python docs/generate.py"


@pytest.mark.parametrize("name", GENERATOR.PAGES)
def test_the_examples_on_the_page_run(name):
    page = (DOCS / "reference" / f"{name}.md").read_text(encoding="utf-8")
    ran = 0
    for section in re.split(r"^### ", page, flags=re.MULTILINE)[1:]:
        title = section.split("\n")[0]
        function = getattr(getattr(rung, name), title)
        examples = doctest.DocTestParser().get_doctest(section, dict(vars(sys.modules[function.__module__])), title,
                                                       None, None)  # fmt: skip
        outcome = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE).run(examples)
        assert not outcome.failed, title
        assert outcome.attempted, f"{title} has no example"
        ran += outcome.attempted
    assert ran > 10


@pytest.mark.parametrize("name", GENERATOR.PAGES)
def test_no_function_is_left_out(name):
    _, _, modules = GENERATOR.PAGES[name]
    on_page = [f.__name__ for module in modules for f in GENERATOR.functions(importlib.import_module(module))]
    assert sorted(on_page) == sorted(set(getattr(rung, name).__all__))


def test_every_docstring_says_what_a_reader_needs():
    for name in rung.functions.__all__:
        doc = getattr(rung.functions, name).__doc__
        assert "Shape" in doc, f"{name}: which shapes?"
