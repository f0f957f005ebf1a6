"""What an error becomes at the command line."""

from __future__ import annotations

import re
import sys

import pytest

from recistkit.cli.faults import exit_code
from recistkit.errors import CriteriaError, OptionError, OutputError, ScanError
from tests.cli.conftest import Run


def failing(error: BaseException) -> int:
    def command() -> None:
        raise error

    return exit_code(command)


@pytest.mark.parametrize(
    ("error", "code", "text"),
    [
        (OptionError("days is -1"), 2, "Error: days is -1\n"),
        (OutputError("results: cannot be written"), 1, "results: cannot be written\n"),
        (CriteriaError("own.toml", ["is empty"]), 1, "own.toml: not usable\n  is empty\n"),
        (ScanError("ct", "a slice is missing"), 1, "ct: a slice is missing\n"),
    ],
)
def test_an_error_on_purpose_is_its_text_and_no_traceback(
    error: Exception, code: int, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert failing(error) == code
    assert capsys.readouterr() == ("", text)


@pytest.mark.parametrize(
    ("end", "code"),
    [(SystemExit(), 0), (SystemExit(0), 0), (SystemExit(2), 2), (SystemExit("x"), 1)],
)
def test_an_exit_keeps_its_code(end: SystemExit, code: int) -> None:
    assert failing(end) == code


def test_a_command_that_returns_is_fine() -> None:
    assert exit_code(lambda: None) == 0


def test_a_stop_by_the_user_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert failing(KeyboardInterrupt()) == 130
    assert capsys.readouterr() == ("", "")


class Panic(BaseException):
    """Polars' own panics are no Exception either."""


def test_a_panic_of_a_library_shows_no_data(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def panic(*_: object, **__: object) -> None:
        raise Panic("Miller, Jane")

    monkeypatch.setattr("recistkit.study.check.check", panic)
    ended = run("check", "reads.csv")
    assert ended.code == 1
    assert "unexpected error: Panic in recistkit/cli/check.py, line " in ended.err
    assert "Miller" not in ended.err


@pytest.fixture
def broken_check(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("Miller, Jane")

    monkeypatch.setattr("recistkit.study.check.check", broken)


@pytest.mark.usefixtures("broken_check")
def test_an_unexpected_error_names_its_type_and_place_but_no_data(run: Run) -> None:
    ended = run("check", "reads.csv")
    assert ended.code == 1
    assert re.fullmatch(
        r"criteria .*\n"
        r"unexpected error: ZeroDivisionError in recistkit/cli/check\.py, line \d+\n"
        r"this is a fault of recistkit; RECISTKIT_DEBUG=1 shows where it comes from\n",
        ended.err,
    )


@pytest.mark.usefixtures("broken_check")
def test_a_developer_can_ask_for_the_traceback(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECISTKIT_DEBUG", "1")
    ended = run("check", "reads.csv")
    assert ended.code == 1
    assert "ZeroDivisionError: Miller, Jane" in ended.err


def test_words_go_to_standard_error(run: Run) -> None:
    ended = run("check", "reads.csv")
    assert ended.out == "subject,reader,timepoint,lesion,code,message\n"
    assert ended.err.endswith("0 findings\n")
    assert sys.stdout is not sys.stderr
