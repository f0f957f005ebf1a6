"""Scans into a study: subjects, timepoints, refusals, and nothing between all and none."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
import os
import shutil
import sqlite3
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from recistkit.model.scan_record import ScanRecord
from recistkit.scans import load_series
from recistkit.scans.deidentification import kept_tags as kept_tags_module
from recistkit.scans.deidentification.kept_tags import kept_tags
from recistkit.scans.places import Places
from recistkit.study.adding.add_scans import StudyScans, add_scans
from recistkit.study.adding.problems import ScansRefusedError
from tests.scans.loading import ITK, voxels_of
from tests.scans.volume_files.test_nifti import SIDECAR, write_nifti
from tests.study.hospital import StudyUnderTest, files_below, write_ct

if TYPE_CHECKING:
    from pydicom.dataset import Dataset


LAST_CALL = 40
"""More than the calls to the disk of adding two scans."""


@pytest.fixture
def study(tmp_path: Path) -> StudyUnderTest:
    return StudyUnderTest(tmp_path / "trials" / "zhu")


@pytest.fixture
def export(tmp_path: Path) -> Path:
    folder = tmp_path / "export"
    folder.mkdir()
    return folder


def write_mapping(folder: Path, *lines: str) -> Path:
    path = folder.parent / "mapping.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_patients_become_subjects_and_study_dates_visits(
    study: StudyUnderTest, export: Path
) -> None:
    write_ct(export / "a", patient="77", series="1.2.1", date="20110503")
    write_ct(export / "b", patient="77", series="1.2.2", date="20110301")
    write_ct(export / "c", patient="78", series="1.2.3", date="20110102")
    write_ct(export / "d", patient="77", series="1.2.4", date="20110301")
    added = study.add(export)
    assert added.records == tuple(study.records)
    assert [(one.path, str(one.date)) for one in study.records] == [
        ("scans/S001/visit-1/1", "2011-03-01"),
        ("scans/S001/visit-1/2", "2011-03-01"),
        ("scans/S001/visit-2/1", "2011-05-03"),
        ("scans/S002/visit-1/1", "2011-01-02"),
    ]
    assert added.left_out == ()
    assert study.verified() == ()
    assert [path.name for path in sorted(study.folder.iterdir())] == [".add-scans.lock", "scans"]
    names = [path.name for path in sorted((study.folder / "scans/S001/visit-2/1").iterdir())]
    assert names == ["0001.dcm", "0002.dcm", "0003.dcm", "SHA256SUMS"]


def test_a_record_says_what_was_copied(study: StudyUnderTest, export: Path) -> None:
    paths = write_ct(export, SliceThickness=4.5)
    (record,) = study.add(export).records
    before, former = load_series(export)
    after, copy = load_series(study.folder / record.path)
    assert after.origin_mm == before.origin_mm
    assert after.spacing_mm == before.spacing_mm
    assert after.direction == before.direction
    assert np.array_equal(voxels_of(copy), voxels_of(former))
    sums = (study.folder / record.path / "SHA256SUMS").read_bytes()
    assert record.sha256 == hashlib.sha256(sums).hexdigest()
    assert record.model_dump(exclude={"sha256", "pixels_sha256", "bytes"}) == {
        "subject": "S001",
        "timepoint": "visit-1",
        "series_uid": after.uid,
        "path": "scans/S001/visit-1/1",
        "files": len(paths),
        "modality": "CT",
        "date": dt.date(2011, 3, 1),
        "study_date": dt.date(2011, 3, 1),
        "slices": 3,
        "slice_thickness_mm": 4.5,
        "frame_of_reference": after.frame_of_reference,
    }
    assert record == ScanRecord.model_validate_json(record.model_dump_json())


def test_a_second_run_goes_on_where_the_first_ended(study: StudyUnderTest, export: Path) -> None:
    write_ct(export / "a", patient="77", series="1.2.1", date="20110301")
    study.add(export / "a")
    write_ct(export / "b" / "x", patient="76", series="1.2.2", date="20110301")
    write_ct(export / "b" / "y", patient="77", series="1.2.3", date="20110701")
    write_ct(export / "b" / "z", patient="77", series="1.2.4", date="20110301")
    study.add(export / "b")
    assert [one.path for one in study.records] == [
        "scans/S001/visit-1/1",
        "scans/S001/visit-1/2",
        "scans/S001/visit-2/1",
        "scans/S002/visit-1/1",
    ]
    assert study.verified() == ()


def test_one_frame_of_reference_stays_one(study: StudyUnderTest, export: Path) -> None:
    write_ct(export / "a", series="1.2.1")
    write_ct(export / "b", series="1.2.2")
    write_ct(export / "c", series="1.2.3", FrameOfReferenceUID="1.2.826.98")
    study.add(export)
    one, two, three = (record.frame_of_reference for record in study.records)
    assert one == two != three
    assert "1.2.826" not in f"{one} {three}"


def test_scans_of_neighbouring_days_are_one_visit_where_that_is_said(
    study: StudyUnderTest, export: Path
) -> None:
    for number, date in enumerate(["20110301", "20110302", "20110303", "20110601"]):
        write_ct(export / str(number), series=f"1.2.{number}", date=date)
    study.add(export, visit_days=1)
    assert study.visits() == [
        ("S001", "visit-1", "2011-03-01"),
        ("S001", "visit-1", "2011-03-02"),
        ("S001", "visit-2", "2011-03-03"),
        ("S001", "visit-3", "2011-06-01"),
    ]
    write_ct(export / "later" / "x", series="1.3.1", date="20110602")
    study.add(export / "later", visit_days=1)
    assert study.visits()[-1] == ("S001", "visit-3", "2011-06-02")


def test_the_mapping_names_subjects_and_timepoints_by_folder(
    study: StudyUnderTest, export: Path
) -> None:
    write_ct(export / "one" / "base" / "deep", series="1.2.1")
    write_nifti(export / "one" / "base" / "mri.nii.gz", sidecar=SIDECAR)
    write_ct(export / "one" / "later", series="1.2.2", date="20110501")
    mapping = write_mapping(
        export,
        "folder,subject,timepoint",
        "one/base,RK-9,baseline",
        r"one\later,RK-9,month 2",
    )
    study.add(export, mapping=mapping)
    assert [(one.path, one.modality) for one in study.records] == [
        ("scans/RK-9/baseline/1", "CT"),
        ("scans/RK-9/baseline/2", "MR"),
        ("scans/RK-9/month 2/1", "CT"),
    ]
    assert study.verified() == ()
    series, _ = load_series(study.folder / "scans/RK-9/baseline/2/volume.nii.gz")
    assert series.date == dt.date(2011, 3, 2)


def test_the_mapping_names_subjects_by_patient_and_date(
    study: StudyUnderTest, export: Path
) -> None:
    write_ct(export / "a", patient="77", series="1.2.1", date="20110301")
    write_ct(export / "b", patient="77", series="1.2.2", date="20110501")
    write_ct(export / "c", patient="77", series="1.2.3", IssuerOfPatientID="B", date="20110502")
    mapping = write_mapping(
        export,
        "patient_id,issuer,study_date,subject,timepoint",
        "77,,2011-03-01,RK-9,screening",
        "77,,2011-05-01,RK-9,",
        "77,B,2011-05-02,RK-8,",
    )
    study.add(export, mapping=mapping)
    assert study.visits() == [
        ("RK-8", "visit-1", "2011-05-02"),
        ("RK-9", "screening", "2011-03-01"),
        ("RK-9", "visit-1", "2011-05-01"),
    ]


def test_everything_that_speaks_against_it_is_said_at_once(
    study: StudyUnderTest, export: Path
) -> None:
    write_ct(export / "first", patient="77", series="1.2.1")
    study.add(export / "first")
    write_ct(export / "b", patient="77", series="1.2.2")
    for path in write_ct(export / "b2", patient="78", series="1.2.3"):
        path.rename(export / "b" / f"other-{path.name}")
    write_ct(export / "c", series="1.2.4", BurnedInAnnotation="YES")
    write_ct(export / "d", series="1.2.5", slices=4)[1].unlink()
    write_ct(export / "e", patient="", series="1.2.6")
    write_ct(export / "f", patient="79", series="1.2.7", seed=1)
    write_ct(export / "g", patient="79", series="1.2.8", seed=1)
    (export / "h").mkdir()
    (export / "h" / "cut.dcm").write_bytes(b"DICM")
    broken = write_ct(export / "i", series="1.2.9")
    broken[2].write_bytes(broken[2].read_bytes()[:-20])
    write_ct(export / "j", patient="80", series="1.2.10")
    write_ct(export / "k", patient="81", series="1.2.10")
    problems = study.refusal(export)
    rest = "and the rest of its series"
    assert problems == [
        "folder 1: holds files of two patients; each belongs into a folder of its own",
        f"folder 2, file 1 {rest}: may have names burned into its pixels (Burned In Annotation)",
        (
            f"folder 3, file 1 {rest}: has unequal slice spacing: between slices 1 and 2 the step "
            "is 10.00 mm, else 7.50 mm"
        ),
        f"folder 4, file 1 {rest}: states no patient id: name its subject in a mapping file",
        f"folder 6, file 1 {rest}: is in the study already",
        (
            f"folder 7, file 1 {rest}: has the grey values of a scan that is in the study or comes "
            "before it"
        ),
        "folder 8, file 1: its header cannot be understood (InvalidDicomError)",
        f"folder 9, file 1 {rest}: is cut short in its pixels",
        f"folder 10, file 1 {rest}: holds files of two patients in one series",
    ]


def test_a_series_that_is_there_already_is_refused(study: StudyUnderTest, export: Path) -> None:
    write_ct(export)
    study.add(export)
    assert study.refusal(export) == [
        "folder 1, file 1 and the rest of its series: is in the study already"
    ]


def test_a_series_that_comes_under_other_uids_is_refused(
    study: StudyUnderTest, export: Path
) -> None:
    write_ct(export / "a", series="1.2.1", seed=5)
    study.add(export / "a")
    write_ct(export / "b" / "x", series="1.2.2", seed=5, patient="other")
    write_ct(export / "b" / "y", series="1.2.3", seed=6)
    write_ct(export / "b" / "z", series="1.2.4", seed=6)
    reason = "has the grey values of a scan that is in the study or comes before it"
    assert study.refusal(export / "b") == [
        f"folder 1, file 1 and the rest of its series: {reason}",
        f"folder 3, file 1 and the rest of its series: {reason}",
    ]


def test_a_signed_visit_takes_no_scan(study: StudyUnderTest, export: Path) -> None:
    write_ct(export / "a", series="1.2.1")
    study.add(export / "a")
    study.locked.add(("S001", "visit-1"))
    write_ct(export / "b" / "x", series="1.2.2")
    write_ct(export / "b" / "y", series="1.2.3", date="20110501")
    assert study.refusal(export / "b") == [
        "folder 1, file 1 and the rest of its series: visit-1 of S001 is part of a signed read"
    ]


def test_no_visit_comes_before_a_signed_one(study: StudyUnderTest, export: Path) -> None:
    write_ct(export / "a", series="1.2.1", date="20110301")
    study.add(export / "a")
    study.locked.add(("S001", "visit-1"))
    write_ct(export / "b", series="1.2.2", date="20110201")
    mapping = write_mapping(export, "folder,subject,timepoint", ".,S001,screening")
    assert study.refusal(export / "b", mapping=mapping) == [
        (
            "folder 1, file 1 and the rest of its series: would put a visit of S001 before one "
            "that is part of a signed read"
        )
    ]


def test_a_scan_older_than_the_visits_needs_a_mapping(study: StudyUnderTest, export: Path) -> None:
    write_ct(export / "a", series="1.2.1", date="20110301")
    study.add(export / "a")
    write_ct(export / "b", series="1.2.2", date="20110201")
    assert study.refusal(export / "b") == [
        (
            "folder 1, file 1 and the rest of its series: is older than a visit that the study "
            "has: name its timepoint in a mapping file"
        )
    ]
    mapping = write_mapping(export, "folder,subject,timepoint", ".,S001,screening")
    study.add(export / "b", mapping=mapping)
    assert study.visits()[-1] == ("S001", "screening", "2011-02-01")


def test_one_patient_id_with_two_birth_dates_is_two_patients(
    study: StudyUnderTest, export: Path
) -> None:
    write_ct(export / "a", patient="1", series="1.2.1", PatientBirthDate="19331224")
    study.add(export / "a")
    write_ct(export / "b", patient="1", series="1.2.2", PatientBirthDate="19441224")
    assert study.refusal(export / "b") == [
        (
            "folder 1, file 1 and the rest of its series: states another birth date than other "
            "scans of its patient id"
        )
    ]


def test_a_mapping_does_not_mix_patients(study: StudyUnderTest, export: Path) -> None:
    write_ct(export / "a", patient="1", series="1.2.1", PatientBirthDate="19331224")
    write_ct(export / "b", patient="2", series="1.2.2")
    write_ct(export / "c", patient="1", series="1.2.3")
    write_ct(export / "d", patient="3", series="1.2.4", PatientBirthDate="19441224")
    mapping = write_mapping(
        export, "folder,subject,timepoint", "a,R1,v1", "b,R1,v1", "c,R2,v1", "d,R1,v2"
    )
    series = "and the rest of its series"
    assert study.refusal(export, mapping=mapping) == [
        f"folder 2, file 1 {series}: v1 of R1 holds scans of another patient",
        f"folder 3, file 1 {series}: its patient is subject R1 already, not R2",
        f"folder 4, file 1 {series}: states another birth date than other scans of subject R1",
    ]


def test_a_subject_is_not_called_like_the_patient(study: StudyUnderTest, export: Path) -> None:
    write_ct(export / "a", patient="HOSP77", series="1.2.1", PatientName="Doe^Jane")
    told = (
        "would hold the patient's name, a number or date of theirs; only a scan that says that "
        "identities were removed (Patient Identity Removed) may"
    )
    where = "folder 1, file 1 and the rest of its series"
    for subject, timepoint, noun in [
        ("hosp77", "v1", "subject"),
        ("DOE", "v1", "subject"),
        ("S-jane-1", "v1", "subject"),
        ("R1", "HOSP77-v1", "timepoint"),
    ]:
        line = f"a,{subject},{timepoint}"
        mapping = write_mapping(export, "folder,subject,timepoint", line)
        assert study.refusal(export, mapping=mapping) == [f"{where}: its {noun} {told}"]
    write_ct(export / "a", patient="HOSP77", series="1.2.1", PatientIdentityRemoved="YES")
    mapping = write_mapping(export, "folder,subject,timepoint", "a,HOSP77,v1")
    assert study.add(export, mapping=mapping).records[0].subject == "HOSP77"


def test_scans_and_rows_that_do_not_meet_are_named(study: StudyUnderTest, export: Path) -> None:
    write_ct(export / "a" / "b", series="1.2.1")
    write_ct(export / "c", series="1.2.2")
    mapping = write_mapping(
        export, "folder,subject,timepoint", "a,R1,v1", "a/b,R1,v2", "", "nowhere,R2,v1"
    )
    series = "and the rest of its series"
    assert study.refusal(export, mapping=mapping) == [
        f"folder 1, file 1 {series}: is named by rows 2 and 3 of the mapping",
        f"folder 2, file 1 {series}: no row names it",
        "mapping, row 5: names no scan that can be added",
    ]


def test_what_is_no_scan_is_left_out_and_told(study: StudyUnderTest, export: Path) -> None:
    write_ct(export / "ct", series="1.2.1")
    write_ct(export / "pdf", series="1.2.2", SOPClassUID="1.2.840.10008.5.1.4.1.1.104.1", slices=1)
    write_ct(export / "scout", series="1.2.3", ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"])
    (export / "ct" / "notes.txt").write_text("no scan", encoding="utf-8")
    added = study.add(export)
    assert len(added.records) == 1
    assert [str(problem) for problem in added.left_out] == [
        "folder 2, file 1: is no CT, MR or PET scan: Encapsulated PDF Storage (1 file)",
        (
            "folder 3, file 1 and the rest of its series: is a localizer (scout), not a stack of "
            "slices to measure on (3 files)"
        ),
        "1 file is neither DICOM nor NIfTI by name or content",
    ]


def test_a_scout_within_a_series_is_left_out_of_it(study: StudyUnderTest, export: Path) -> None:
    def scout(dataset: Dataset, index: int) -> None:
        if index == 0:
            dataset.ImageType = ["ORIGINAL", "PRIMARY", "LOCALIZER"]

    write_ct(export, slices=4, change=scout)
    added = study.add(export)
    assert [(one.files, one.slices) for one in added.records] == [(3, 3)]
    assert len(added.left_out) == 1


def test_bad_scans_are_left_out_only_where_that_is_said(
    study: StudyUnderTest, export: Path
) -> None:
    write_ct(export / "a", series="1.2.1")
    broken = write_ct(export / "b", series="1.2.2", date="20110401")
    broken[2].write_bytes(broken[2].read_bytes()[:-20])
    write_ct(export / "c", series="1.2.3", date="20110501")
    write_ct(export / "d", series="1.2.4", slices=4)[1].unlink()
    (export / "e.dcm").write_bytes(b"DICM")
    rest = "and the rest of its series"
    bad = [
        "folder 1, file 1: its header cannot be understood (InvalidDicomError)",
        f"folder 3, file 1 {rest}: is cut short in its pixels",
        (
            f"folder 5, file 1 {rest}: has unequal slice spacing: between slices 1 and 2 the step "
            "is 10.00 mm, else 7.50 mm"
        ),
    ]
    assert study.refusal(export) == bad
    added = study.add(export, skip_bad=True)
    assert study.visits() == [("S001", "visit-1", "2011-03-01"), ("S001", "visit-2", "2011-05-01")]
    assert sorted(map(str, added.left_out)) == bad
    assert study.verified() == ()


def test_a_folder_without_scans_is_refused(study: StudyUnderTest, export: Path) -> None:
    (export / "notes.txt").write_text("no scan", encoding="utf-8")
    scout = ["ORIGINAL", "PRIMARY", "LOCALIZER"]
    write_ct(export / "a", ImageType=scout, slices=1)
    assert study.refusal(export) == [
        "there is no scan to be added",
        "1 file is neither DICOM nor NIfTI by name or content",
        "folder 2, file 1: is a localizer (scout), not a stack of slices to measure on (1 file)",
    ]


def test_folders_that_cannot_be_are_refused(study: StudyUnderTest, export: Path) -> None:
    within = "the folder to add scans from and that of the study lie in each other"
    assert study.refusal(export / "none") == ["there is no such folder to add scans from"]
    assert study.refusal(study.folder) == [within]
    assert study.refusal(study.folder.parent.parent) == [within]
    with pytest.raises(ScansRefusedError, match="there is no such study"):
        add_scans(export, export.parent / "none", scans=study.scans)


def test_a_full_disk_is_told_before_anything_is_copied(
    study: StudyUnderTest, export: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_ct(export)

    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=10**6))
    assert study.refusal(export) == [
        "there is too little room on the disk of the study: needs up to 67 MB, and 1 MB are free"
    ]


def test_progress_counts_files(study: StudyUnderTest, export: Path) -> None:
    write_ct(export / "a", series="1.2.1")
    write_ct(export / "b", series="1.2.2")
    told: list[tuple[str, int, int]] = []
    study.add(export, on_progress=lambda *step: told.append(step))
    steps = ("looking", "copying")
    assert told == [(step, done, 6) for step in steps for done in range(1, 7)]


def test_recorded_scans_are_added_though_clearing_up_fails(
    study: StudyUnderTest, export: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_ct(export)

    def busy(*_: object, **__: object) -> None:
        raise PermissionError(13, "busy")

    with monkeypatch.context() as patched:
        patched.setattr(shutil, "rmtree", busy)
        assert len(study.add(export).records) == 1
    assert study.verified() == ("adding scans was interrupted; adding others will settle it",)
    write_ct(export / "more", series="1.2.7")
    study.add(export / "more")
    assert study.verified() == ()


def test_a_scan_that_moves_to_another_visit_is_checked_again(
    study: StudyUnderTest, export: Path
) -> None:
    for number, (label, date) in enumerate([("v1", "20110302"), ("v2", "20110306")]):
        write_ct(export / label, series=f"1.2.{number}", date=date)
    mapping = write_mapping(export, "folder,subject,timepoint", "v1,S001,v1", "v2,S001,v2")
    study.add(export, mapping=mapping)
    # With the first scan v1 would begin on the first, and hold nothing of the fourth.
    broken = write_ct(export / "b" / "x", series="1.2.7", date="20110301")
    broken[0].write_bytes(broken[0].read_bytes()[:-20])
    write_ct(export / "b" / "y", series="1.2.8", date="20110304")
    assert study.refusal(export / "b", skip_bad=True, visit_days=2) == [
        (
            "folder 2, file 1 and the rest of its series: fits two timepoints by its date: name "
            "its own in a mapping file"
        )
    ]


def test_only_one_adds_scans_at_a_time(study: StudyUnderTest, export: Path) -> None:
    write_ct(export)
    other = sqlite3.connect(study.folder / ".add-scans.lock", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    assert study.refusal(export) == [
        "somebody else adds scans to this study, or its folder cannot be written in"
    ]
    other.close()
    assert len(study.add(export).records) == 1


class _StoppedError(Exception):
    """What ends a run in a test."""


def test_scans_that_are_not_recorded_are_removed_by_the_next_run(
    study: StudyUnderTest, export: Path
) -> None:
    write_ct(export)

    def fail(_: Sequence[ScanRecord]) -> None:
        raise _StoppedError

    failing = StudyScans(
        existing=study.scans.existing, record=fail, is_locked=study.scans.is_locked
    )
    with pytest.raises(_StoppedError):
        add_scans(export, study.folder, scans=failing)
    assert study.verified() == (
        "scans: holds 1 file or folder that does not belong to the study",
        "adding scans was interrupted; adding others will settle it",
    )
    write_ct(export, series="1.2.7")
    assert [one.path for one in study.add(export).records] == ["scans/S001/visit-1/1"]
    assert study.verified() == ()


def test_a_run_that_ended_after_recording_keeps_its_scans(
    study: StudyUnderTest, export: Path
) -> None:
    write_ct(export / "a", series="1.2.1")

    def record(records: Sequence[ScanRecord]) -> None:
        study.records.extend(records)
        raise _StoppedError

    ending = StudyScans(
        existing=study.scans.existing, record=record, is_locked=study.scans.is_locked
    )
    with pytest.raises(_StoppedError):
        add_scans(export / "a", study.folder, scans=ending)
    write_ct(export / "b", series="1.2.2", date="20110501")
    study.add(export / "b")
    assert [one.path for one in study.records] == ["scans/S001/visit-1/1", "scans/S001/visit-2/1"]
    assert study.verified() == ()


@pytest.mark.parametrize("call", range(1, LAST_CALL))
def test_whatever_write_fails_all_scans_are_there_or_none(
    study: StudyUnderTest, export: Path, monkeypatch: pytest.MonkeyPatch, call: int
) -> None:
    write_ct(export / "a", series="1.2.1", slices=2)
    write_ct(export / "b", series="1.2.2", slices=2, patient="78")
    calls = {"count": 0}

    def failing(before: object) -> object:
        def wrapped(*arguments: object, **options: object) -> object:
            calls["count"] += 1
            if calls["count"] == call:
                raise OSError(28, "No space left on device", "/export/Doe^Jane")
            return before(*arguments, **options)  # type: ignore[operator]

        return wrapped

    for owner, name in ((os, "fsync"), (Path, "rename"), (Path, "replace"), (Path, "mkdir")):
        monkeypatch.setattr(owner, name, failing(getattr(owner, name)))
    try:
        study.add(export)
    except ScansRefusedError as error:
        assert str(error) == (  # noqa: PT017  a late call may not come at all
            "no scan was added: 1 problem\n  something could not be read or written (OSError)"
        ) or "the key file cannot be written (OSError)" in str(error)
        assert study.records == []
        assert call < LAST_CALL - 1  # else not every one of them fails once
    else:
        assert len(study.records) == 2
    monkeypatch.undo()
    if not study.records:
        study.add(export)
    assert [one.path for one in study.records] == ["scans/S001/visit-1/1", "scans/S002/visit-1/1"]
    assert study.verified() == ()
    assert [path for path in study.folder.iterdir() if path.name.startswith(".adding")] == []


def test_a_lost_key_file_is_told_and_not_replaced(study: StudyUnderTest, export: Path) -> None:
    write_ct(export / "a", series="1.2.1")
    study.add(export / "a")
    kept = study.key_file.read_bytes()
    study.key_file.unlink()
    write_ct(export / "b", series="1.2.2", date="20110501")
    assert study.refusal(export / "b") == [
        (
            "the study has scans, and its key file is not there; without it nobody can tell which "
            "patient is which subject. Say where it is, or put it back from a copy"
        )
    ]
    elsewhere = export.parent / "safe.json"
    elsewhere.write_bytes(kept)
    study.add(export / "b", key_file=elsewhere)
    assert study.visits()[-1] == ("S001", "visit-2", "2011-05-01")


def test_the_key_file_of_another_study_is_refused(study: StudyUnderTest, export: Path) -> None:
    write_ct(export / "a", series="1.2.1")
    other = StudyUnderTest(export.parent / "other")
    other.add(export / "a")
    study.add(export / "a")
    write_ct(export / "b", series="1.2.2")
    assert study.refusal(export / "b", key_file=other.key_file) == [
        "the key file is that of another study, or an old copy: scans are not in it"
    ]
    assert study.refusal(export / "b", key_file=study.folder / "reads" / "key.json") == [
        "the key file must not lie in the study's folder, which readers can open"
    ]
    damaged = export.parent / "damaged.json"
    damaged.write_text('{"format": "recistkit-key-1", "key": "Doe"}', encoding="utf-8")
    assert study.refusal(export / "b", key_file=damaged) == [
        "the key file is damaged, or no key file of this version"
    ]


def test_the_key_file_leads_back_and_is_for_its_owner(study: StudyUnderTest, export: Path) -> None:
    write_ct(export, patient="77", IssuerOfPatientID="St. Mary", PatientBirthDate="19331224")
    added = study.add(export)
    assert added.key_file == study.key_file
    content = json.loads(study.key_file.read_text(encoding="utf-8"))
    (patient,), (series,) = content["patients"], content["series"]
    assert (patient["patient_id"], patient["issuer"], patient["subject"]) == (
        *("77", "St. Mary", "S001"),
    )
    assert "19331224" not in study.key_file.read_text(encoding="utf-8")
    assert series["uid"] == added.records[0].series_uid
    assert series["original_uid"] == "1.2.826.1"
    instances = [series["instances_prefix"] + end for end in series["instances"]]
    assert instances == ["1.2.826.1.1", "1.2.826.1.2", "1.2.826.1.3"]
    if sys.platform != "win32":
        assert study.key_file.stat().st_mode & 0o777 == 0o600
    assert files_below(study.folder.parent)[-1] == study.key_file


def test_a_series_that_lies_in_two_folders_is_refused(study: StudyUnderTest, export: Path) -> None:
    write_ct(export / "a")
    shutil.copytree(export / "a", export / "b")
    assert study.refusal(export) == [
        (
            "folder 1, file 1 and the rest of its series: is there twice, or has files that are "
            "copies of each other"
        )
    ]


def test_stacks_of_one_series_become_series_of_their_own(
    study: StudyUnderTest, export: Path
) -> None:
    for name, echo in (("a", 2.3), ("b", 4.6)):

        def change(dataset: Dataset, index: int, name: str = name) -> None:
            dataset.SOPInstanceUID = f"1.2.{ord(name)}.{index}"
            dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID

        write_ct(export / name, seed=ord(name), change=change, EchoTime=echo)
    records = study.add(export).records
    assert len({record.series_uid for record in records}) == 2
    for name, record in zip("ab", records, strict=True):
        series, copy = load_series(study.folder / record.path)
        assert series.uid == record.series_uid
        assert np.array_equal(voxels_of(copy), voxels_of(load_series(export / name)[1]))
    assert study.verified() == ()


def test_a_tilted_series_keeps_its_tilt_in_the_study(study: StudyUnderTest, export: Path) -> None:
    def tilt(dataset: Dataset, index: int) -> None:
        dataset.ImagePositionPatient = [-100.0, -80.0 + index, 30.0 + 5 * index]

    write_ct(export, change=tilt)
    (record,) = study.add(export).records
    series, _ = load_series(study.folder / record.path)
    assert series.slice_direction == load_series(export)[0].slice_direction != series.normal


def test_volumes_of_other_formats_are_not_added(study: StudyUnderTest, export: Path) -> None:
    write_ct(export / "a")
    for name in ("scan.nrrd", "scan.mha"):
        ITK.WriteImage(ITK.Image([4, 4, 4], ITK.sitkInt16), str(export / name))
    assert study.refusal(export) == [
        "folder 1, file 1: is NRRD or MetaImage; expected DICOM or NIfTI",
        "folder 1, file 2: is NRRD or MetaImage; expected DICOM or NIfTI",
    ]


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("PatientBirthDate", "19331224", "states two birth dates in one series"),
        ("StudyInstanceUID", "1.2.3", "holds files of two imaging studies in one series"),
        ("StudyDate", "20110302", "holds files of two imaging studies in one series"),
    ],
)
def test_a_series_is_of_one_patient_and_one_study(
    study: StudyUnderTest, export: Path, name: str, value: str, reason: str
) -> None:
    def change(dataset: Dataset, index: int) -> None:
        if index == 1:
            setattr(dataset, name, value)

    write_ct(export, change=change)
    assert study.refusal(export) == [f"folder 1, file 1 and the rest of its series: {reason}"]


def test_a_scan_without_patient_or_date_needs_a_mapping(
    study: StudyUnderTest, export: Path
) -> None:
    write_nifti(export / "mri.nii.gz")
    write_ct(export / "ct", date="")
    where, rest = "folder 1, file 1", "and the rest of its series"
    assert study.refusal(export) == [
        f"{where}: states no patient id: name its subject in a mapping file",
        f"folder 2, file 1 {rest}: states no date: name its timepoint in a mapping file",
    ]
    mapping = write_mapping(export, "folder,subject,timepoint", ".,R1,v1")
    assert {one.date for one in study.add(export, mapping=mapping).records} == {None}


def test_a_date_that_two_timepoints_have_needs_a_mapping(
    study: StudyUnderTest, export: Path
) -> None:
    write_ct(export / "a", series="1.2.1")
    write_ct(export / "b", series="1.2.2")
    mapping = write_mapping(export, "folder,subject,timepoint", "a,S001,v1", "b,S001,v2")
    study.add(export, mapping=mapping)
    write_ct(export / "c", series="1.2.3")
    where = "folder 1, file 1 and the rest of its series"
    reason = "fits two timepoints by its date: name its own in a mapping file"
    assert study.refusal(export / "c") == [f"{where}: {reason}"]


def test_a_label_that_is_taken_is_not_given_again(study: StudyUnderTest, export: Path) -> None:
    write_ct(export / "a", series="1.2.1", date="20110301")
    mapping = write_mapping(export, "folder,subject,timepoint", ".,S001,visit-2")
    study.add(export / "a", mapping=mapping)
    write_ct(export / "b", series="1.2.2", date="20110501")
    study.add(export / "b")
    assert study.visits()[-1] == ("S001", "visit-3", "2011-05-01")


def test_other_capital_letters_are_no_other_subject(study: StudyUnderTest, export: Path) -> None:
    write_ct(export / "a", patient="1", series="1.2.1")
    study.add(export / "a", mapping=write_mapping(export, "folder,subject,timepoint", ".,R1,v1"))
    write_ct(export / "b", patient="2", series="1.2.2")
    where = "folder 1, file 1 and the rest of its series"
    mapping = write_mapping(export, "folder,subject,timepoint", ".,r1,v1")
    assert study.refusal(export / "b", mapping=mapping) == [
        f"{where}: its subject is in the study, spelt with other capital letters"
    ]
    write_ct(export / "c", patient="1", series="1.2.3")
    mapping = write_mapping(export, "folder,subject,timepoint", ".,R1,V1")
    assert study.refusal(export / "c", mapping=mapping) == [
        f"{where}: its timepoint is in the study, spelt with other capital letters"
    ]


def test_an_id_that_somebody_took_is_not_given_again(study: StudyUnderTest, export: Path) -> None:
    write_ct(export / "a", patient="1", series="1.2.1")
    study.add(export / "a", mapping=write_mapping(export, "folder,subject,timepoint", ".,s001,v1"))
    write_ct(export / "b", patient="2", series="1.2.2")
    study.add(export / "b")
    assert study.records[-1].subject == "S002"


def test_a_series_partly_outside_its_mapped_folder_is_refused(
    study: StudyUnderTest, export: Path
) -> None:
    paths = write_ct(export / "a")
    (export / "b").mkdir()
    paths[2].rename(export / "b" / "x.dcm")
    mapping = write_mapping(export, "folder,subject,timepoint", "a,R1,v1")
    assert study.refusal(export, mapping=mapping) == [
        "folder 1, file 1 and the rest of its series: lies partly outside the folder of row 2"
    ]


def test_a_copy_that_would_be_measured_otherwise_is_refused(
    study: StudyUnderTest, export: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_ct(export)
    tags = kept_tags()
    less = dataclasses.replace(tags, numbers=tags.numbers - {"SliceThickness"})
    monkeypatch.setattr(kept_tags_module, "kept_tags", lambda: less)
    assert study.refusal(export) == [
        (
            "folder 1, file 1 and the rest of its series: cannot be copied without changing its "
            "geometry or date"
        )
    ]


def test_a_folder_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    places = Places(tmp_path)
    places._note_closed(PermissionError(13, "Permission denied", str(tmp_path / "Doe")))
    assert [(one.where, one.reason) for one in places.closed] == [
        ("after folder 0", "a folder cannot be opened (PermissionError)")
    ]


def test_a_key_file_that_cannot_be_opened_is_told(study: StudyUnderTest, export: Path) -> None:
    write_ct(export)
    (export.parent / "key.json").mkdir()
    with pytest.raises(ScansRefusedError, match="the key file cannot be opened"):
        study.add(export, key_file=export.parent / "key.json")


@pytest.mark.real_scans
def test_real_scans_of_two_dates_become_two_visits(
    study: StudyUnderTest, export: Path, scans_folder: Path
) -> None:
    for archive in (scans_folder / "longitudinal_crc").glob("*.zip"):
        with zipfile.ZipFile(archive) as files:
            files.extractall(export / archive.stem)
    assert [(one.path, one.slices, str(one.date)) for one in study.add(export).records] == [
        ("scans/S001/visit-1/1", 45, "1959-12-09"),
        ("scans/S001/visit-2/1", 36, "1960-04-13"),
    ]
    assert study.verified() == ()
