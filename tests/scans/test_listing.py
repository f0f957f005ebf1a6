"""The list of a folder: every series with its place and what is wrong, and no patient."""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nibabel as nib
import numpy as np
import polars as pl
import pytest

from recistkit.errors import ScanError
from recistkit.scans import listing
from recistkit.scans.deidentification.pseudonyms import Pseudonyms
from recistkit.scans.listing import NAME_COLUMNS, SCANS_COLUMNS, Listing, list_scans
from tests.scans.dicom.test_refusals import every, only
from tests.scans.dicom_files import stored_values, write_series
from tests.scans.planted import BIRTH_DATE, NUMBER, SECRET, plant, text_leaks

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydicom.dataset import Dataset

PSEUDONYMS = Pseudonyms(bytes(32))


def listed(folder: Path, **options: Any) -> Listing:  # noqa: ANN401  those of `list_scans`
    """List a folder with a key of zeros."""
    return list_scans(folder, PSEUDONYMS, **options)


def patient(identifier: str, issuer: str = "") -> str:
    """Return what a patient is called."""
    return PSEUDONYMS.token("patient", f"{issuer}\0{identifier}")


def write_nifti(path: Path, **sidecar: object) -> None:
    """Write a NIfTI file of 4 x 3 x 2 voxels, and a JSON file beside it if something is in it."""
    image: Any = nib.Nifti1Image(np.zeros((4, 3, 2), np.int16), np.diag([-1.0, -1.5, 4.0, 1.0]))
    image.header.set_xyzt_units("mm")
    nib.save(image, path)
    if sidecar:
        path.with_name(f"{path.name.partition('.')[0]}.json").write_text(json.dumps(sidecar))


def test_a_series_is_listed_with_its_grid_and_a_stand_in_of_its_patient(tmp_path: Path) -> None:
    write_series(tmp_path / "ct")
    found = listed(tmp_path)
    assert found.table.schema == pl.Schema(SCANS_COLUMNS)
    assert found.table.rows(named=True) == [
        {
            "number": 1,
            "status": "usable",
            "patient": patient("HOSPITAL-77"),
            "date": dt.date(2011, 3, 1),
            "modality": "CT",
            "plane": "axial",
            "columns": 8,
            "rows": 6,
            "slices": 5,
            "column_spacing_mm": 0.7,
            "row_spacing_mm": 0.9,
            "slice_spacing_mm": 5.0,
            "slice_thickness_mm": 5.0,
            "files": 5,
            "folder": 1,
            "file": 1,
            "findings": "anisotropic-pixels",
            "message": found.table["message"][0],
        }
    ]
    assert found.other_files == 0


def test_patients_of_one_number_and_two_issuers_are_two(tmp_path: Path) -> None:
    write_series(tmp_path / "a", uid="1.1", change=every(IssuerOfPatientID="north"))
    write_series(tmp_path / "b", uid="1.2", change=every(IssuerOfPatientID="south"))
    write_series(tmp_path / "c", uid="1.3", change=every(IssuerOfPatientID="north"))
    assert listed(tmp_path).table.select("patient", "folder").rows() == [
        (patient("HOSPITAL-77", "north"), 1),
        (patient("HOSPITAL-77", "north"), 3),
        (patient("HOSPITAL-77", "south"), 2),
    ]


def test_another_key_gives_other_stand_ins(tmp_path: Path) -> None:
    write_series(tmp_path)
    other = list_scans(tmp_path, Pseudonyms(bytes([1] * 32))).table
    assert other["patient"][0] != listed(tmp_path).table["patient"][0]


def test_the_series_of_a_patient_stand_together_by_date(tmp_path: Path) -> None:
    write_series(tmp_path / "a", uid="1.1", change=every(AcquisitionDate="20120101"))
    write_series(tmp_path / "b", uid="1.2", change=every(PatientID="OTHER"))
    write_series(tmp_path / "c", uid="1.3", change=every(AcquisitionDate="20110101"))
    assert listed(tmp_path).table["folder"].to_list() == [3, 1, 2]


def test_what_cannot_be_used_is_listed_with_the_reason(tmp_path: Path) -> None:
    write_series(tmp_path / "a", change=every(ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"]))
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "scan.dcm").write_text("Dear colleague", encoding="utf-8")
    (tmp_path / "b" / "letter.txt").write_text("Dear colleague", encoding="utf-8")
    found = listed(tmp_path)
    columns = ("number", "status", "modality", "plane", "files", "folder", "file")
    assert found.table.select(columns).rows() == [
        (1, "refused", "CT", None, 5, 1, 1),
        (2, "unreadable", None, None, 1, 2, 2),
    ]
    refused, unreadable = found.table["message"]
    assert refused == (
        "is a localizer (scout), not a stack of slices to measure on (folder 1, file 1)"
    )
    assert unreadable.startswith("its header cannot be understood (")
    assert found.other_files == 1


def test_a_json_file_belongs_to_its_scan(tmp_path: Path) -> None:
    write_nifti(
        tmp_path / "mri.nii.gz", PatientID="77", Modality="MR", AcquisitionDate="2011-03-04"
    )
    write_nifti(tmp_path / "other.nii")
    (tmp_path / "notes.json").write_text("{}", encoding="utf-8")
    found = listed(tmp_path)
    assert found.table.select("patient", "date", "modality").rows() == [
        (patient("77"), dt.date(2011, 3, 4), "MR"),
        (None, None, None),
    ]
    assert found.other_files == 1


def test_a_modality_that_dicom_does_not_know_is_not_repeated(tmp_path: Path) -> None:
    write_series(tmp_path, change=every(Modality="MILLER"))
    assert listed(tmp_path).table["modality"].to_list() == [None]


def test_names_are_told_only_if_asked_for(tmp_path: Path) -> None:
    write_series(tmp_path / "Doe^Jane")
    assert not {*NAME_COLUMNS} & {*listed(tmp_path).table.columns}
    table = listed(tmp_path, names=True).table
    assert table.select("path", "series").rows() == [("Doe^Jane/slice-000.dcm", "1.2.826.1")]


@pytest.mark.skipif(sys.platform == "win32", reason="no file has such a name there")
def test_a_name_that_a_terminal_obeys_is_made_harmless(tmp_path: Path) -> None:
    write_series(tmp_path / "a\x1b[31m\n\u202eb")
    assert listed(tmp_path, names=True).table["path"].to_list() == [
        "a\ufffd[31m\ufffd\ufffdb/slice-000.dcm"
    ]


def test_nothing_that_names_a_patient_gets_into_the_list(tmp_path: Path) -> None:
    planted = []

    def secret(dataset: Dataset, _: int) -> None:
        dataset.PatientID = SECRET
        planted.append(plant(dataset))

    def broken(dataset: Dataset, index: int) -> None:
        secret(dataset, index)
        dataset.Modality = SECRET
        dataset.PixelSpacing = [0, 0]

    write_series(tmp_path / SECRET, change=secret)
    write_series(tmp_path / NUMBER, uid="1.2", change=broken)
    write_nifti(tmp_path / f"{SECRET}.nii", PatientName=SECRET, PatientBirthDate=BIRTH_DATE)
    write_nifti(tmp_path / f"{NUMBER}.nii", Modality=SECRET, SeriesInstanceUID=SECRET)
    (tmp_path / f"{SECRET}.dcm").write_text(SECRET, encoding="utf-8")
    table = listed(tmp_path).table
    assert min(planted) > 1000
    assert table["status"].to_list().count("refused") == 2
    assert text_leaks(table.write_csv(), table.write_json()) == []


def test_a_folder_that_is_passed_by_counts_for_nothing(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        write_series(tmp_path / name, uid=f"1.{ord(name)}")
        (tmp_path / name / "letter.txt").write_text("", encoding="utf-8")
        (tmp_path / name / "bad.dcm").write_text("", encoding="utf-8")
    found = listed(tmp_path, left_out=lambda folder: folder.name == "b")
    assert found.table.select("status", "folder").rows() == [
        ("usable", 1), ("usable", 2), ("unreadable", 1), ("unreadable", 2)
    ]  # fmt: skip
    assert found.other_files == 2


def test_a_folder_that_cannot_be_opened_is_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_series(tmp_path / "a")
    walk = os.walk

    def locked(top: Path, **options: Callable[[OSError], None]) -> object:
        yield from walk(top)
        options.get("onerror", print)(PermissionError(13, "locked", str(tmp_path / "Doe")))

    monkeypatch.setattr("recistkit.scans.places.os.walk", locked)
    found = listed(tmp_path).table
    assert found.select("status", "folder", "message").rows()[1:] == [
        ("unreadable", None, "after folder 1: a folder cannot be opened (PermissionError)")
    ]


def test_a_series_with_files_of_two_patients_says_so(tmp_path: Path) -> None:
    for name, change in (("a", only(9)), ("b", every(PatientID="OTHER"))):
        for path in write_series(tmp_path / name, spacing_mm=(0.7, 0.7), change=change):
            if (name == "a") != (path.stem in {"slice-000", "slice-001"}):
                path.unlink()
    (row,) = listed(tmp_path).table.rows(named=True)
    assert row["patient"] == ";".join(sorted([patient("HOSPITAL-77"), patient("OTHER")]))
    assert (row["status"], row["files"], row["findings"]) == ("usable", 5, "several-patients")
    assert row["message"] == "holds files of 2 patients"


def test_each_header_is_read_once_and_that_of_the_patient_once_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_series(tmp_path, stored=stored_values(4))
    opened: list[str] = []
    original = Path.open

    def counting(self: Path, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401
        opened.append(self.name)
        return original(self, *arguments, **options)

    monkeypatch.setattr(Path, "open", counting)
    listed(tmp_path)
    assert sorted(opened) == sorted([f"slice-00{n}.dcm" for n in range(4)] + ["slice-000.dcm"])


def test_a_patient_whose_file_is_gone_meanwhile_has_no_stand_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(path: Path, **_: object) -> None:
        raise ScanError(path, "there is no such file")

    write_series(tmp_path)
    monkeypatch.setattr(listing, "opened_dataset", gone)
    assert listed(tmp_path).table["patient"].to_list() == [None]


def test_a_folder_without_scans_is_an_empty_list(tmp_path: Path) -> None:
    found = listed(tmp_path)
    assert (found.table.height, found.table.schema) == (0, pl.Schema(SCANS_COLUMNS))


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ScanError, match="there is no such file or folder"):
        listed(tmp_path / "nowhere")
