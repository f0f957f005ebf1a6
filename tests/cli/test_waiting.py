"""A progress bar for what takes long, on a terminal only."""

from __future__ import annotations

import io
import sys

import pytest

from recistkit.cli import waiting as waiting_module
from recistkit.cli.waiting import waiting


class Terminal(io.StringIO):
    """Standard error that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_without_a_terminal_nothing_is_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(waiting_module, "PATIENCE_SECONDS", 0.0)
    with waiting("loading", total=2) as step:
        step()
    assert capsys.readouterr() == ("", "")


def test_what_is_done_at_once_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with waiting("loading", total=2) as step:
        step()
    assert terminal.getvalue() == ""


def test_what_takes_long_shows_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(waiting_module, "PATIENCE_SECONDS", -1.0)
    with waiting("loading scans", total=2) as step:
        step()
    assert "loading scans" in terminal.getvalue()


def test_an_error_ends_the_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", Terminal())

    def fail() -> None:
        with waiting("loading"):
            raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        fail()
