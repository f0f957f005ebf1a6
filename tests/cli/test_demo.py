"""``recistkit demo`` on a small study: what it prints, and what it writes."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path

import pytest
from rich.console import Console

from recistkit.cli.summary import print_summary
from recistkit.study.demo import run_demo
from tests.cli.conftest import Run
from tests.expected_files import assert_same_text
from tests.study.study_with_scans import (
    OUTSIDE,
    begun,
    leave_out_last_visit,
    write_study_with_scans,
)

EXPECTED = Path(__file__).with_name("small_summary.txt")
TABLES = (
    *("accepted_best", "accepted_responses", "adjudication", "agreement", "best", "differences"),
    *("findings", "matched_lesions", "reconciled", "responses", "size_agreement"),
)


def printed(folder: Path) -> str:
    file = io.StringIO()
    console = Console(file=file, width=100, highlight=False, markup=False, emoji=False)
    print_summary(console, run_demo(begun(folder)))
    text = "".join(f"{line.rstrip()}\n" for line in file.getvalue().splitlines())
    return text.replace(dt.datetime.now(dt.UTC).date().isoformat(), "today")


def test_the_summary_is_what_was_reviewed(tmp_path: Path) -> None:
    assert_same_text(EXPECTED, printed(write_study_with_scans(tmp_path / "example")))


def test_the_summary_fits_into_100_columns() -> None:
    lines = EXPECTED.read_text(encoding="utf-8").splitlines()
    assert max(map(len, lines)) <= 100


def test_findings_are_in_the_summary(tmp_path: Path) -> None:
    text = printed(write_study_with_scans(tmp_path / "example", OUTSIDE))
    assert "1 ruler checked against the scans they name: 1 finding, see below\n" in text
    assert "ruler-outside-image" in text


def test_an_open_case_is_said_to_be_open(tmp_path: Path) -> None:
    folder = write_study_with_scans(tmp_path / "example")
    header = (folder / "decisions.csv").read_text(encoding="utf-8").splitlines()[0]
    (folder / "decisions.csv").write_text(header + "\n", encoding="utf-8")
    text = printed(folder)
    assert "   adjudication needed: no read of this subject is accepted yet\n" in text
    assert "  open\n" in text or " open\n" in text


@pytest.fixture
def small_example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_study_with_scans(tmp_path / "example")
    monkeypatch.setattr("recistkit.study.example_study.example_folder", lambda: folder)


@pytest.mark.usefixtures("small_example")
def test_tables_of_each_rule_set_are_written_into_their_own_folder(run: Run, study: Path) -> None:
    ended = run("demo", "--output", "results")
    assert ended.code == 0
    assert ended.out.startswith("Example study: 2 subjects, readers A and B, 6 image series loaded")
    assert sorted(
        path.relative_to(study).as_posix() for path in (study / "results").glob("*-*/*.csv")
    ) == [
        f"results/{criteria}/{name}.csv"
        for criteria in ("recist-1.1", "zhu-2013")
        for name in TABLES
    ]
    names = (
        "responses.csv, best.csv, reconciled.csv, differences.csv, agreement.csv, "
        "size_agreement.csv, adjudication.csv, matched_lesions.csv, accepted_responses.csv, "
        "accepted_best.csv and findings.csv"
    )
    assert ended.err == (
        "made the study results/study\n"
        f"wrote {names} to results/recist-1.1\nwrote {names} to results/zhu-2013\n"
    )


@pytest.mark.usefixtures("small_example")
def test_the_study_is_made_once_and_a_damaged_scan_in_it_exits_with_1(
    run: Run, study: Path
) -> None:
    assert run("demo", "--output", "results").err.startswith("made the study results/study\n")
    (scan,) = (study / "results/study/scans/S1/baseline").rglob("*.nii.gz")
    scan.write_bytes(b"no scan")
    ended = run("demo", "--output", "results")
    assert ended.code == 1
    assert ended.err.startswith("wrote responses.csv")
    assert f"\nrefused: {scan.name}: " in ended.out


@pytest.mark.usefixtures("small_example")
def test_results_go_to_demo_results_unless_told_otherwise(run: Run, study: Path) -> None:
    assert run("demo").code == 0
    assert sorted(path.name for path in (study / "demo-results").iterdir()) == [
        "recist-1.1",
        "study",
        "study-key.json",
        "zhu-2013",
    ]


def test_a_visit_that_one_reader_has_not_read_leaves_that_side_empty(tmp_path: Path) -> None:
    folder = write_study_with_scans(tmp_path / "example")
    leave_out_last_visit(folder / "reads" / "S2_reader-B.json")
    decisions = folder / "decisions.csv"
    header = decisions.read_text(encoding="utf-8").splitlines()[0]
    decisions.write_text(header + "\n", encoding="utf-8")
    assert "\nmonth-3   2011-05-02  40.0     -33.3   -4.8   PR\n" in printed(folder)
