"""The frameworks that the tests of the top are run on: Rung, and that of a learner who has climbed."""

import importlib
import sys

import pytest

import rung
import rung.dataloaders
import rung.datasets
import rung.functions
import rung.layers
import rung.models
import rung.optimizers
import rung.transforms
import rung.utils
from rung.course.state import state, write
from rung.course.table import Course

TOP, LAST = 60, 62  # the step at which the course has reached the framework; the last of those beyond


@pytest.fixture(scope="session")
def ladder(tmp_path_factory):
    """A function: the learner's framework as it stands after a step, as a module."""
    folder, course = tmp_path_factory.mktemp("top"), Course()

    def climbed(number):
        name = f"climbed{number}"
        if not (folder / name).is_dir():
            write(state(course, number), folder / name, name)
        return importlib.import_module(name)

    sys.path.insert(0, str(folder))
    yield climbed
    sys.path.remove(str(folder))


@pytest.fixture(scope="session")
def climbed(ladder):
    """The learner's framework after step 60."""
    return ladder(TOP)


@pytest.fixture(params=["rung", TOP, LAST])
def fw(request):
    """Each of the frameworks: Rung, the learner's after step 60, and after the last step."""
    return rung if request.param == "rung" else request.getfixturevalue("ladder")(request.param)
