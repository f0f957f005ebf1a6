"""``recistkit criteria``."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import pytest

from recistkit.criteria import load, load_file, shipped
from tests.cli.conftest import Run


def shipped_text(criteria: str) -> str:
    file = resources.files("recistkit.criteria") / f"{criteria}.toml"
    return file.read_text(encoding="utf-8")


def test_the_list_has_every_shipped_rule_set_with_its_hash(run: Run) -> None:
    ended = run("criteria", "list")
    assert (ended.code, ended.err) == (0, "")
    lines = [line.split(maxsplit=3) for line in ended.out.splitlines()]
    assert lines == [
        [one.id, one.version, one.content_hash[:12], one.title] for one in map(load, shipped())
    ]


@pytest.mark.parametrize("criteria", shipped())
def test_show_prints_the_file_as_it_stands(criteria: str, run: Run) -> None:
    ended = run("criteria", "show", criteria)
    assert (ended.code, ended.out) == (0, shipped_text(criteria))
    assert ended.err.startswith(f"criteria {load(criteria).reference} ")


def test_show_prints_a_trial_s_own_file(run: Run, study: Path) -> None:
    ended = run("criteria", "show", "trial.toml")
    assert ended.out == (study / "trial.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("criteria", [*shipped(), "trial.toml"])
def test_show_full_is_a_file_of_the_same_content(criteria: str, run: Run, study: Path) -> None:
    text = run("criteria", "show", criteria, "--full").out
    (study / "full.toml").write_text(text, encoding="utf-8")
    assert "based_on" not in text
    assert load_file(study / "full.toml").content_hash == load(criteria).content_hash
    assert text.startswith(f"# content hash {load(criteria).content_hash}\n")


def test_show_full_has_a_source_in_every_table(run: Run) -> None:
    text = run("criteria", "show", "zhu-2013", "--full").out
    tables = text.split("\n[")[1:]
    assert [table for table in tables if "\nsource = " not in table] == []


def test_a_file_that_can_be_used_is_said_to_be(run: Run) -> None:
    ended = run("criteria", "validate", "trial.toml")
    reference = load("trial.toml").reference
    assert (ended.code, ended.err) == (0, "")
    assert ended.out == f"trial.toml: usable as {reference} (Trial 7)\n"


def test_a_file_that_cannot_be_used_names_every_fault(run: Run, study: Path) -> None:
    text = (study / "trial.toml").read_text(encoding="utf-8").replace('"1"', '"one two"')
    (study / "trial.toml").write_text(text + "colour = 1\n", encoding="utf-8")
    ended = run("criteria", "validate", "trial.toml")
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.splitlines()[0] == "trial.toml: not usable"
    assert [line.split(":")[0] for line in ended.err.splitlines()[1:]] == ["  version", "  colour"]


def test_criteria_that_are_not_there_are_wrong_usage(run: Run) -> None:
    ended = run("criteria", "show", "recist-9")
    assert (ended.code, ended.err) == (
        2,
        (
            f"Error: there are no criteria recist-9; known are {', '.join(shipped())}, "
            "or give a file\n"
        ),
    )
    ended = run("criteria", "validate", "absent.toml")
    assert (ended.code, ended.out) == (2, "")
    assert "'absent.toml' does not exist." in ended.err
