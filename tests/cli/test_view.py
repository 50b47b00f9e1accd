"""`rung view`, as a user calls it."""

import argparse
import os
import re
import signal
import subprocess
import sys
import urllib.request
import webbrowser
from pathlib import Path

import pytest
from viewing.samples import write_run

from rung.cli import main
from rung.cli.view import _tell, open_browser
from rung.viewing.opening import site_of
from rung.viewing.server import open_server


def start(*arguments, cwd):
    """The command in a process of its own, and the address that it prints."""
    process = subprocess.Popen(
        [sys.executable, "-m", "rung", "view", "--no-browser", "--port", "0", *arguments],
        cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=dict(os.environ),
    )  # fmt: skip
    return process, re.search(r"http://\S+", process.stdout.readline()).group()


@pytest.mark.parametrize("what", [[], ["runs"], ["runs/digits-1"], ["runs/digits-1", "runs/digits-2"]])
def test_it_serves_until_ctrl_c(tmp_path, what):
    write_run(tmp_path / "runs" / "digits-1")
    write_run(tmp_path / "runs" / "digits-2")
    process, address = start(*what, cwd=tmp_path)
    try:
        with urllib.request.urlopen(address) as answer:
            assert b"<title>" in answer.read()
    finally:
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=20)
    assert process.returncode == 0
    assert errors == ""


def test_without_runs_it_says_what_to_name(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["view"]) == 1
    assert "there is no folder runs/ here; name a run" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["nothing"], ["--port", "70000"], ["here.txt"]])
def test_what_makes_no_sense_is_refused_in_a_sentence(tmp_path, monkeypatch, capsys, arguments):
    monkeypatch.chdir(tmp_path)
    Path("runs").mkdir()
    Path("here.txt").touch()
    assert main(["view", "--no-browser", *arguments]) == 1
    assert capsys.readouterr().err.count("\n") == 1


def told(folder, no_browser):
    options = argparse.Namespace(no_browser=no_browser)
    with open_server(site_of([folder]), 0) as server:
        _tell(server, [folder], options)
        return server.address


def test_a_browser_is_opened_unless_it_is_not_wanted(tmp_path, monkeypatch, capsys):
    opened = []
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr(webbrowser, "open", lambda address: opened.append(address) or True)
    address = told(tmp_path, no_browser=False)
    assert opened == [address]
    assert f"{address}, in your browser" in capsys.readouterr().out
    told(tmp_path, no_browser=True)
    assert len(opened) == 1


def test_without_a_screen_the_address_is_printed(tmp_path, monkeypatch, capsys):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(webbrowser, "open", lambda address: pytest.fail("it opened one"))
    address = told(tmp_path, no_browser=False)
    assert f"{address}\n" in capsys.readouterr().out


def test_a_browser_that_fails_is_no_error(monkeypatch):
    def failing(address):
        raise webbrowser.Error("none")

    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr(webbrowser, "open", failing)
    assert not open_browser("http://127.0.0.1/")
