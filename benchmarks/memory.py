"""How much memory this process holds, and held at most."""

from __future__ import annotations

import sys
from pathlib import Path

STATUS, FORGET = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def resident() -> float:
    """MiB of memory that the process holds; where that is not told, the most it has held."""
    return _from_status("VmRSS") if STATUS.exists() else peak()


def peak() -> float:
    """The most MiB that the process has held, since `forget_peak` where that works."""
    if STATUS.exists():
        return _from_status("VmHWM")
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 2**20 if sys.platform == "darwin" else most / 2**10


def forget_peak() -> None:
    """Let `peak` begin anew, where the system allows it."""
    if FORGET.exists():
        try:
            FORGET.write_text("5")
        except OSError:  # then the peak of the imports counts too
            return


def _from_status(name: str) -> float:
    line = next(line for line in STATUS.read_text().splitlines() if line.startswith(name))
    return int(line.split()[1]) / 2**10
