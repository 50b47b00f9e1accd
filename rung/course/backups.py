"""Copies of a learner's package: none of its files is ever written over without one."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from rung.errors import ValueRangeError
from rung.files import write_atomically

IGNORED = shutil.ignore_patterns("__pycache__", "*.pyc")


def back_up(package: Path, folder: Path, why: str) -> Path:
    """Copy a package into a new folder, named by the time and the reason; return it."""
    stamp = datetime.now().strftime("%Y-%m-%d-%H%M%S")
    number = 1
    while True:
        target = folder / (f"{stamp}-{why}" + (f"-{number}" if number > 1 else ""))
        try:
            target.mkdir(parents=True)
        except FileExistsError:
            number += 1
            continue
        shutil.copytree(package, target / package.name, ignore=IGNORED)
        return target


def replace(package: Path, target: Path) -> None:
    """Make a folder a copy of the package."""
    fresh = target.with_name(target.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.copytree(package, fresh, ignore=IGNORED)
    shutil.rmtree(target, ignore_errors=True)
    fresh.rename(target)


def read(package: Path) -> dict[str, str]:
    """The text of every Python file of a package, by its path in it."""
    files = sorted(package.rglob("*.py"))
    return {file.relative_to(package).as_posix(): _text(file) for file in files}


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueRangeError(f"{file.name} must be text in UTF-8, but it is not; save it as UTF-8") from error


def put(files: Mapping[str, str], package: Path) -> None:
    """Make a package consist of these Python files; other files stay. The caller has made a backup."""
    for file, text in files.items():
        path = package / file
        path.parent.mkdir(parents=True, exist_ok=True)
        with write_atomically(path) as stream:
            stream.write(text.encode())
    for path in sorted(package.rglob("*.py")):
        if path.relative_to(package).as_posix() not in files:
            path.unlink()
