"""Whose a file is, and what is no scan to measure on."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from recistkit.errors import ScanError
from recistkit.scans.deidentification.identity import (
    Identity,
    Patient,
    dicom_identity,
    nifti_identity,
)
from tests.scans.dicom_files import stored_values, write_series
from tests.scans.planted import SECRET, text_leaks

if TYPE_CHECKING:
    from pydicom.dataset import Dataset


def identity(tmp_path: Path, **values: object) -> Identity:
    def change(dataset: Dataset, _: int) -> None:
        for name, value in values.items():
            setattr(dataset, name, value)

    (path,) = write_series(tmp_path, stored=stored_values(1), change=change)
    return dicom_identity(path)


def test_a_file_says_whose_it_is(tmp_path: Path) -> None:
    found = identity(
        tmp_path,
        IssuerOfPatientID="St. Mary",
        PatientBirthDate="19331224",
        AccessionNumber="A-77",
        OtherPatientIDs=["X1", "Y2"],
        StudyDate="20110228",
        StudyInstanceUID="1.2.3",
    )
    assert found.patient == Patient("HOSPITAL-77", "St. Mary")
    assert found.birth_date == "19331224"
    assert found.terms == {
        *("hospital-77", "x1", "y2", "doe^jane", "doe", "jane", "a-77", "19331224"),
    }
    assert (found.study_uid, found.sop_uid) == ("1.2.3", "1.2.826.1.1")
    assert found.study_date == dt.date(2011, 2, 28)
    assert (found.left_out, found.refused) == (None, None)


def test_what_names_the_patient_is_in_no_text_of_it(tmp_path: Path) -> None:
    found = identity(tmp_path, PatientID=SECRET, PatientName=SECRET, AccessionNumber=SECRET)
    assert text_leaks(repr(found), str(found), repr(found.patient)) == []


def test_a_file_without_identities_has_no_terms(tmp_path: Path) -> None:
    found = identity(tmp_path, PatientIdentityRemoved="YES", PatientID="")
    assert (found.terms, found.patient) == (frozenset(), None)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        (
            {"SOPClassUID": "1.2.840.10008.5.1.4.1.1.7"},
            "is no CT, MR or PET scan: Secondary Capture Image Storage",
        ),
        (
            {"SOPClassUID": "1.2.840.10008.5.1.4.1.1.104.1"},
            "is no CT, MR or PET scan: Encapsulated PDF Storage",
        ),
        (
            {"SOPClassUID": "1.2.840.10008.5.1.4.1.1.88.33"},
            "is no CT, MR or PET scan: Comprehensive SR Storage",
        ),
        ({"SOPClassUID": "1.2.55501"}, "is no CT, MR or PET scan: unknown kind"),
        (
            {"ImageType": ["ORIGINAL", "PRIMARY", "LOCALIZER"]},
            "is a localizer (scout), not a stack of slices to measure on",
        ),
        (
            {"ImageType": ["DERIVED", "SECONDARY", "SCREEN SAVE"]},
            "is a screenshot or a secondary capture",
        ),
        ({"ConversionType": "WSD"}, "is a screenshot or a secondary capture"),
        ({"SamplesPerPixel": 3}, "is a colour picture, not a scan"),
    ],
)
def test_what_is_no_scan_is_left_out(
    tmp_path: Path, values: dict[str, object], reason: str
) -> None:
    found = identity(tmp_path, **values)
    assert (found.left_out, found.refused) == (reason, None)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        (
            {"BurnedInAnnotation": "YES"},
            "may have names burned into its pixels (Burned In Annotation)",
        ),
        ({"BurnedInAnnotation": SECRET}, "may have names burned into its pixels (Burned In "),
        (
            {"SOPClassUID": "1.2.840.10008.5.1.4.1.1.2.1"},
            "is a multi-frame image, which cannot go into a study yet",
        ),
        ({"Modality": SECRET}, "states a modality other than CT, MR and PT"),
        (
            {"PatientBirthDate": "20110301"},
            "states the patient's birth date as its own date",
        ),
        ({"SOPInstanceUID": ""}, "states no UID of its own (SOP Instance UID)"),
    ],
)
def test_what_must_not_go_into_a_study_is_refused(
    tmp_path: Path, values: dict[str, object], reason: str
) -> None:
    found = identity(tmp_path, **values)
    assert found.left_out is None
    assert found.refused is not None
    assert found.refused.startswith(reason)
    assert text_leaks(found.refused) == []


def test_a_nifti_file_is_whose_the_file_beside_it_says(tmp_path: Path) -> None:
    stated = {"PatientID": "H-7", "PatientName": "Doe^Jane", "Modality": "MR"}
    (tmp_path / "mri.json").write_text(json.dumps(stated), encoding="utf-8")
    found = nifti_identity(tmp_path / "mri.nii.gz")
    assert found.patient == Patient("H-7", "")
    assert found.terms == {"h-7", "doe^jane", "doe", "jane"}
    assert nifti_identity(tmp_path / "other.nii.gz").patient is None


def test_a_nifti_file_of_another_modality_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mri.json").write_text(json.dumps({"Modality": "DOE"}), encoding="utf-8")
    with pytest.raises(ScanError) as raised:
        nifti_identity(tmp_path / "mri.nii.gz")
    assert raised.value.reason == "its JSON file states a modality other than CT, MR and PT"
