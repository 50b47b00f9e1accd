"""Saves on a disk that fails or is full: an `OSError`, the old file whole, nothing left behind."""

import errno
import shutil
import subprocess
from unittest.mock import patch

import numpy as np

from rung.serializers import save_arrays

from .processes import in_own_process
from .rows import not_possible_here, row
from .samples import ARRAYS, OTHERS, SUFFIXES, file_of, judge_folder, judge_saved
from .steps import at_step, steps_of

# A file system of one's own, without being the administrator.
_UNSHARE = ["unshare", "--map-root-user", "--mount"]
if not shutil.which("unshare") or subprocess.run([*_UNSHARE, "true"], capture_output=True).returncode:
    _UNSHARE = []


def _refuse():
    raise OSError(errno.EIO, "the disk is broken")


@row("an error of the disk at every step of a save")
def errors_at_every_step(trial):
    for suffix in SUFFIXES:
        path = file_of(trial.folder, suffix)
        steps = steps_of(lambda path=path: save_arrays(path, OTHERS))
        for number in trial.each(range(1, len(steps) + 1)):
            path, what = file_of(trial.folder, suffix), f"{suffix}, step {number} ({steps[number - 1]})"
            try:
                with at_step(number, _refuse):
                    save_arrays(path, OTHERS)
            except OSError:
                after_replace = "replace" in steps[: number - 1]
                judge_saved(trial, path, what, OTHERS if after_replace else ARRAYS)
            except Exception as error:
                trial.bad(f"{what}: {error!r}")
            else:
                judge_saved(trial, path, what, OTHERS)
                if steps[number - 1] in ("write", "fsync", "replace"):
                    trial.bad(f"{what}: the error was hidden")
            judge_folder(trial, path, what)
            path.unlink()


@row("a save to /dev/full")
def full_device(trial):
    try:
        open("/dev/full", "r+b").close()
    except OSError:
        not_possible_here("there is no /dev/full")
    for suffix in trial.each(SUFFIXES):
        path = file_of(trial.folder, suffix)
        try:
            with patch("rung.files.open", lambda *_: open("/dev/full", "r+b"), create=True):
                save_arrays(path, OTHERS)
            trial.bad(f"{suffix}: a full disk was not noticed")
        except OSError as error:
            if error.errno != errno.ENOSPC:
                trial.bad(f"{suffix}: {error!r}")
        judge_saved(trial, path, suffix, ARRAYS)
        judge_folder(trial, path, suffix)
        path.unlink()


@row("a save beyond the largest file that is allowed")
def file_size_limit(trial):
    try:
        from resource import RLIMIT_FSIZE, getrlimit, setrlimit
    except ImportError:
        not_possible_here("there are no limits of POSIX")
    sizes = {suffix: file_of(trial.folder, suffix, OTHERS, None).stat().st_size for suffix in SUFFIXES}
    soft, hard = getrlimit(RLIMIT_FSIZE)
    for suffix, limit in trial.each(((s, n) for s in SUFFIXES for n in range(sizes[s])), quick=300):
        path = trial.folder / "own" / f"weights{suffix}"
        path.parent.mkdir(exist_ok=True)
        file_of(path.parent, suffix)
        setrlimit(RLIMIT_FSIZE, (limit, hard))
        try:
            save_arrays(path, OTHERS)
            trial.bad(f"{suffix}, {limit} bytes: the limit was not noticed")
        except OSError:
            pass
        finally:
            setrlimit(RLIMIT_FSIZE, (soft, hard))
        judge_saved(trial, path, f"{suffix}, {limit} bytes", ARRAYS)
        judge_folder(trial, path, f"{suffix}, {limit} bytes")
        path.unlink()


@row("a save to a disk that becomes full")
@in_own_process(prefix=_UNSHARE)
def full_disk(trial):
    if not _UNSHARE or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", trial.folder]).returncode:
        not_possible_here("no small disk can be mounted")
    for suffix, size in trial.each((suffix, size) for suffix in SUFFIXES for size in range(1 << 13, 1 << 14, 64)):
        path = file_of(trial.folder, suffix)
        what = f"{suffix}, {8 * size} bytes"
        try:
            save_arrays(path, {"large": np.zeros(size)})
            trial.bad(f"{what}: the full disk was not noticed")
        except OSError as error:
            if error.errno != errno.ENOSPC:
                trial.bad(f"{what}: {error!r}")
        judge_saved(trial, path, what, ARRAYS)
        judge_folder(trial, path, what)
        path.unlink()
