"""A commit for each passed step, if the learner wants it; a git that fails never stops the course."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

AUTHOR = ["-c", "user.name=rung learn", "-c", "user.email=learner@localhost"]


def available() -> bool:
    """Whether git is installed."""
    return shutil.which("git") is not None


def init(root: Path) -> str | None:
    """Make a repository of a workspace and commit it; return what went wrong, if something did."""
    return _run(root, "init", "--quiet") or commit(root, "An empty framework")


def commit(root: Path, message: str) -> str | None:
    """Commit all that has changed; return what went wrong, if something did."""
    author = [] if not _run(root, "config", "user.email") else AUTHOR
    return _run(root, "add", "--all") or _run(
        root,
        *author,
        "-c",
        "commit.gpgsign=false",
        "commit",
        "--quiet",
        "--no-verify",
        "--allow-empty",
        "-m",
        message,
    )


def branch(root: Path, name: str) -> str | None:
    """Go on in a new branch; return what went wrong, if something did."""
    return _run(root, "switch", "--quiet", "--create", name)


def _run(root: Path, *arguments: str) -> str | None:
    if not available():
        return "git is not installed"
    try:
        run = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, text=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"git {arguments[0]}: {error}"
    if run.returncode:
        return f"git {arguments[0]}: {(run.stderr.strip().splitlines() or ['failed'])[-1]}"
    return None
