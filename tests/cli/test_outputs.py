"""A run never writes over what it was given."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.cli.small_study import CRITERIA, DECISIONS, READS, SUBJECTS
from tests.study.study_with_scans import write_study_with_scans

ENDING = "expected another folder for --output"


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def refused(run: Run, study: Path, *arguments: str) -> str:
    """Return what is said of a run that is refused and leaves every file as it was."""
    before = files_of(study)
    ended = run(*arguments)
    assert (ended.code, ended.out) == (2, "")
    assert files_of(study) == before
    return ended.err


def test_a_table_called_like_a_result_is_not_replaced(run: Run, study: Path) -> None:
    (study / "responses.csv").write_text(READS, encoding="utf-8")
    assert refused(run, study, "classify", "responses.csv", "--output", ".") == (
        f"Error: responses.csv in . would be lost: an input of this run; {ENDING}\n"
    )


@pytest.mark.parametrize("file_format", ["csv", "parquet", "json"])
def test_nor_is_it_removed_as_out_of_date(file_format: str, run: Run, study: Path) -> None:
    (study / "results").mkdir()
    (study / "results" / "agreement.csv").write_text(READS, encoding="utf-8")
    command = ("classify", str(study / "results" / "agreement.csv"), "--format", file_format)
    assert refused(run, study, *command, "--output", "results") == (
        f"Error: agreement.csv in results would be lost: an input of this run; {ENDING}\n"
    )


@pytest.mark.parametrize(
    ("option", "name", "text"),
    [
        ("--visits", "best.csv", "subject,timepoint\nS1,baseline\n"),
        ("--subjects", "reconciled.csv", SUBJECTS),
        ("--events", "accepted_best.csv", "subject,date,event\nS1,2011-09-01,last-contact\n"),
        ("--decisions", "accepted_responses.csv", DECISIONS),
        ("--criteria", "best.json", CRITERIA),
    ],
)
def test_no_input_of_a_reconciliation_is_lost(
    option: str, name: str, text: str, run: Run, study: Path
) -> None:
    (study / name).write_text(text, encoding="utf-8")
    command = ("reconcile", "reads.csv", "--readers", "A,B", option, name, "--output", str(study))
    assert refused(run, study, *command) == (
        f"Error: {name} in {study} would be lost: an input of this run; {ENDING}\n"
    )


def test_every_input_that_would_be_lost_is_named(run: Run, study: Path) -> None:
    (study / "best.csv").write_text(SUBJECTS, encoding="utf-8")
    (study / "responses.csv").write_text(READS, encoding="utf-8")
    command = ("classify", "responses.csv", "--subjects", "best.csv", "--output", ".")
    assert refused(run, study, *command) == (
        f"Error: responses.csv and best.csv in . would be lost: an input of this run; {ENDING}\n"
    )


def test_check_spares_its_input_and_minds_no_other_result(run: Run, study: Path) -> None:
    (study / "findings.csv").write_text(READS, encoding="utf-8")
    assert refused(run, study, "check", "findings.csv", "--output", ".") == (
        f"Error: findings.csv in . would be lost: an input of this run; {ENDING}\n"
    )
    (study / "findings.csv").rename(study / "best.csv")
    assert run("check", "best.csv", "--output", ".").code == 0
    assert (study / "best.csv").read_text(encoding="utf-8") == READS


def test_a_link_to_an_input_is_the_input(run: Run, study: Path) -> None:
    (study / "results").mkdir()
    (study / "results" / "best.csv").hardlink_to(study / "reads.csv")
    assert refused(run, study, "classify", "reads.csv", "--output", "results") == (
        f"Error: best.csv in results would be lost: an input of this run; {ENDING}\n"
    )


def test_results_do_not_go_among_read_documents(run: Run, study: Path) -> None:
    folder = str(write_study_with_scans(study / "scanned") / "reads")
    assert refused(run, study, "classify", folder, "--output", folder) == (
        f"Error: {folder} holds the read documents of this run; {ENDING}\n"
    )


def test_results_of_an_earlier_run_are_no_input(run: Run) -> None:
    command = ("classify", "reads.csv", "--output", ".")
    assert run(*command).code == 0
    assert run(*command).code == 0
