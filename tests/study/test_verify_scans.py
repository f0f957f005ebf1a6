"""Scans in a study are what they were when they were added, or that is told."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from recistkit.study.adding.verify_scans import verify_scans
from tests.scans.volume_files.test_nifti import SIDECAR, write_nifti
from tests.study.hospital import StudyUnderTest, files_below, write_ct

SCAN = "scans/R1/v1/1"


@pytest.fixture
def study(tmp_path: Path) -> StudyUnderTest:
    export = tmp_path / "export"
    write_ct(export / "ct")
    write_nifti(export / "mri.nii.gz", sidecar=SIDECAR)
    mapping = tmp_path / "mapping.csv"
    mapping.write_text("folder,subject,timepoint\n.,R1,v1\n", encoding="utf-8")
    study = StudyUnderTest(tmp_path / "zhu")
    study.add(export, mapping=mapping)
    return study


def test_scans_as_they_were_added_have_no_problem(study: StudyUnderTest) -> None:
    assert study.verified() == ()


def test_every_change_is_told_by_file(study: StudyUnderTest) -> None:
    scan = study.folder / SCAN
    (scan / "0001.dcm").unlink()
    (scan / "0002.dcm").write_bytes(b"other")
    (scan / "Doe.dcm").write_bytes(b"new")
    (study.folder / "scans/R1/v1/2/SHA256SUMS").write_bytes(b"")
    (study.folder / "scans/R1/Doe").mkdir()
    (study.folder / "scans/Doe.txt").write_bytes(b"")
    (study.folder / "scans/Jane.txt").write_bytes(b"")
    assert study.verified() == (
        f"{SCAN}/0001.dcm: is missing",
        f"{SCAN}/0002.dcm: was changed",
        f"{SCAN}: holds 1 file or folder that does not belong to the study",
        "scans/R1/v1/2/SHA256SUMS: was changed",
        "scans: holds 2 files or folders that do not belong to the study",
        "scans/R1: holds 1 file or folder that does not belong to the study",
    )


def test_a_scan_that_is_gone_is_told(study: StudyUnderTest) -> None:
    shutil.rmtree(study.folder / "scans")
    assert study.verified() == (
        f"{SCAN}/SHA256SUMS: is missing",
        "scans/R1/v1/2/SHA256SUMS: is missing",
    )


def test_a_folder_in_place_of_a_file_is_told(study: StudyUnderTest) -> None:
    path = study.folder / SCAN / "0001.dcm"
    path.unlink()
    path.mkdir()
    (problem,) = study.verified()
    assert problem.startswith(f"{SCAN}/0001.dcm: cannot be read (")


def test_every_flipped_byte_is_found(study: StudyUnderTest) -> None:
    chance = random.Random(7)
    for path in files_below(study.folder / "scans"):
        data = path.read_bytes()
        for _ in range(10):
            changed = bytearray(data)
            changed[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
            path.write_bytes(changed)
            assert len(study.verified()) == 1
        path.write_bytes(data)
    assert study.verified() == ()


def test_a_study_without_scans_has_no_problem(tmp_path: Path) -> None:
    assert verify_scans([], tmp_path) == ()
