"""How the learner's package is found: by its own name and as ``myrung``, from the workspace, never from a cache."""

from __future__ import annotations

import importlib
import os
import re
import sys
from importlib.abc import Loader
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any

ALIAS = "myrung"  # what lessons, checks and demos call the learner's package
ROOT, NAME = "RUNG_COURSE_ROOT", "RUNG_COURSE_NAME"  # how a process inside a check knows where it is


class Fresh(SourceFileLoader):
    """Compiles a file from its text, whatever an earlier run left in a cache."""

    def get_code(self, fullname: str) -> Any:
        """The code of the module, from its source."""
        path = self.get_filename(fullname)
        return self.source_to_code(self.get_data(path), path)


class Alias(Loader):
    """Gives the module of another name: the same object, not a second one."""

    def __init__(self, real: str):
        self.real = real

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """The learner's module, with its spec kept aside, which the import system is about to write over."""
        module = importlib.import_module(self.real)
        self.spec = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        """It has run already."""
        module.__spec__ = self.spec


class Finder:
    """Finds the learner's package in the root of the workspace, by two names."""

    def __init__(self, root: Path, name: str):
        self.root, self.name = str(root), name

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """The spec of a module of the learner's package; None of any other."""
        head, dot, rest = fullname.partition(".")
        if head == ALIAS != self.name:
            return ModuleSpec(fullname, Alias(self.name + dot + rest), is_package=not dot)
        if head != self.name:
            return None
        spec = PathFinder.find_spec(fullname, path if dot else [self.root])
        if spec is not None and isinstance(spec.loader, SourceFileLoader):
            spec.loader = Fresh(fullname, spec.loader.path)
        return spec


def install(root: Path, name: str) -> None:
    """Make the learner's package importable here and in the processes that this one starts."""
    os.environ[ROOT], os.environ[NAME] = str(root), name
    sys.meta_path.insert(1, Finder(root, name))


def prove(root: Path, name: str) -> str | None:
    """What is wrong if the code that ran was not the learner's own, in one sentence; None if it was."""
    package = sys.modules.get(name)
    if package is None:
        return f"the checks imported nothing of {name}, so they say nothing about it"
    for key, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if key.split(".")[0] == name and (file is None or not inside(Path(file), root)):
            return f"{key} came from {file}, which is not in your workspace {root}"
    if sys.modules.get(ALIAS, package) is not package:
        return f"{ALIAS} was not {name}"
    return None


def inside(path: Path, root: Path) -> bool:
    """Whether a file lies in a folder."""
    return path.resolve().is_relative_to(root.resolve())


def called(text: str, name: str) -> str:
    """A text with the learner's name of the package in place of ``myrung``.

    >>> called("from myrung.core import Variable  # my_rung", "mytorch")
    'from mytorch.core import Variable  # my_rung'
    """
    return re.sub(rf"\b{ALIAS}\b", name, text)
