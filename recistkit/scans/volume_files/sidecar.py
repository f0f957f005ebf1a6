"""The JSON file beside a volume file, which tells what NIfTI, NRRD and MetaImage cannot.

It has the same name (BIDS): `SeriesInstanceUID`, `FrameOfReferenceUID`,
`Modality`, `AcquisitionDate` (ISO or DICOM), `SliceThickness` (mm).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from recistkit.errors import ScanError
from recistkit.scans.boundary import scan_boundary
from recistkit.scans.modalities import known_modality

__all__ = ["VOLUME_SUFFIXES", "Described", "described", "sidecar_of", "sidecar_path"]

VOLUME_SUFFIXES: Final = (".nii.gz", ".nii", ".nrrd", ".mha")
"""How the names of files end that hold one volume each."""
_MAX_SIDECAR_BYTES: Final = 1024**2
_MAX_UID: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """What is known of a volume beside its grid; see `Series`."""

    uid: str
    modality: str | None
    date: dt.date | None
    slice_thickness_mm: float | None
    frame_of_reference: str | None


def described(path: Path) -> Described:
    """Return what the JSON file beside a volume file says.

    Without a `SeriesInstanceUID` the UID follows from the content of the
    volume file, so that the same file always has the same one.

    Raises
    ------
    ScanError
        If it says something that cannot be.
    """
    stated = sidecar_of(path)
    return Described(
        uid=_uid(path, stated, "SeriesInstanceUID") or _content_uid(path),
        modality=_modality(path, stated),
        date=_date(path, stated),
        slice_thickness_mm=_thickness(path, stated),
        frame_of_reference=_uid(path, stated, "FrameOfReferenceUID"),
    )


def sidecar_path(path: Path) -> Path:
    """Return where the JSON file of a volume file is, if there is one.

    Examples
    --------
    >>> sidecar_path(Path("mri.nii.gz")).name
    'mri.json'
    """
    stem = next(
        path.name[: -len(end)] for end in VOLUME_SUFFIXES if path.name.lower().endswith(end)
    )
    return path.with_name(stem + ".json")


def sidecar_of(path: Path) -> dict[str, Any]:
    """Return the JSON file beside a volume file, empty if there is none.

    Raises
    ------
    ScanError
        If it is no JSON object, or too large to be one of these.
    """
    sidecar = sidecar_path(path)
    if not sidecar.is_file():
        return {}
    if sidecar.stat().st_size > _MAX_SIDECAR_BYTES:
        raise ScanError(sidecar, "is too large for the description of a scan")
    with scan_boundary(sidecar, "is not JSON"):
        content = json.loads(sidecar.read_text(encoding="utf-8-sig"))
    if not isinstance(content, dict):
        raise ScanError(sidecar, "is no JSON object")
    return content


def _uid(path: Path, stated: dict[str, Any], name: str) -> str | None:
    """Return a UID of the JSON file.

    Raises
    ------
    ScanError
        If it is none.
    """
    value = stated.get(name)
    if value is None:
        return None
    if (
        not isinstance(value, str)
        or not re.fullmatch(r"[0-9]+(\.[0-9]+)*", value)
        or len(value) > _MAX_UID
    ):
        raise ScanError(path, f"its JSON file states a {name} that is no UID")
    return value


def _content_uid(path: Path) -> str:
    """Return a UID that follows from the bytes of a file (DICOM PS3.5, B.2)."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").digest()
    return f"2.25.{int.from_bytes(digest[:16], 'big')}"


def _modality(path: Path, stated: dict[str, Any]) -> str | None:
    """Return the modality of the JSON file.

    Raises
    ------
    ScanError
        If it is no DICOM code.
    """
    value = stated.get("Modality")
    if value is not None and not (isinstance(value, str) and known_modality(value)):
        raise ScanError(path, "its JSON file states a Modality that is no DICOM code, such as MR")
    return value


def _date(path: Path, stated: dict[str, Any]) -> dt.date | None:
    """Return the date of the JSON file.

    Raises
    ------
    ScanError
        If it is none.
    """
    value = stated.get("AcquisitionDate")
    if value is None:
        return None
    try:
        return dt.date.fromisoformat(value)
    except (TypeError, ValueError):
        message = "its JSON file states an AcquisitionDate that is no date, such as 2011-03-04"
        raise ScanError(path, message) from None


def _thickness(path: Path, stated: dict[str, Any]) -> float | None:
    """Return the slice thickness of the JSON file in mm.

    Raises
    ------
    ScanError
        If it is no length above zero.
    """
    value = stated.get("SliceThickness")
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < math.inf:
        raise ScanError(path, "its JSON file states a SliceThickness that is no length above zero")
    return float(value)
