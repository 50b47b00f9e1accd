"""Rows that need a process of their own: to be limited, forked, killed, or given another disk."""

import json
import os
import signal
import subprocess
import sys
import time
from functools import wraps
from importlib import import_module
from pathlib import Path

from .rows import NotPossibleHereError, Trial, not_possible_here

TESTS = Path(__file__).parent.parent
CHILD = "import sys; sys.path.insert(0, sys.argv[1]); from trust.processes import run_body; run_body(*sys.argv[2:])"
ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")  # so it may fork


def in_own_process(prefix=()):
    """Run the body of a row in a fresh process, perhaps under another command, and bring its trial back."""

    def enter(body):
        @wraps(body)
        def run(trial):
            arguments = [body.__module__.split(".")[-1], body.__name__, trial.folder, str(int(trial.full))]
            command = [*prefix, sys.executable, "-W", "error", "-c", CHILD, TESTS, *arguments]
            with subprocess.Popen(
                command, stdout=subprocess.PIPE, env=os.environ | ONE_THREAD, start_new_session=True
            ) as process:
                try:
                    outcome = [_follow(line, trial) for line in process.stdout][-1:]
                except BaseException:
                    os.killpg(process.pid, signal.SIGKILL)
                    raise
            if not outcome or process.returncode:
                trial.bad(f"{body.__name__}: its process ended with {process.returncode}")

        run.body = body
        return run

    return enter


def _follow(line, trial):
    """Take over what the process tells about its trial."""
    told = json.loads(line)
    if "total" in told:
        trial.advance(told["done"], told["total"])
    elif "reason" in told:
        not_possible_here(told["reason"])
    else:
        trial.provoked += told["provoked"]
        trial.silently_wrong += told["silently_wrong"]
        trial.lost_files += told["lost_files"]
        trial.other_faults += told["other_faults"]


def run_body(module, name, folder, full):
    """What the process does: run the body on a trial of its own, and tell about it."""

    def tell(**facts):
        print(json.dumps(facts), flush=True)

    trial = Trial(Path(folder), full == "1", lambda done, total: tell(done=done, total=total))
    try:
        getattr(import_module(f"trust.{module}"), name).body(trial)
        parts = ("provoked", "silently_wrong", "lost_files", "other_faults")
        tell(**{part: getattr(trial, part) for part in parts})
    except NotPossibleHereError as reason:
        tell(reason=str(reason))


def fork(action):
    """Do something in a copy of this process, which then ends; the copy's id. Its status is 1 after any exception."""
    if not hasattr(os, "fork"):
        not_possible_here("processes cannot be forked")
    if pid := os.fork():
        return pid
    status = 1
    try:
        action()
        status = 0
    except BaseException as error:
        print(repr(error), file=sys.stderr, flush=True)
    finally:
        os._exit(status)


def status_of(pid, patience=60):
    """Wait for a copy to end: 0, 1, or minus the signal that ended it; "hanging" if it had to be killed."""
    deadline = time.monotonic() + patience
    while (ended := os.waitpid(pid, os.WNOHANG))[0] == 0:
        if time.monotonic() > deadline:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            return "hanging"
        time.sleep(0.001)
    return os.waitstatus_to_exitcode(ended[1])
