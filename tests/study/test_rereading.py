"""A reader reads a subject once more: he cannot tell, and the trial does not count it."""

from __future__ import annotations

import datetime as dt
import json
import multiprocessing
import re
import shutil
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from unittest.mock import patch

import polars as pl
import pytest
from pydicom import dcmread

from recistkit.cli import main
from recistkit.errors import OptionError, RoleError, StoreError, TableError
from recistkit.reading.cases import find_cases
from recistkit.reading.evaluation import SideTables
from recistkit.store.bodies import RereadBody
from recistkit.store.rows import Assignment, Reread, Subject, Timepoint
from recistkit.store.study_file import StudyFile
from recistkit.study.adding.add_scans import add_scans
from recistkit.study.adding.problems import ScansRefusedError
from recistkit.study.adjudicating import case_to_adjudicate
from recistkit.study.assigning import assign
from recistkit.study.classify import classify
from recistkit.study.exporting import export_study
from recistkit.study.folder import StudyFolder
from recistkit.study.progress import progress
from recistkit.study.reconcile import reconcile
from recistkit.study.recording_scans import scans_of
from recistkit.study.reread_names import free_names
from recistkit.study.reread_scans import _days_earlier
from recistkit.study.rereading import Draw, reread
from recistkit.study.second_reads import second_reads
from recistkit.study.signed_reads import completed, signed_reads
from tests.napari_recistkit.small_study import VISITS, axes_of, opened, write_series
from tests.scans.loading import loaded, voxels_of
from tests.study.hospital import write_ct
from tests.study.killed_reread import STEPS, reread_until
from tests.study.small_trial import acting_as, begin_trial, read_all, verified

SUBJECTS_TABLE = "subject,reference_date,group\nS1,2011-01-04,x\nS2,2011-01-05,y\n"
EVENTS_TABLE = "subject,date,event,note\nS1,2011-06-01,last-contact,moved away"


if sys.platform == "win32":
    PROCESSES = multiprocessing.get_context("spawn")
else:
    PROCESSES = multiprocessing.get_context("forkserver")
    PROCESSES.set_forkserver_preload(["tests.study.killed_reread"])


@pytest.fixture(scope="module")
def read_by_a(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a trial that A has read to its end, and B in part, before any re-read."""
    trial = begin_trial(tmp_path_factory.mktemp("read-by-a"))
    read_all(trial, "A", 0.5)
    read_all(trial, "B", 0.9, ("S1",))
    return trial


@pytest.fixture
def trial(read_by_a: Path, tmp_path: Path) -> Path:
    return copied(read_by_a, tmp_path)


def copied(trial: Path, folder: Path) -> Path:
    """Copy a trial with its key file."""
    shutil.copy(trial.with_name("trial-key.json"), folder / "trial-key.json")
    return Path(shutil.copytree(trial, folder / "trial"))


def read_again(trial: Path, *subjects: str) -> dict[str, str]:
    """Let A read subjects once more; return the subject of each new id."""
    with acting_as("M"), StudyFolder.opened(trial) as study:
        return {one.shown_as: one.subject for one in reread(study, "A", subjects)}


def refused(trial: Path, act: Callable[[StudyFolder], object], person: str = "M") -> str:
    """Return how something is refused."""
    with (
        acting_as(person),
        StudyFolder.opened(trial) as study,
        pytest.raises((OptionError, RoleError, ScansRefusedError)) as caught,
    ):
        act(study)
    return str(caught.value)


def test_a_reread_is_a_subject_of_the_next_number_for_its_reader_only(trial: Path) -> None:
    assert read_again(trial, "S1") == {"S3": "S1"}
    with acting_as("M"), StudyFolder.opened(trial, to_look=True) as study:
        given = [(one.subject, one.reader) for one in study.file.rows(Assignment, subject="S3")]
        assert given == [("S3", "A")]
        assert study.visits()["S3"] == study.visits()["S1"]
        assert [(one.reader, one.shown_as, one.subject) for one in study.file.rows(Reread)] == [
            ("A", "S3", "S1")
        ]
        (record,) = (one for one in study.file.records() if one.action == "REREAD")
        assert record.content() == RereadBody(subject="S1", reader="A", shown_as="S3")
        assert record.reason == "named by who manages the study"
    assert verified(trial) == ()


def test_the_copies_have_the_pixels_and_nothing_else_that_joins_them_to_the_scans(
    trial: Path,
) -> None:
    read_again(trial, "S1")
    with acting_as("M"), StudyFolder.opened(trial, to_look=True) as study:
        first, second = (study.file.scans(subject=name) for name in ("S1", "S3"))
    assert len(first) == len(second) == 3
    for one, other in zip(first, second, strict=True):
        before, after = (loaded(trial / scan.path)[1] for scan in (one, other))
        assert (voxels_of(before) == voxels_of(after)).all()
        assert one.timepoint == other.timepoint
        same = {"timepoint", "files", "modality", "slices", "slice_thickness_mm", "study_date"}
        same |= {"frame_of_reference"}  # the small trial's scans name none
        former, latter = (scan.model_dump(exclude=same) for scan in (one, other))
        assert [name for name in former if former[name] == latter[name]] in ([], ["bytes"])
        files = (
            {path.read_bytes() for path in (trial / scan.path).iterdir()} for scan in (one, other)
        )
        assert set.isdisjoint(*files)
    days = {one.date - other.date for one, other in zip(first, second, strict=True)}  # type: ignore[operator]
    (shift,) = days
    assert shift.days % 7 == 0
    assert dt.timedelta(weeks=4) <= shift < dt.timedelta(weeks=72)


def test_a_dicom_copy_has_no_uid_date_or_name_of_the_scan(trial: Path, tmp_path: Path) -> None:
    export = tmp_path / "export"
    for number, date in enumerate(("20110301", "20110503"), start=1):
        write_ct(
            export / str(number),
            series=f"1.2.826.{number}",
            date=date,
            ManufacturerModelName="our own",
            FrameOfReferenceUID="1.2.826.98",
        )
    with acting_as("M"), StudyFolder.opened(trial) as study:
        added = add_scans(export, trial, scans=scans_of(study)).records
        assign(study, ["A"], ["S001"])
        assert {one.subject for one in added} == {"S001"}
    with patch("recistkit.study.rereading._complete", lambda *_: ["S001"]):
        read_again(trial, "S001")
    with acting_as("M"), StudyFolder.opened(trial, to_look=True) as study:
        (name,) = {one.shown_as for one in study.file.rows(Reread)}
        copies = study.file.scans(subject=name)
    for one, copy in zip(added, copies, strict=True):
        before, after = (dcmread(trial / scan.path / "0001.dcm") for scan in (one, copy))
        assert after.PixelData == before.PixelData
        assert (after.PatientID, after.PatientName) == (name, name)
        assert after.ManufacturerModelName == before.ManufacturerModelName
        for word in ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "StudyDate"):
            assert after[word].value != before[word].value
        assert after.FrameOfReferenceUID == copy.frame_of_reference != one.frame_of_reference
        assert {element.tag for element in before} == {element.tag for element in after}
    assert len({one.frame_of_reference for one in copies}) == 1
    assert verified(trial) == ()


def told_of(trial: Path, subject: str) -> str:
    """Return what A is told of a subject, without what is another one in each subject."""
    told: list[object] = []
    with acting_as("A"):
        told += [case for case in find_cases(trial, "A") if case.subject == subject]
        with StudyFolder.opened(trial, to_look=True) as study:
            told += [progress(study).filter(subject=subject).rows(), study.visits()[subject]]
            told += [study.file.rows(row, subject=subject) for row in (Subject, Assignment)]
            told += [study.file.rows(Timepoint, subject=subject), completed(study).get(subject)]
            told += study.file.scans(subject=subject)
        with opened(trial, subject, "A") as session:
            told += [session.visits, session.missing_to_sign(), session.notices]
        told.append(SideTables.of(subject, trial / "subjects.csv", None))
    files = sorted(path for path in (trial / "scans" / subject).rglob("*") if path.is_file())
    told += [path.relative_to(trial).as_posix() for path in files]
    told += [path.read_text() for path in files if path.suffix == ".json"]
    told += [path.read_bytes()[:10] for path in files if path.suffix == ".gz"]
    return _EACH_ITS_OWN.sub("_", repr(told).replace(subject, "SUBJECT"))


_EACH_ITS_OWN = re.compile(
    r"2\.25\.\d+|[0-9a-f]{64}|\d{4}-\d\d-\d\d(T[0-9:.+]+)?|date\([0-9, ]+\)|bytes=\d+"
)
"""UIDs, hashes, days, times and lengths of files."""


def test_a_reader_is_told_of_a_reread_what_he_is_told_of_a_new_subject(
    trial: Path, tmp_path: Path
) -> None:
    source, mapping = tmp_path / "more", tmp_path / "more.csv"
    for number, (visit, date) in enumerate(VISITS.items(), start=90):
        write_series(source / visit, "ct", f"1.2.{number}", date, "CT", seed=number)
    rows = "".join(f"{visit},S3,{visit}\n" for visit in VISITS)
    mapping.write_text(f"folder,subject,timepoint\n{rows}", encoding="utf-8")
    (trial / "subjects.csv").write_text(
        "subject,reference_date\nS1,2011-01-04\nS3,2011-01-04\n", encoding="utf-8"
    )
    with acting_as("M"), StudyFolder.opened(trial) as study:
        add_scans(source, trial, scans=scans_of(study), mapping=mapping)
        assign(study, ["A"], ["S3"])
    assert read_again(trial, "S1") == {"S4": "S1"}
    new = told_of(trial, "S3")
    assert told_of(trial, "S4") == new
    assert "not-started" in new


def test_a_reader_gets_no_record_row_or_message_of_rereads(
    trial: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    read_again(trial, "S1")
    with acting_as("A"):
        with StudyFolder.opened(trial, to_look=True) as study:
            assert study.file.rows(Reread) == ()
            with pytest.raises(StoreError, match="its chain is not for who reads in this study"):
                study.file.records()
        assert main(["study", "status", str(trial)]) == 0
        assert main(["study", "verify", str(trial)]) == 0
        assert main(["study", "reread", str(trial), "--reader", "A", "--subject", "S3"]) != 0
        assert main(["classify", str(trial), "--output", str(trial.parent / "out")]) != 0
    printed = capsys.readouterr()
    assert printed.out == (
        "subject,reader,role,state,signed,visits\n"
        "S1,A,reader,complete,3,3\nS2,A,reader,complete,3,3\nS3,A,reader,not-started,0,3\n"
    )
    assert "S1" not in printed.err
    assert "S3" not in printed.err


def test_who_manages_sees_what_it_is(trial: Path) -> None:
    read_again(trial, "S1")
    with acting_as("M"), StudyFolder.opened(trial, to_look=True) as study:
        assert progress(study).filter(subject="S3").rows() == [
            ("S3", "A", "re-read", "not-started", 0, 3)
        ]


def test_a_reread_is_no_subject_of_the_trial(trial: Path) -> None:
    read_again(trial, "S1")
    read_all(trial, "A", 0.6, ("S3",))
    with acting_as("M"), StudyFolder.opened(trial) as study:
        assert sorted(completed(study)) == ["S1"]
        assert {one.anchor.subject for one in signed_reads(study)} == {"S1", "S2"}
        assert assign(study, ["A", "B", "J"]) == ()
    with acting_as("M"):
        assert set(classify(trial).best["subject"]) == {"S1", "S2"}
        assert set(reconcile(trial, readers=["A", "B"]).reconciled["subject"]) == {"S1", "S2"}
    assert refused(trial, lambda study: case_to_adjudicate(study, "S3"), "J") == (
        "S3 is not assigned to J"
    )
    assert refused(trial, lambda study: assign(study, ["B"], ["S3"])) == (
        "S3 can be read by nobody else: a re-read"
    )
    assert verified(trial) == ()


def test_intra_reader_figures_are_those_of_two_readers(trial: Path) -> None:
    (trial / "subjects.csv").write_text(SUBJECTS_TABLE, encoding="utf-8")
    read_again(trial, "S1", "S2")
    read_all(trial, "A", 0.6, ("S3", "S4"))
    with acting_as("M"):
        found = reconcile(trial, readers=["A", "B"])
    assert found.warnings == ()
    (again,) = found.rereads
    assert again.readers == ("A", "A/re-read")
    tables = found.tables
    agreed = tables["reread_agreement"].filter(compartment="overall")
    assert agreed.select("variable", "reader_2", "compared", "agreed").rows() == [
        ("best_response", "A/re-read", 2, 2),
        ("best_response_confirmed", "A/re-read", 2, 2),
        ("response_date", "A/re-read", 2, 2),
        ("progression_date", "A/re-read", 2, 2),
        ("response", "A/re-read", 4, 4),
    ]
    sizes = tables["reread_size_agreement"].select("variable", "compared", "mean_difference")
    assert sizes.rows() == [("baseline_sum", 2, 0.0), ("sum", 6, -3.2), ("longest_mm", 12, -1.6)]
    lesions = tables["reread_matched_lesions"].filter(timepoint="week-8", role_1="target")
    assert (
        lesions.select("matched_by", "distance_mm", "longest_difference_mm").rows()
        == [("place", 0.0, -2.4)] * 4
    )
    assert tables["reread_differences"].height == 0
    for name in ("agreement", "size_agreement", "matched_lesions", "differences"):
        assert tables[f"reread_{name}"].schema == tables[name].schema


def test_no_patient_gets_the_id_of_a_reread(trial: Path, tmp_path: Path) -> None:
    read_again(trial, "S1")
    mapping = tmp_path / "later.csv"
    write_series(tmp_path / "new" / "v", "ct", "1.2.901", "2011-07-01", "CT", seed=77)
    mapping.write_text("folder,subject,timepoint\nv,S3,week-24\n", encoding="utf-8")
    said = refused(
        trial,
        lambda study: add_scans(tmp_path / "new", trial, scans=scans_of(study), mapping=mapping),
    )
    assert said == (
        "no scan was added: 1 problem\n"
        "  folder 1, file 2: S3 is the id of a re-read: give its patient another one"
    )


def test_visits_that_came_after_a_reread_are_in_no_figure_of_it(
    trial: Path, tmp_path: Path
) -> None:
    read_again(trial, "S1")
    read_all(trial, "A", 0.5, ("S3",))
    write_series(tmp_path / "new" / "v", "ct", "1.2.901", "2011-07-01", "CT", seed=77)
    mapping = tmp_path / "later.csv"
    mapping.write_text("folder,subject,timepoint\nv,S1,week-24\n", encoding="utf-8")
    with acting_as("M"), StudyFolder.opened(trial) as study:
        add_scans(tmp_path / "new", trial, scans=scans_of(study), mapping=mapping)
    read_all(trial, "A", 1.6, ("S1",), since=3, visits=4, sign=False)
    with acting_as("A"), opened(trial, "S1", "A") as session:
        session.go_to_visit("week-24")
        longest, short = axes_of("T3")
        session.add_lesion("new", longest=longest, short=short, certainty="unequivocal")
        session.set_organ("bone", nodal=False)
        new = session.lesion
        session.state_new_lesions("unequivocal")
        session.sign("Reader A", "read")
    with acting_as("M"), StudyFolder.opened(trial, to_look=True) as study:
        found = second_reads(study)
    assert found is not None
    assert set(found.visits.frame["timepoint"]) == {"baseline", "week-8", "week-16"}
    assert "week-24" not in set(found.reads.frame["timepoint"])
    assert set(found.reads.frame["lesion"]) == {"T1", "T2", "NT1"}
    with acting_as("M"):
        tables = reconcile(trial, readers=["A", "B"]).tables
    for name, table in tables.items():
        if name.startswith("reread_"):
            cells = {str(cell) for row in table.iter_rows() for cell in row}
            assert cells.isdisjoint({new, "week-24"}), name


def test_an_unfinished_reread_has_no_figures_yet(trial: Path) -> None:
    read_again(trial, "S1")
    with acting_as("M"):
        found = reconcile(trial, readers=["A", "B"])
    assert found.rereads == ()
    assert "reread_agreement" not in found.tables


def test_an_export_holds_rereads_apart(trial: Path, tmp_path: Path) -> None:
    read_again(trial, "S1")
    read_all(trial, "A", 0.6, ("S3",))
    with acting_as("M"), StudyFolder.opened(trial) as study:
        files = [one.name for one in export_study(study, tmp_path / "export")]
    assert [name for name in files if "reread" in name] == [
        "reread_agreement.csv",
        "reread_differences.csv",
        "reread_matched_lesions.csv",
        "reread_size_agreement.csv",
        "rereads.csv",
        "rereads/S3_reader-A.json",
    ]
    listed = pl.read_csv(tmp_path / "export" / "rereads.csv")
    assert listed.select("reader", "subject", "shown_as").rows() == [("A", "S1", "S3")]
    assert set(pl.read_csv(tmp_path / "export" / "reads.csv")["subject"]) == {"S1", "S2"}


def test_the_tables_of_the_folder_get_rows_dated_alike(trial: Path) -> None:
    (trial / "subjects.csv").write_text(SUBJECTS_TABLE, encoding="utf-8")
    (trial / "events.csv").write_text(EVENTS_TABLE, encoding="utf-8")
    read_again(trial, "S1")
    with acting_as("M"), StudyFolder.opened(trial, to_look=True) as study:
        first, second = (study.file.scans(subject=name)[0].date for name in ("S1", "S3"))
    assert first is not None
    assert second is not None
    shift = first - second
    on = [dt.date(2011, 1, 4) - shift, dt.date(2011, 6, 1) - shift]
    assert (trial / "subjects.csv").read_text(encoding="utf-8") == (
        f"{SUBJECTS_TABLE}S3,{on[0]},x\n"
    )
    assert (trial / "events.csv").read_text(encoding="utf-8") == (
        f"{EVENTS_TABLE}\nS3,{on[1]},last-contact,\n"
    )
    with acting_as("M"):
        assert classify(trial).warnings == ()


def test_rows_are_added_as_the_table_has_them(trial: Path) -> None:
    table = "subject,reference_date,group\r\n S1 , 2011-01-04 ,x\r\nS2,2011-01-05,y\r\n"
    (trial / "subjects.csv").write_bytes(table.encode("utf-8"))
    read_again(trial, "S1")
    with acting_as("M"), StudyFolder.opened(trial, to_look=True) as study:
        first, second = (study.file.scans(subject=name)[0].date for name in ("S1", "S3"))
    assert first is not None
    assert second is not None
    on = dt.date(2011, 1, 4) - (first - second)
    added = f"S3,{on},x\r\n"
    assert (trial / "subjects.csv").read_bytes() == f"{table}{added}".encode()


def test_a_table_that_is_none_is_named_and_nothing_is_written(trial: Path) -> None:
    (trial / "subjects.csv").write_bytes("subject,group\nS1,Tumor groß\n".encode("latin-1"))
    (trial / "events.csv").write_text("subject,date,event\nS1,2011,death,a,b\n", encoding="utf-8")
    before = sorted((path, path.stat().st_size) for path in trial.parent.rglob("*"))
    with (
        acting_as("M"),
        StudyFolder.opened(trial) as study,
        pytest.raises(TableError) as caught,
    ):
        reread(study, "A", ["S1"])
    assert str(caught.value) == (
        "subjects.csv: 1 fault\n  is not UTF-8 text (line 2)\n"
        "events.csv: 1 fault\n  row 2: has 5 values, but the header has 3 names"
    )
    assert sorted((path, path.stat().st_size) for path in trial.parent.rglob("*")) == before


def killed_when(trial: Path, step: str) -> None:
    """Let A read S1 once more in a process that is killed when a step is done."""
    ended = PROCESSES.Process(target=reread_until, args=(trial, step))
    ended.start()
    ended.join()
    assert ended.exitcode == 9


@pytest.mark.parametrize("step", STEPS)
def test_a_run_that_is_killed_adds_its_rows_or_none(trial: Path, step: str) -> None:
    (trial / "subjects.csv").write_text(SUBJECTS_TABLE, encoding="utf-8")
    (trial / "events.csv").write_text(EVENTS_TABLE, encoding="utf-8")
    killed_when(trial, step)
    recorded = step == "it is recorded"
    assert read_again(trial, "S2") == {"S4" if recorded else "S3": "S2"}
    listed = {
        name: pl.read_csv(trial / f"{name}.csv")["subject"].to_list()
        for name in ("subjects", "events")
    }
    assert listed == {
        "subjects": ["S1", "S2", "S3", "S4"] if recorded else ["S1", "S2", "S3"],
        "events": ["S1", "S3"] if recorded else ["S1"],
    }
    assert [path for path in trial.iterdir() if path.name.startswith(".adding")] == []
    assert verified(trial) == ()


def test_a_patient_gets_no_row_of_a_reread_that_never_was(trial: Path, tmp_path: Path) -> None:
    (trial / "subjects.csv").write_text(SUBJECTS_TABLE, encoding="utf-8")
    killed_when(trial, "the scans are placed")
    assert "\nS3," in (trial / "subjects.csv").read_text(encoding="utf-8")
    mapping = tmp_path / "later.csv"
    write_series(tmp_path / "new" / "v", "ct", "1.2.901", "2011-07-01", "CT", seed=77)
    mapping.write_text("folder,subject,timepoint\nv,S3,baseline\n", encoding="utf-8")
    with acting_as("M"), StudyFolder.opened(trial) as study:
        add_scans(tmp_path / "new", trial, scans=scans_of(study), mapping=mapping)
    assert (trial / "subjects.csv").read_text(encoding="utf-8") == SUBJECTS_TABLE


def test_an_id_that_a_table_names_already_is_not_taken(trial: Path) -> None:
    (trial / "subjects.csv").write_text(f"{SUBJECTS_TABLE}s3,2011-02-01,x\n", encoding="utf-8")
    assert read_again(trial, "S1") == {"S4": "S1"}


def test_dates_stay_where_the_charter_says_so(trial: Path) -> None:
    text = (trial / "study.toml").read_text(encoding="utf-8")
    (trial / "study.toml").write_text(f"shift_reread_dates = false\n{text}", encoding="utf-8")
    with acting_as("M"):
        assert main(["study", "amend", str(trial), "--reason", "dates stay"]) == 0
    read_again(trial, "S1")
    with acting_as("M"), StudyFolder.opened(trial, to_look=True) as study:
        dates = [[one.date for one in study.file.scans(subject=name)] for name in ("S1", "S3")]
    assert dates[0] == dates[1]


def test_copies_are_dated_within_the_study_where_that_leaves_a_choice(trial: Path) -> None:
    with acting_as("M"), StudyFolder.opened(trial, to_look=True) as study:
        scans = study.file.scans(subject="S1")
    others = [
        scans[0].model_copy(update={"subject": "S8", "date": date})
        for date in (dt.date(2010, 1, 1), dt.date(2013, 1, 1))
    ]
    first, last = min(one.date for one in scans if one.date), dt.date(2011, 5, 2)
    found = [
        _days_earlier(bytes(32), f"S{number}", scans, [*scans, *others]) for number in range(200)
    ]
    assert min(first - dt.timedelta(days=days) for days in found) >= dt.date(2010, 1, 1)
    assert max(last - dt.timedelta(days=days) for days in found) <= dt.date(2013, 1, 1)
    assert min(found) < 0 < max(found)
    assert all(days % 7 == 0 and abs(days) >= 28 for days in found)
    assert len(set(found)) > 50


def test_the_same_seed_draws_the_same(read_by_a: Path, tmp_path: Path) -> None:
    drawn = []
    for run in ("one", "two"):
        (tmp_path / run).mkdir()
        trial = copied(read_by_a, tmp_path / run)
        with acting_as("M"), StudyFolder.opened(trial) as study:
            drawn.append(reread(study, "A", Draw(fraction=0.2, seed=5)))
            reasons = {one.reason for one in study.file.records() if one.action == "REREAD"}
        assert reasons == {"fraction 0.2, seed 5: 1 of 2 drawn"}
    assert drawn[0] == drawn[1]


def test_what_cannot_be_read_once_more_is_refused(trial: Path) -> None:
    read_again(trial, "S1")
    before = (trial / "study.db").read_bytes()
    asked: tuple[tuple[str, Sequence[str] | Draw], ...] = (
        ("A", ["S1"]),
        ("A", ["S9", "S2"]),
        ("A", ["S3"]),
        ("A", []),
        ("B", ["S1", "S2"]),
        ("A", Draw(fraction=0.0)),
        ("J", ["S1"]),
    )
    reasons = [
        refused(trial, partial(reread, reader=reader, chosen=chosen)) for reader, chosen in asked
    ]
    assert reasons == [
        "A reads once more already: S1",
        "the study has no subject S9",
        "A has not read to its end: S3",
        "A has not read to its end: no subject",
        "B has not read to its end: S2",
        "the fraction is above 0 and at most 1",
        "J does not read in this study: adjudicator",
    ]
    assert (trial / "study.db").read_bytes() == before
    read_again(trial, "S2")
    assert refused(trial, lambda study: reread(study, "A", Draw(fraction=0.5))) == (
        "A has no complete read that can be read once more"
    )
    assert refused(trial, lambda study: reread(study, "A", ["S2"]), "A") == (
        "this needs the role manager; the study's charter does not give it to the login anna"
    )


def test_scans_that_were_changed_are_not_copied(trial: Path) -> None:
    path = trial / "scans" / "S1" / "week-8" / "1" / "volume.json"
    path.write_bytes(path.read_bytes().replace(b"CT", b"MR"))
    assert refused(trial, lambda study: reread(study, "A", ["S1"])) == (
        "the scans of S1 are not as they were added; run verify"
    )
    assert not (trial / "scans" / "S3").exists()


def test_what_was_not_recorded_is_cleared_by_the_next_run(trial: Path) -> None:
    (trial / "subjects.csv").write_text(SUBJECTS_TABLE, encoding="utf-8")
    with (
        patch.object(
            StudyFile, "append_all", side_effect=StoreError("NOT saved: the disk is full")
        ),
        acting_as("M"),
        StudyFolder.opened(trial) as study,
        pytest.raises(StoreError, match="NOT saved: the disk is full"),
    ):
        reread(study, "A", ["S1"])
    assert (trial / "subjects.csv").read_text(encoding="utf-8") == SUBJECTS_TABLE
    with acting_as("A"):
        assert [case.subject for case in find_cases(trial, "A")] == ["S1", "S2"]
    assert read_again(trial, "S2") == {"S3": "S2"}
    assert verified(trial) == ()


def test_the_key_file_knows_the_copies(trial: Path) -> None:
    read_again(trial, "S1")
    key = json.loads(trial.with_name("trial-key.json").read_text(encoding="utf-8"))
    with acting_as("M"), StudyFolder.opened(trial, to_look=True) as study:
        first, second = (study.file.scans(subject=name) for name in ("S1", "S3"))
    assert key["copies"] == [
        {"uid": copy.series_uid, "copy_of": one.series_uid}
        for one, copy in zip(first, second, strict=True)
    ]
    assert read_again(trial, "S2") == {"S4": "S2"}


def test_ids_without_numbers_cannot_be_continued() -> None:
    with pytest.raises(OptionError) as caught:
        next(free_names(["anna", "otto"], []))
    assert str(caught.value) == ("the ids of this study's subjects have no numbers to go on from")


def test_the_command_says_what_it_did(trial: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with acting_as("M"):
        assert main(["study", "reread", str(trial), "--reader", "A", "--subject", "S2"]) == 0
        assert main(["study", "reread", str(trial), "--reader", "A"]) != 0
    assert capsys.readouterr().err == (
        "A reads S2 once more, as S3\n1 re-read assigned; A must not be told\n"
        "Error: expected --subject or --fraction, and not both\n"
    )
