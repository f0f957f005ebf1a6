"""De-identified copies of scans, hashed, on disk; in a folder that is not yet part of the study."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from recistkit.errors import ScanError
from recistkit.exchange.on_disk import settle_folder, write_to_disk
from recistkit.model.series import Series
from recistkit.scans import find_series
from recistkit.scans.deidentification.dicom import clean_slice
from recistkit.scans.deidentification.nifti import clean_nifti
from recistkit.scans.deidentification.pseudonyms import Pseudonyms
from recistkit.scans.dicom.decoding import Decoders
from recistkit.study.adding.search import FoundScan

__all__ = ["SUMS", "ScanCopy", "copied_scan"]

SUMS: Final = "SHA256SUMS"
"""Beside the files of a scan: name and hash of each, as ``sha256sum --check`` takes them."""
_TOLERANCE: Final = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanCopy:
    """What was written for one scan.

    Attributes
    ----------
    files, bytes : int
        How many, and their length altogether.
    sha256 : str
        Of the list of hashes.
    pixels_sha256 : str
        Of its stored grey values.
    """

    files: int
    bytes: int
    sha256: str
    pixels_sha256: str


def copied_scan(
    scan: FoundScan,
    subject: str,
    pseudonyms: Pseudonyms,
    folder: Path | None,
    *,
    on_file: Callable[[], None] = lambda: None,
) -> ScanCopy:
    """Write the de-identified copy of a scan, or only see whether that could be done.

    Parameters
    ----------
    scan : FoundScan
    subject : str
        Stands in the copy for the patient.
    pseudonyms : Pseudonyms
    folder : Path or None
        A new folder for the copy; with None nothing is written.
    on_file : callable
        Called after each file.

    Raises
    ------
    ScanError
        If a file cannot be decoded, or the copy is not placed as the scan was.
    OSError
        If something cannot be written.
    """
    if folder is not None:
        folder.mkdir()
    sums, size, pixels = [], 0, []
    for name, data, pixel_hash in _clean_files(scan, subject, pseudonyms):
        if folder is not None:
            write_to_disk(folder / name, data)
        sums.append(f"{hashlib.sha256(data).hexdigest()}  {name}\n")
        size += len(data)
        pixels += [pixel_hash] if pixel_hash else []
        on_file()
    listed = "".join(sums).encode("ascii")
    if folder is not None:
        write_to_disk(folder / SUMS, listed)
        settle_folder(folder)
        _require_same_place(scan, folder, pseudonyms)
    return ScanCopy(
        files=len(sums),
        bytes=size,
        sha256=hashlib.sha256(listed).hexdigest(),
        pixels_sha256=hashlib.sha256("".join(sorted(pixels)).encode()).hexdigest(),
    )


def _clean_files(
    scan: FoundScan, subject: str, pseudonyms: Pseudonyms
) -> Iterator[tuple[str, bytes, str | None]]:
    """Yield name, content and hash of the grey values of each file of the copy."""
    if scan.nifti:
        clean = clean_nifti(scan.paths[0], scan.series, pseudonyms)
        yield "volume.json", clean.sidecar, None
        yield "volume.nii.gz", clean.data, clean.pixels_sha256
        return
    with Decoders() as decoders:
        for number, path in enumerate(scan.paths, start=1):
            uid = scan.series.uid
            file = clean_slice(path, subject, pseudonyms, decoders, series_uid=uid)
            yield f"{number:04d}.dcm", file.data, file.pixels_sha256


def _require_same_place(scan: FoundScan, folder: Path, pseudonyms: Pseudonyms) -> None:
    """Refuse a copy that would not be measured like the scan.

    Raises
    ------
    ScanError
        If it has another grid, date or thickness.
    """
    found = find_series(folder).series
    former = scan.series
    reference = former.frame_of_reference
    expected = dataclasses.replace(
        former,
        uid=pseudonyms.uid(former.uid),
        date=pseudonyms.day(former.date) if former.date else None,
        frame_of_reference=pseudonyms.uid(reference) if reference else None,
    )
    if len(found) != 1 or found[0].series is None or not _alike(found[0].series, expected):
        raise ScanError(scan.paths[0], "cannot be copied without changing its geometry or date")


def _alike(one: Series, other: Series) -> bool:
    """Return whether two series are the same, numbers to within rounding."""
    for field in dataclasses.fields(Series):
        a, b = getattr(one, field.name), getattr(other, field.name)
        numbers = isinstance(a, float | tuple) and isinstance(b, float | tuple)
        if not (_near(a, b) if numbers else a == b):
            return False
    return True


def _near(one: float | tuple[float, ...], other: float | tuple[float, ...]) -> bool:
    """Return whether numbers are the same to within rounding."""
    first = one if isinstance(one, tuple) else (one,)
    second = other if isinstance(other, tuple) else (other,)
    return all(
        abs(a - b) <= _TOLERANCE * max(1.0, abs(b)) for a, b in zip(first, second, strict=True)
    )
