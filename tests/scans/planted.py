"""Secrets planted wherever a scan can hold text, and the search for what is left of them."""

from __future__ import annotations

import base64
import gzip
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from pydicom._dicom_dict import DicomDictionary, RepeatersDictionary
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

__all__ = ["BIRTH_DATE", "NUMBER", "SECRET", "kinds_planted", "leaks", "plant", "text_leaks"]

SECRET: Final = "ZQXSECRETVYK"
"""Part of every planted text; short enough for every kind of text (SH has 16 characters)."""
NUMBER: Final = "5550199887766"
"""Part of every planted UID, time and number in a text."""
BIRTH_DATE: Final = "19331224"

_FREE: Final = frozenset({"PN", "LO", "SH", "ST", "LT", "UT", "UC", "UR", "AE", "CS"})
_FIXED: Final = {"AS": "097Y", "DA": BIRTH_DATE, "DT": f"{BIRTH_DATE}112233", "TM": "112233.445566"}
_NEEDED: Final = frozenset(
    {
        # A scan that says otherwise is refused or left out: tested one by one.
        "BurnedInAnnotation",
        "ConversionType",
        "Modality",
        "PhotometricInterpretation",
        # What makes the test's scan one that can be placed.
        "AcquisitionDate",
        "FrameOfReferenceUID",
        "SOPClassUID",
        "SOPInstanceUID",
        "SeriesDate",
        "SeriesInstanceUID",
        "SpecificCharacterSet",
        "StudyDate",
        "StudyInstanceUID",
        "PatientID",
    }
)
_LAST_GROUP: Final = 0xFFFA
_FIRST_GROUP: Final = 0x0008


def plant(dataset: Dataset, *, depth: int = 2) -> int:
    """Plant a secret in every text element of the dictionary, in sequences and private elements.

    Returns
    -------
    int
        How many were planted.
    """
    count = 0
    for tag, (vr, *_, keyword) in DicomDictionary.items():
        value = _secret(vr, tag)
        if value is None or keyword in _NEEDED or not _FIRST_GROUP <= tag >> 16 < _LAST_GROUP:
            continue
        dataset.add(DataElement(tag, vr, value))
        count += 1
    for mask, (vr, *_) in RepeatersDictionary.items():
        value = _secret(vr, 0)
        if value is not None and mask.startswith(("50", "60")):
            dataset.add(DataElement(int(mask.replace("x", "0"), 16), vr, value))
            count += 1
    count += _plant_private(dataset)
    if depth:
        item = Dataset()
        count += plant(item, depth=depth - 1)
        item.PatientID = SECRET
        dataset.RequestAttributesSequence = Sequence([item])
        dataset.SourceImageSequence = Sequence([item])
    return count


def kinds_planted() -> set[str]:
    """Return the value representations that hold a secret."""
    return {*_FREE, *_FIXED, "UI"}


def leaks(paths: Iterable[Path]) -> list[str]:
    """Return which files hold a secret: plainly, in UTF-16 or base64, unpacked or as they are."""
    found = []
    for path in paths:
        data = path.read_bytes()
        unpacked = gzip.decompress(data) if data[:2] == b"\x1f\x8b" else b""
        content = (data + b"\n" + unpacked).lower()
        found += [f"{path.name}: {form!r}" for form in _forms() if form.lower() in content]
    return found


def text_leaks(*texts: str) -> list[str]:
    """Return which texts hold a secret."""
    secrets = [one.lower() for one in (SECRET, NUMBER, BIRTH_DATE)]
    return [text for text in texts if any(one in text.lower() for one in secrets)]


def _forms() -> list[bytes]:
    """Return every form in which a secret may be found in a file."""
    forms = []
    for secret in (SECRET, NUMBER, BIRTH_DATE, "097Y", "112233.445566"):
        forms += [secret.encode(), secret.encode("utf-16-le"), secret.encode("utf-16-be")]
        # Whole groups of three bytes, for each place at which the secret may begin in them.
        groups = [base64.b64encode(secret[start:].encode())[:-4] for start in range(3)]
        forms += [group for group in groups if len(group) > 6]
    return forms


def _secret(vr: str, tag: int) -> str | None:
    """Return what is planted in an element of a kind; None where it holds no text."""
    if vr in _FREE:
        return SECRET if vr in {"CS", "AE", "SH", "UR"} else f"{SECRET} {tag:08X}"
    if vr == "UI":
        return f"1.2.{NUMBER}.{tag}"
    return _FIXED.get(vr)


def _plant_private(dataset: Dataset) -> int:
    """Plant private elements; return how many."""
    block = dataset.private_block(0x0019, f"{SECRET} 1.0", create=True)
    block.add_new(0x01, "LO", SECRET)
    block.add_new(0x02, "OB", SECRET.encode("utf-16-le"))
    block.add_new(0x03, "UN", base64.b64encode(SECRET.encode()))
    return 3
