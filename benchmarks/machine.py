"""What the figures were measured on."""

from __future__ import annotations

import os
import platform
import subprocess
import time
from importlib import metadata
from pathlib import Path

PACKAGES = ("numpy", "torch", "jax", "dezero", "numba")
CPU_INFO = Path("/proc/cpuinfo")


def facts() -> dict[str, str]:
    """The machine, the versions, the time, and how busy the machine is."""
    found = {"when": time.strftime("%Y-%m-%d %H:%M"), "cpu": _cpu(), "cores": str(os.cpu_count())}
    found |= {"system": f"{platform.system()} {platform.release()}", "python": platform.python_version()}
    found |= {"load": load(), "rung": _commit()}
    return found | {name: _version(name) for name in PACKAGES}


def load() -> str:
    """How many processes wanted to run, over the last minute."""
    return f"{os.getloadavg()[0]:.2f}" if hasattr(os, "getloadavg") else "unknown"


def _cpu() -> str:
    if CPU_INFO.exists():
        for line in CPU_INFO.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _commit() -> str:
    import rung

    command = ["git", "-C", str(Path(__file__).parent), "rev-parse", "--short", "HEAD"]
    try:
        run = subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return rung.__version__
    return f"{rung.__version__} at {run.stdout.strip()}"


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed"
