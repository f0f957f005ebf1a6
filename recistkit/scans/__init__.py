"""Scans: DICOM, NIfTI, NRRD and MetaImage files as Series and as images (LPS, mm).

What cannot be placed honestly is refused with a `ScanError` that says, in a
radiologist's words, what is wrong. No other exception leaves this package,
and no message names the patient.
"""

from __future__ import annotations

from recistkit.scans.found_series import FolderContents, FoundSeries
from recistkit.scans.load import (
    MAX_VOLUME_BYTES,
    FolderScans,
    find_series,
    load_folder,
    load_found,
    load_series,
)

__all__ = [
    "MAX_VOLUME_BYTES",
    "FolderContents",
    "FolderScans",
    "FoundSeries",
    "find_series",
    "load_folder",
    "load_found",
    "load_series",
]
