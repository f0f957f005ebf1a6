"""The demo: every arrow over a study with scans, and over the example study itself."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import polars as pl
import pytest

from recistkit.errors import OptionError, ScanError, StoreError
from recistkit.study.adding.problems import ScansRefusedError
from recistkit.study.demo import Demo, run_demo
from recistkit.study.example_study import begin_example, example_folder, visit_folders
from tests.study.study_with_scans import OUTSIDE, begun, write_study_with_scans

TABLES: Final = [
    "responses",
    "best",
    "reconciled",
    "differences",
    "agreement",
    "size_agreement",
    "adjudication",
    "matched_lesions",
    "accepted_responses",
    "accepted_best",
    "findings",
]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    return run_demo(begun(write_study_with_scans(tmp_path_factory.mktemp("small"))))


def test_scans_rulers_readers_and_subjects_are_counted(small: Demo) -> None:
    assert len(small.scans) == 6
    assert (small.refused, small.rulers, small.misplaced) == ((), 1, 0)
    assert (small.readers, small.subjects) == (("A", "B"), ("S1", "S2"))


def test_both_rule_sets_have_every_table(small: Demo) -> None:
    assert list(small.results) == ["recist-1.1", "zhu-2013"]
    assert [list(result.tables) for result in small.results.values()] == [TABLES, TABLES]
    for criteria, result in small.results.items():
        assert result.reconciliation.classification.criteria.id == criteria


def accepted(demo: Demo, criteria: str) -> dict[str, str]:
    best = demo.results[criteria].reconciliation.accepted_best
    return dict(best.select("subject", "reader").unique().sort("subject").iter_rows())


def test_the_decision_is_followed_where_the_readers_differ(small: Demo) -> None:
    assert accepted(small, "recist-1.1") == {"S1": "A", "S2": "B"}


def test_a_decision_is_left_out_where_another_rule_set_sees_no_difference(small: Demo) -> None:
    assert accepted(small, "zhu-2013") == {"S1": "A", "S2": "A"}


def test_a_ruler_outside_its_scan_is_a_finding(tmp_path: Path) -> None:
    demo = run_demo(begun(write_study_with_scans(tmp_path / "example", OUTSIDE)))
    assert demo.misplaced == 1
    for result in demo.results.values():
        assert result.findings.rows()[0] == (
            "S1",
            "A",
            "baseline",
            "T1",
            "ruler-outside-image",
            "the long axis ends 19.50 mm outside the image",
        )


def test_a_folder_with_a_bad_scan_becomes_no_study(tmp_path: Path) -> None:
    folder = write_study_with_scans(tmp_path / "example")
    (folder / "S1" / "baseline" / "mri.nii.gz").write_bytes(b"no scan")
    with pytest.raises(ScansRefusedError):
        begun(folder)
    assert [path.name for path in tmp_path.iterdir()] == ["example"]


def test_a_scan_that_is_damaged_in_the_study_is_refused(tmp_path: Path) -> None:
    study = begun(write_study_with_scans(tmp_path / "example"))
    (scan,) = (study / "scans" / "S1" / "baseline").rglob("*.nii.gz")
    scan.write_bytes(b"no scan")
    demo = run_demo(study)
    assert len(demo.scans) == 5
    assert [error.path.name for error in demo.refused] == [scan.name]
    findings = demo.results["recist-1.1"].findings
    assert findings["code"].to_list() == ["ruler-on-another-series"]


def test_each_visit_is_told_while_scans_are_loaded(tmp_path: Path) -> None:
    study = begun(write_study_with_scans(tmp_path / "example"))
    told: list[str] = []
    run_demo(study, on_visit=lambda: told.append("visit"))
    assert len(visit_folders(study / "scans")) == len(told) == 6


def test_events_are_taken_into_account_where_there_are_any(tmp_path: Path) -> None:
    folder = write_study_with_scans(tmp_path / "example")
    header = (folder / "decisions.csv").read_text(encoding="utf-8").splitlines()[0]
    (folder / "decisions.csv").write_text(header + "\n", encoding="utf-8")
    (folder / "events.csv").write_text(
        "subject,date,event\nS2,2011-03-01,new-therapy\n", encoding="utf-8"
    )
    demo = run_demo(begun(folder))
    best = demo.results["recist-1.1"].reconciliation.classification.best
    assert best.filter(subject="S2")["best_response"].unique().to_list() == ["NE"]


def test_a_decision_that_cannot_be_recorded_leaves_no_study(tmp_path: Path) -> None:
    folder = write_study_with_scans(tmp_path / "example")
    (folder / "decisions.csv").write_text("subject,adjudicator\nS2,C\n", encoding="utf-8")
    with pytest.raises(StoreError) as caught:
        begun(folder)
    assert str(caught.value) == "NOT saved: why? ADJUDICATE needs a reason"
    assert [path.name for path in tmp_path.iterdir()] == ["example"]


@pytest.mark.parametrize("there", ["example-study", "example-study-key.json"])
def test_nothing_that_is_there_is_replaced_by_an_example(tmp_path: Path, there: str) -> None:
    folder = write_study_with_scans(tmp_path / "example")
    (tmp_path / there).mkdir()
    with pytest.raises(OptionError) as caught:
        begun(folder)
    assert str(caught.value) == ("example-study, or its key file, is there already and is no study")


def test_an_example_that_is_not_there_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.resources.files", lambda _: tmp_path / "recistkit")
    with pytest.raises(ScanError) as caught:
        example_folder()
    assert str(caught.value) == "example_scans: the example study is not installed"


@pytest.mark.parametrize("place", ["recistkit/example_scans", "example_scans"])
def test_the_example_is_found_in_the_package_or_beside_it(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / place / "reads").mkdir(parents=True)
    monkeypatch.setattr("importlib.resources.files", lambda _: tmp_path / "recistkit")
    assert example_folder() == tmp_path / place


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    study = tmp_path_factory.mktemp("example") / "study"
    begin_example(example_folder(), study)
    return run_demo(study)


def test_every_scan_of_the_example_loads_and_every_ruler_fits(example: Demo) -> None:
    assert len(example.subjects) == 4
    assert len(example.scans) == 4 * 4 * 2
    assert (example.refused, example.misplaced) == ((), 0)
    assert example.rulers > 0


def accepted_of(demo: Demo, subject: str, compartment: str) -> dict[str, object]:
    best = demo.results["recist-1.1"].reconciliation.accepted_best
    return best.filter(subject=subject, compartment=compartment).row(0, named=True)


def responses_of(demo: Demo, subject: str) -> pl.DataFrame:
    responses = demo.results["recist-1.1"].reconciliation.accepted_responses
    return responses.filter(subject=subject)


def test_the_first_subject_responds_in_the_rectum_and_progresses_in_the_liver(
    example: Demo,
) -> None:
    assert accepted_of(example, "RK-001", "primary")["best_response_confirmed"] == "PR"
    assert accepted_of(example, "RK-001", "distant")["progression_date"] is not None


def test_the_second_subject_has_a_confirmed_complete_response_of_the_primary(
    example: Demo,
) -> None:
    assert accepted_of(example, "RK-002", "primary")["best_response_confirmed"] == "CR"


def test_the_third_subject_has_a_response_that_is_not_confirmed_and_a_new_lesion(
    example: Demo,
) -> None:
    best = accepted_of(example, "RK-003", "distant")
    assert (best["best_response"], best["best_response_confirmed"]) == ("PR", "SD")
    assert "unequivocal" in responses_of(example, "RK-003")["new_lesion"]


def test_the_fourth_subject_has_a_scan_that_is_not_evaluable_and_two_opinions(
    example: Demo,
) -> None:
    assert "NE" in responses_of(example, "RK-004")["response"]
    differing = example.results["recist-1.1"].reconciliation.reconciled.filter(
        pl.col("status") != "agreed", subject="RK-004"
    )
    assert {"best_response", "response_date"} <= set(differing["variable"])


def test_no_case_of_the_example_is_left_open(example: Demo) -> None:
    reconciled = example.results["recist-1.1"].reconciliation.reconciled
    assert reconciled.filter(status="adjudication-needed")["subject"].unique().to_list() == []
    assert "adjudicated" in reconciled["status"]
