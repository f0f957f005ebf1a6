"""Whose a DICOM or NIfTI file is, and whether it is a scan at all; only for adding it to a study.

What is in an `Identity` never goes into a study, a message or a log.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from recistkit.errors import ScanError
from recistkit.scans.boundary import scan_boundary
from recistkit.scans.deidentification.kept_tags import kept_date, kept_tags
from recistkit.scans.dicom.header import opened_dataset, values_of
from recistkit.scans.volume_files.sidecar import sidecar_of

if TYPE_CHECKING:
    from pydicom import Dataset

__all__ = ["SCAN_CLASSES", "Identity", "Patient", "dicom_identity", "nifti_identity"]

SCAN_CLASSES: Final = frozenset(
    {
        "1.2.840.10008.5.1.4.1.1.2",  # CT
        "1.2.840.10008.5.1.4.1.1.4",  # MR
        "1.2.840.10008.5.1.4.1.1.128",  # PET
    }
)
_MULTI_FRAME: Final = frozenset(
    {
        "1.2.840.10008.5.1.4.1.1.2.1",  # enhanced CT
        "1.2.840.10008.5.1.4.1.1.2.2",  # legacy converted enhanced CT
        "1.2.840.10008.5.1.4.1.1.4.1",  # enhanced MR
        "1.2.840.10008.5.1.4.1.1.4.4",  # legacy converted enhanced MR
        "1.2.840.10008.5.1.4.1.1.128.1",  # legacy converted enhanced PET
        "1.2.840.10008.5.1.4.1.1.130",  # enhanced PET
    }
)
_TAGS: Final = (
    "AccessionNumber",
    "AcquisitionDate",
    "BurnedInAnnotation",
    "ConversionType",
    "ImageType",
    "IssuerOfPatientID",
    "Modality",
    "OtherPatientIDs",
    "PatientBirthDate",
    "PatientID",
    "PatientIdentityRemoved",
    "PatientName",
    "PhotometricInterpretation",
    "SOPClassUID",
    "SOPInstanceUID",
    "SamplesPerPixel",
    "SeriesDate",
    "StudyDate",
    "StudyInstanceUID",
)
_SCREENSHOT_WORDS: Final = frozenset(
    {"SCREEN SAVE", "SCREENSAVE", "SCREENSHOT", "DOSE_INFO", "PATIENT PROTOCOL", "REPORT"}
)
_SHORTEST_TERM: Final = 2


@dataclass(frozen=True, slots=True)
class Patient:
    """A patient as hospitals tell them apart.

    Attributes
    ----------
    id : str
        Patient ID.
    issuer : str
        Who gave it; empty where it is not stated.
    """

    id: str = field(repr=False)
    issuer: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Identity:
    """Whose a file is.

    Attributes
    ----------
    patient : Patient or None
        None where the file states no patient id.
    birth_date : str
        As stated; may be empty.
    terms : frozenset of str
        Words that no subject or timepoint may be called by, in lower case.
    study_uid, sop_uid : str or None
        UIDs as stated.
    study_date : datetime.date or None
        Of the imaging study.
    left_out : str or None
        Why it is no scan to measure on; it is left out of the study.
    refused : str or None
        Why it must not go into a study.
    """

    patient: Patient | None
    birth_date: str
    terms: frozenset[str]
    study_uid: str | None
    sop_uid: str | None
    study_date: dt.date | None
    left_out: str | None = None
    refused: str | None = None


def dicom_identity(path: Path) -> Identity:
    """Return whose a DICOM file is, by its header.

    Raises
    ------
    ScanError
        If it cannot be understood.
    """
    with scan_boundary(path, "its header cannot be understood"):
        dataset = opened_dataset(path, header_only=True, tags=_TAGS)
        left_out = _left_out(dataset)
        return Identity(
            patient=_patient(_text(dataset, "PatientID"), _text(dataset, "IssuerOfPatientID")),
            birth_date=_text(dataset, "PatientBirthDate"),
            terms=_terms(dataset),
            study_uid=_text(dataset, "StudyInstanceUID") or None,
            sop_uid=_text(dataset, "SOPInstanceUID") or None,
            study_date=kept_date(_text(dataset, "StudyDate")),
            left_out=left_out,
            refused=None if left_out else _refused(dataset),
        )


def nifti_identity(path: Path) -> Identity:
    """Return whose a NIfTI file is, by the JSON file beside it.

    Raises
    ------
    ScanError
        If there is such a file and it cannot be understood.
    """
    with scan_boundary(path, "its JSON file cannot be understood"):
        sidecar = sidecar_of(path)
        stated = {name: value.strip() for name, value in sidecar.items() if isinstance(value, str)}
        modality = stated.get("Modality")
        if modality is not None and modality not in kept_tags().words["Modality"]:
            raise ScanError(path, "its JSON file states a modality other than CT, MR and PT")
        texts = [stated.get(name, "") for name in ("PatientID", "PatientName", "AccessionNumber")]
        return Identity(
            patient=_patient(texts[0], stated.get("IssuerOfPatientID", "")),
            birth_date=stated.get("PatientBirthDate", ""),
            terms=_words_of(texts),
            study_uid=stated.get("StudyInstanceUID"),
            sop_uid=None,
            study_date=kept_date(stated.get("StudyDate", "").replace("-", "")),
        )


def _patient(identifier: str, issuer: str) -> Patient | None:
    """Return the patient of an id; None if there is none."""
    return Patient(identifier, issuer) if identifier else None


def _left_out(dataset: Dataset) -> str | None:
    """Return why a file is no scan to measure on; None if it may be one."""
    from pydicom.uid import UID

    sop_class = UID(_text(dataset, "SOPClassUID"))
    words = {str(word).upper().strip() for word in values_of(dataset, "ImageType")}
    if sop_class not in SCAN_CLASSES | _MULTI_FRAME:
        # Only a name of the standard's own dictionary: anything may stand in a header.
        return f"is no CT, MR or PET scan: {sop_class.name if sop_class.type else 'unknown kind'}"
    if "LOCALIZER" in words:
        return "is a localizer (scout), not a stack of slices to measure on"
    if words & _SCREENSHOT_WORDS or values_of(dataset, "ConversionType"):
        return "is a screenshot or a secondary capture"
    if _text(dataset, "SamplesPerPixel") not in {"", "1"}:
        return "is a colour picture, not a scan"
    return None


def _refused(dataset: Dataset) -> str | None:
    """Return why a scan must not go into a study; None if nothing speaks against it."""
    if _text(dataset, "BurnedInAnnotation") not in {"", "NO"}:
        return "may have names burned into its pixels (Burned In Annotation)"
    if _text(dataset, "SOPClassUID") in _MULTI_FRAME:
        return "is a multi-frame image, which cannot go into a study yet"
    if _text(dataset, "Modality") not in {"", *kept_tags().words["Modality"]}:
        return "states a modality other than CT, MR and PT"
    if not re.fullmatch(r"[0-9.]{1,64}", _text(dataset, "SOPInstanceUID")):
        return "states no UID of its own (SOP Instance UID)"
    birth_date = _text(dataset, "PatientBirthDate")
    if birth_date and birth_date in {_text(dataset, name) for name in kept_tags().dates}:
        return "states the patient's birth date as its own date"
    return None


def _terms(dataset: Dataset) -> frozenset[str]:
    """Return the words that name the patient; none where the header says that none is left."""
    if _text(dataset, "PatientIdentityRemoved") == "YES":
        return frozenset()
    names = ("PatientID", "OtherPatientIDs", "PatientName", "AccessionNumber", "PatientBirthDate")
    return _words_of([str(value) for name in names for value in values_of(dataset, name)])


def _words_of(texts: list[str]) -> frozenset[str]:
    """Return texts and the parts of names in them, in lower case."""
    parts = [text.strip() for text in texts]
    parts += [part for text in texts for part in re.split(r"[\^=\s,]+", text)]
    return frozenset(part.casefold() for part in parts if len(part) >= _SHORTEST_TERM)


def _text(dataset: Dataset, name: str) -> str:
    """Return the first value of an element as text; empty where there is none."""
    values: list[Any] = values_of(dataset, name)
    return str(values[0]).strip("\0 ") if values else ""
