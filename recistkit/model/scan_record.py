"""ScanRecord: what a study knows of one scan in it, and of no patient."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Final

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from recistkit.model.fields import DocumentPart, Name, Uid

__all__ = ["BEFORE_READER", "SCANS_FOLDER", "FolderName", "ScanRecord"]

SCANS_FOLDER: Final = "scans"
"""Where the scans are in the folder of a study."""
BEFORE_READER: Final = "_reader-"
"""What stands before the reader in the name of a document's file."""
_LONGEST: Final = 64
_NO_FOLDER_NAME: Final = re.compile(rf'[<>:"/\\|?*]|^[.~]|^__|[. ]$|{BEFORE_READER}')
_DEVICES: Final = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)


def _fit_for_folder(value: str) -> str:
    """Return a name that a folder may have on every system.

    Raises
    ------
    PydanticCustomError
        If it may not.
    """
    if len(value) > _LONGEST:
        raise PydanticCustomError("long_folder_name", f"expected at most {_LONGEST} characters")
    if _NO_FOLDER_NAME.search(value) or _DEVICES.fullmatch(value):
        message = "cannot be the name of a folder on every system"
        raise PydanticCustomError("folder_name", message)
    return value


FolderName = Annotated[Name, AfterValidator(_fit_for_folder)]
"""A name that may be that of a folder, on every system, and part of a document's file name."""

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""A SHA-256 in hexadecimal digits."""

_ScanPath = Annotated[str, StringConstraints(pattern=rf"^{SCANS_FOLDER}/[^/]+/[^/]+/[1-9][0-9]*$")]


class ScanRecord(DocumentPart):
    """One scan of a study.

    Attributes
    ----------
    subject, timepoint : str
        In the study's own words.
    series_uid : str
        The study's own UID of the series; never the one that the scan came with.
    path : str
        Its folder, below that of the study, with ``/``.
    files, bytes : int
        How many files it has, and their length altogether.
    sha256 : str
        Of the file ``SHA256SUMS`` in its folder, which holds name and hash of
        every other file of it.
    pixels_sha256 : str
        Of its stored grey values, whatever names and UIDs they come under.
    modality : str or None
        DICOM modality.
    date : datetime.date or None
        Of the acquisition: the date of a response that is seen on it.
    study_date : datetime.date or None
        Of the imaging study that it is part of: scans of one study are of one visit.
    slices : int
        How many.
    slice_thickness_mm : float or None
        As stated.
    frame_of_reference : str or None
        The study's own UID of it.
    """

    subject: FolderName
    timepoint: FolderName
    series_uid: Uid
    path: _ScanPath
    files: Annotated[int, Field(ge=1)]
    bytes: Annotated[int, Field(ge=1)]
    sha256: Sha256
    pixels_sha256: Sha256
    modality: Name | None = None
    date: dt.date | None = None
    study_date: dt.date | None = None
    slices: Annotated[int, Field(ge=1)]
    slice_thickness_mm: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    frame_of_reference: Uid | None = None
