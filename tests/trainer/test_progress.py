"""What a person sees while it trains."""

import io

import pytest
from trainer.small import BATCHES, At, loader, make

import rung.functions as F
from rung.trainer.progress import figures


class Screen(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def screen(monkeypatch):
    """A terminal of 200 columns, in which the bar is drawn."""
    from rich import console

    file = Screen()
    terminal = console.Console(file=file, force_terminal=True, width=200, color_system=None)
    monkeypatch.setattr(console, "Console", lambda: terminal)
    return file


def test_a_resumed_run_begins_where_it_was_in_the_bar(screen, tmp_path):
    make(tmp_path).fit(loader(), 3)
    again = make(tmp_path, quiet=False)
    again.resume()
    again.fit(loader(), 3)
    assert "12/12" in screen.getvalue()
    again.fit(loader(), 4)
    assert "16/16" in screen.getvalue()


def test_names_are_shown_as_they_are(screen):
    trainer = make(quiet=False, metrics={"[red]top5[/red]": F.accuracy, "[/]": F.accuracy})
    trainer.fit(loader(), 1, name="[bold]x[/bold] [/] run")
    assert "[bold]x[/bold] [/] run" in screen.getvalue()
    assert "[red]top5[/red]" in screen.getvalue()
    assert "[/] " in screen.getvalue()


def test_lines_show_names_as_they_are_too(capsys):
    make(quiet=False, metrics={"[/]": F.accuracy}).fit(loader(), 1, name="[/] run")
    assert capsys.readouterr().out.startswith("[/] run: epoch 1/1  loss ")


def test_every_figure_is_shown_and_shares_alone_as_percent():
    measured = {
        "epoch": 1,
        "accuracy": 0.5,
        "val_accuracy": 0.25,
        "error_of_accuracy": 3.5,
        "seconds": 2.0,
        "lr": 0.1,
    }
    shown = "accuracy 50.00%  val_accuracy 25.00%  error_of_accuracy 3.5  seconds 2  lr 0.1"
    assert figures(measured) == shown


def test_an_error_leaves_the_terminal_in_order(screen):
    with pytest.raises(ZeroDivisionError):
        make(quiet=False, callbacks=[At(2, lambda: 1 / 0)]).fit(BATCHES, 1)
    assert screen.getvalue().rstrip("\n").endswith("\x1b[?25h")
