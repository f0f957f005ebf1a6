"""The program as a whole: version, help, examples, usage."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from recistkit import __version__
from recistkit.cli.program import study_program
from tests.cli.conftest import Run
from tests.expected_files import assert_same_text

ROOT: Final = Path(__file__).resolve().parents[2]
STUDY_COMMANDS: Final = tuple(str(command.name) for command in study_program.registered_commands)
COMMANDS: Final = (
    "",
    "classify",
    "check",
    "reconcile",
    "scans",
    "measure",
    "criteria",
    "criteria list",
    "criteria show",
    "criteria validate",
    "demo",
    "read",
    "study",
    *(f"study {name}" for name in STUDY_COMMANDS),
)
# The demo takes long and has its own tests, no test waits for a window to be closed, the commands
# of a study are tested on one, measure on masks, and scans on a folder of them.
NOT_RUN: Final = {
    "demo",
    "measure",
    "read",
    "scans",
    "study",
    *(f"study {name}" for name in STUDY_COMMANDS),
}
PREFACE: Final = """\
# Commands

What `--help` says; written by a test.

Exit codes: `0` fine; `1` a fault inside a file, results that cannot be written, or, under
`--strict`, findings, open cases or scans that cannot be used; `2` wrong usage: an unknown option or
value of one, a table, folder or criteria that are not there, or an output folder in which an input
of the same run would be lost; `130` stopped by the user. After a fault or wrong usage nothing has
been written, except by `measure`, which writes what it could measure.
"""
HEAVY: Final = (
    "PIL",
    "SimpleITK",
    "alembic",
    "highdicom",
    "napari",
    "nibabel",
    "numpy",
    "polars",
    "pydicom",
    "qtpy",
    "rich",
    "sqlalchemy",
    "statsmodels",
)


def test_the_version_is_printed(run: Run) -> None:
    ended = run("--version")
    assert (ended.code, ended.out, ended.err) == (0, f"recistkit {__version__}\n", "")


@pytest.mark.parametrize("command", [[sys.executable, "-m", "recistkit"], ["recistkit"]])
def test_both_doors_of_the_program_open(command: list[str]) -> None:
    if command == ["recistkit"]:
        command = [str(Path(sys.executable).with_name("recistkit"))]
    done = subprocess.run([*command, "--version"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, f"recistkit {__version__}\n")


@pytest.mark.parametrize("command", COMMANDS)
def test_help_loads_no_heavy_library(command: str) -> None:
    arguments = [*command.split(), "--help"]
    code = (
        "import sys\n"
        "from recistkit.cli import main\n"
        f"code = main({arguments})\n"
        f"print([name for name in {HEAVY} if name in sys.modules], file=sys.stderr)\n"
        "sys.exit(code)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "[]\n")


def test_a_character_that_the_terminal_does_not_know_is_spelled_out(study: Path) -> None:
    text = (study / "trial.toml").read_text(encoding="utf-8").replace("Trial 7", "\u2265 7")
    (study / "trial.toml").write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "recistkit", "criteria", "validate", "trial.toml"],
        env=os.environ | {"PYTHONIOENCODING": "latin-1:strict"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("(\\u2265 7)\n")


def example_of(help_text: str) -> str:
    """Return the command at the end of a help text."""
    found = re.search(r"^  Example:\n    (recistkit .+)\n\Z", help_text, flags=re.MULTILINE)
    assert found is not None
    return found.group(1)


@pytest.mark.parametrize("command", [name for name in COMMANDS if name not in NOT_RUN])
def test_the_example_of_each_help_runs(command: str, run: Run) -> None:
    example = example_of(run(*command.split(), "--help").out)
    assert example.startswith(f"recistkit {command}".strip())
    assert run(*shlex.split(example)[1:]).code == 0


def test_the_page_of_commands_is_what_help_says(run: Run) -> None:
    parts = [PREFACE]
    for command in COMMANDS:
        title = f"recistkit {command}".strip()
        parts.append(f"\n## `{title}`\n\n```text\n{run(*command.split(), '--help').out}```\n")
    assert_same_text(ROOT / "docs" / "commands.md", "".join(parts))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["frobnicate"], "No such command 'frobnicate'."),
        (["classify"], "Missing argument 'TABLE'."),
        (["classify", "reads.csv"], "Missing option '--output'."),
        (["classify", "reads.csv", "--output", "r", "--frob"], "No such option"),
        (["classify", "reads.csv", "--output", "r", "--format", "xlsx"], "'--format'"),
        (
            ["classify", "reads.csv", "--output", "r", "--confirmation-days", "x"],
            "'--confirmation-days'",
        ),
    ],
)
def test_wrong_usage_exits_with_2_and_writes_nothing(
    arguments: list[str], message: str, run: Run, study: Path
) -> None:
    before = sorted(study.iterdir())
    ended = run(*arguments)
    assert (ended.code, ended.out) == (2, "")
    assert message in ended.err
    assert sorted(study.iterdir()) == before


def test_no_command_shows_the_help_and_exits_with_2(run: Run) -> None:
    ended = run()
    assert ended.code == 2
    assert "Usage: recistkit [OPTIONS] COMMAND [ARGS]..." in ended.out + ended.err
