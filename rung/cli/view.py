"""`rung view`: a trace, weights or runs, in the browser."""

from __future__ import annotations

import argparse
import os
import sys
import webbrowser
from pathlib import Path
from typing import Any

from rung.errors import ValueRangeError
from rung.viewing.opening import site_of
from rung.viewing.server import PORT, Server, open_server

RUNS = Path("runs")


def add_command(commands: Any) -> None:
    """Tell the parser about `rung view`."""
    parser = commands.add_parser(
        "view",
        help="look at a run, a graph or weights in the browser",
        description="Open a page in the browser, from a server that only this machine can reach.",
    )
    parser.add_argument(
        "what", nargs="*", type=Path, metavar="FILE|RUN",
        help="a trace (.json), two of them to compare, weights (.npz, .safetensors), .html, .svg or .png; "
        "or folders of runs (default: runs/)",
    )  # fmt: skip
    parser.add_argument("--port", type=int, default=PORT, help=f"the port, or the next free one (default: {PORT})")
    parser.add_argument("--no-browser", action="store_true", help="only print the address")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Serve until Ctrl-C."""
    if not 0 <= options.port < 65536:
        raise ValueRangeError(f"--port must be within 0..65535, but got {options.port}")
    what = options.what or [RUNS]
    if not options.what and not RUNS.is_dir():
        raise ValueRangeError(
            "rung view: there is no folder runs/ here; name a run, a trace or a file of weights, or start a run with "
            "rung train"
        )
    with open_server(site_of(what), options.port) as server:
        _tell(server, what, options)
        try:
            server.serve_forever(poll_interval=0.2)
        except KeyboardInterrupt:
            print()
    return 0


def _tell(server: Server, what: list[Path], options: argparse.Namespace) -> None:
    shown = "" if options.no_browser or not open_browser(server.address) else ", in your browser"
    names = ", ".join(str(path) for path in what)
    print(f"{names}: {server.address}{shown}\nCtrl-C ends it.", flush=True)


def open_browser(address: str) -> bool:
    """Whether a browser with windows could be opened; one that would run in this terminal is not."""
    screen = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or os.environ.get("BROWSER")
    if sys.platform.startswith("linux") and not screen:
        return False
    try:
        return webbrowser.open(address)
    except (webbrowser.Error, OSError):
        return False
