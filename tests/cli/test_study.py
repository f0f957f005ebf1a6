"""``recistkit study``: words, exit codes, and who is refused."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from tests.cli.conftest import Run
from tests.study.small_trial import CHARTER, LOGINS, acting_as, begin_trial, read_all


@pytest.fixture
def trial(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return begin_trial(tmp_path)


def test_a_decision_is_on_record_and_followed(run: Run, trial: Path) -> None:
    for reader, share in (("A", 0.5), ("B", 0.9)):
        read_all(trial, reader, share)
    with acting_as("J"):
        for subject, accepted in (("S1", "A"), ("S2", "neither")):
            ended = run(
                *("study", "adjudicate", "trial", "--subject", subject),
                *("--accept", accepted, "--reason", "edge of T1"),
            )
            assert (ended.code, ended.err) == (0, f"{subject}: {accepted} is on record\n")
    with acting_as("M"):
        ended = run("reconcile", "trial", "--readers", "A,B", "--output", "results")
    assert ended.code == 0
    assert ended.err.startswith("study TRIAL, charter version 1\ncriteria recist-1.1 1 ")
    assert "0 subjects agreed, 1 adjudicated, 1 open" in ended.err
    accepted_best = pl.read_csv(trial.parent / "results" / "accepted_best.csv")
    assert accepted_best["subject"].unique().to_list() == ["S1"]


def test_a_study_with_two_readers_need_not_name_them(run: Run, trial: Path) -> None:
    for reader in "BA":
        read_all(trial, reader, 0.5, ("S1",))
    with acting_as("M"):
        ended = run("reconcile", "trial", "--output", "results")
    assert ended.code == 0
    assert "\nreaders A and B\nwrote responses.csv, " in ended.err
    assert ended.err.endswith("1 subject agreed, 0 adjudicated, 0 open\n")


def test_of_three_readers_those_are_compared_who_have_all_the_reads(
    run: Run, trial: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(LOGINS, "C", "carl")
    carl = '\n[[people]]\nid = "C"\nlogin = "carl"\nrole = "reader"\n'
    (trial / "study.toml").write_text(CHARTER + carl, encoding="utf-8")
    for reader in "AB":
        read_all(trial, reader, 0.5, ("S1",))
    with acting_as("M"):
        assert run("study", "amend", "trial", "--reason", "a third reader").code == 0
        assert "\nreaders A and B\n" in run("reconcile", "trial", "--output", "results").err
        assert run("study", "assign", "trial", "S1", "--to", "C").code == 0
        ended = run("reconcile", "trial", "--output", "results")
    assert ended.code == 2
    assert ended.err.endswith("\nError: readers: expected two of A, B, C\n")


@pytest.mark.parametrize("folder", ["trial", "trial/readers/B", "trial/new/.."])
def test_nothing_that_names_all_readers_is_written_into_the_study(
    run: Run, trial: Path, folder: str
) -> None:
    read_all(trial, "A", 0.5, ("S1",))
    before = sorted(trial.rglob("*"))
    said = "lies in the study, where readers would find what both of them read"
    with acting_as("M"):
        for command in ("classify", "check", "reconcile"):
            ended = run(command, "trial", "--output", folder)
            assert (ended.code, ended.err) == (
                2,
                f"Error: {Path(folder)} {said}; expected another folder for --output\n",
            )
        ended = run("reconcile", "trial", "--output", "results", "--figures", folder)
    assert (ended.code, ended.err) == (
        2,
        f"Error: {Path(folder)} {said}; expected another folder for --figures\n",
    )
    assert sorted(trial.rglob("*")) == before


def test_an_export_says_which_signatures_it_is_without(run: Run, trial: Path) -> None:
    read_all(trial, "A", 0.5, ("S1",), visits=1)
    before = (trial / "study.db").read_bytes()
    read_all(trial, "A", 0.5, ("S2",), visits=1)
    (trial / "study.db").write_bytes(before)
    with acting_as("M"):
        ended = run("study", "export", "trial", "--output", "exported")
    assert ended.err == (
        "warning: the study does not know the last signature of A S2, which does not count; "
        "opening the case as its reader tells it\n"
        "wrote 6 files to exported\n"
    )


def test_an_export_is_written_once_and_verified(run: Run, trial: Path) -> None:
    read_all(trial, "A", 0.5, ("S1",))
    with acting_as("M"):
        ended = run("study", "export", "trial", "--output", "exported")
        assert (ended.code, ended.err) == (0, "wrote 6 files to exported\n")
        again = run("study", "export", "trial", "--output", "exported")
    assert (again.code, again.err) == (
        2,
        "Error: exported is there already; expected a name for a new folder\n",
    )
    with acting_as("M"):
        assert run("study", "verify", "trial").err == "everything is as recorded\n"


def test_what_was_changed_is_named_and_ends_with_one(run: Run, trial: Path) -> None:
    (scan, *_) = sorted((trial / "scans" / "S1" / "baseline").rglob("*.nii*"))
    scan.write_bytes(scan.read_bytes()[:-1])
    with acting_as("M"):
        ended = run("study", "verify", "trial")
    assert ended.code == 1
    assert ended.err == "1 problem found\n"
    assert "scans/S1/baseline/1" in ended.out


@pytest.mark.usefixtures("trial")
def test_who_may_not_is_told_the_role(run: Run) -> None:
    with acting_as("A"):
        ended = run("study", "assign", "trial", "--to", "A")
    assert (ended.code, ended.out) == (1, "")
    assert ended.err == (
        "this needs the role manager; the study's charter does not give it to the login anna\n"
    )


def test_a_folder_that_is_no_study_is_refused(run: Run, tmp_path: Path) -> None:
    ended = run("study", "status", str(tmp_path))
    assert (ended.code, ended.out) == (1, "")
    assert ended.err == "study.db: there is no study here\n"


def test_a_reader_unlocked_may_amend(run: Run, trial: Path) -> None:
    read_all(trial, "A", 0.5, ("S1",))
    with acting_as("M"):
        unlocked = run(
            *("study", "unlock", "trial", "--subject", "S1", "--reader", "A"),
            *("--reason", "query 7"),
        )
        ended = run("study", "status", "trial", "--format", "json")
    assert unlocked.err == "reader A may amend S1\n"
    assert '"state":"unlocked"' in ended.out.replace(" ", "")
