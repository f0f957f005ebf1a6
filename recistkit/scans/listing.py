"""What series are in a folder, as a table that names no patient.

One pass over the headers, and another look at one of each series and folder for
the patient, whom nothing else here knows. Where a series or a file is, is said by the number
of its folder and of the file in it (`Places`), for their names may be those of
patients; whose it is, by a keyed stand-in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl

from recistkit.errors import ScanError
from recistkit.model.series import Series
from recistkit.model.series_finding import SeriesFinding
from recistkit.scans.boundary import scan_boundary
from recistkit.scans.deidentification.pseudonyms import Pseudonyms
from recistkit.scans.dicom.header import opened_dataset, values_of
from recistkit.scans.found_series import FoundSeries
from recistkit.scans.load import find_series
from recistkit.scans.places import Places
from recistkit.scans.volume_files.by_ending import is_volume_file
from recistkit.scans.volume_files.sidecar import sidecar_of, sidecar_path

__all__ = ["NAME_COLUMNS", "SCANS_COLUMNS", "SEVERAL_PATIENTS", "Listing", "list_scans"]

SCANS_COLUMNS: Final[dict[str, Any]] = {
    "number": pl.Int64,
    "status": pl.String,
    "patient": pl.String,
    "date": pl.Date,
    "modality": pl.String,
    "plane": pl.String,
    "columns": pl.Int64,
    "rows": pl.Int64,
    "slices": pl.Int64,
    "column_spacing_mm": pl.Float64,
    "row_spacing_mm": pl.Float64,
    "slice_spacing_mm": pl.Float64,
    "slice_thickness_mm": pl.Float64,
    "files": pl.Int64,
    "folder": pl.Int64,
    "file": pl.Int64,
    "findings": pl.String,
    "message": pl.String,
}
"""The scans table."""

NAME_COLUMNS: Final[dict[str, Any]] = {"path": pl.String, "series": pl.String}
"""What it has as well where names are asked for: the first file, and the UID to load it by."""

SEVERAL_PATIENTS: Final = "several-patients"
"""The code of a series with files of more than one patient, which no study takes."""

_PATIENT_TAGS: Final = ("IssuerOfPatientID", "PatientID")
_USABLE, _REFUSED, _UNREADABLE = "usable", "refused", "unreadable"
_Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What is in a folder.

    Attributes
    ----------
    table : polars.DataFrame
        The scans table (`SCANS_COLUMNS`): one row a series, by patient and
        date, then one for each file that should be a scan and cannot be read.
        `status` is ``usable``, ``refused`` or ``unreadable``.
    other_files : int
        How many files are neither scans nor go with one.
    """

    table: pl.DataFrame
    other_files: int


def list_scans(
    folder: Path | str,
    pseudonyms: Pseudonyms,
    *,
    names: bool = False,
    left_out: Callable[[Path], bool] = lambda _: False,
    on_file: Callable[[], None] = lambda: None,
) -> Listing:
    """Return what series are in a folder (and the folders in it), by their headers.

    Parameters
    ----------
    folder : Path or str
        Of DICOM, NIfTI and other files of scans.
    pseudonyms : Pseudonyms
        What a patient is called in the table is made with their key.
    names : bool
        Add `NAME_COLUMNS`, which may name patients.
    left_out : callable
        Whether a folder is passed by.
    on_file : callable
        Called before each file is looked at; what it raises ends the search.

    Raises
    ------
    ScanError
        If there is no such folder.
    """
    source = Path(folder)
    contents = find_series(source, on_file=on_file)
    places = Places(source, left_out)
    found = [item for item in contents.series if item.paths[0] in places]
    unreadable = [error for error in contents.unreadable if error.path in places]
    rows = _by_patient([_series_row(item, places, pseudonyms) for item in found])
    rows += sorted((_file_row(error, places) for error in unreadable), key=_place)
    rows += [_closed_row(closed.where, closed.reason) for closed in places.closed]
    for number, row in enumerate(rows, start=1):
        row["number"] = number
    used = {path for item in found for path in (*item.paths, *item.duplicates)}
    used |= {error.path for error in unreadable}
    used |= {sidecar_path(path) for path in used if is_volume_file(path)}
    schema = SCANS_COLUMNS | (NAME_COLUMNS if names else {})
    return Listing(
        table=pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema),
        other_files=places.files() - sum(path in places for path in used),
    )


def _series_row(found: FoundSeries, places: Places, pseudonyms: Pseudonyms) -> _Row:
    """Return the row of a series."""
    first = min(found.paths)
    folder, file = places.numbers_of(first)
    patients = _patients(found.paths, pseudonyms)
    row: _Row = {
        "status": _USABLE if found.series else _REFUSED,
        "patient": ";".join(patients) or None,
        "modality": found.modality,
        "files": len(found.paths),
        "folder": folder,
        "file": file,
        "message": _reason(found, places),
        "path": _printable(first.relative_to(places.source).as_posix()),
        "series": found.series.uid if found.series else found.uid,
    }
    if found.series:
        row |= _grid(found.series, found.findings)
    if len(patients) > 1:
        said = f"holds files of {len(patients)} patients"
        row["findings"] = ";".join(filter(None, (row.get("findings"), SEVERAL_PATIENTS)))
        row["message"] = "; ".join(filter(None, (row["message"], said)))
    return row


def _reason(found: FoundSeries, places: Places) -> str | None:
    """Return why a series cannot be loaded, and which file it is about if it is about one."""
    if found.reason is None or found.where is None:
        return found.reason
    return f"{found.reason} ({places.of_file(found.where)})"


def _grid(series: Series, findings: Sequence[SeriesFinding]) -> _Row:
    """Return what a row has of a series that can be loaded."""
    return {
        "date": series.date,
        "plane": series.plane,
        "columns": series.columns,
        "rows": series.rows,
        "slices": series.slices,
        "column_spacing_mm": series.column_spacing_mm,
        "row_spacing_mm": series.row_spacing_mm,
        "slice_spacing_mm": series.slice_spacing_mm,
        "slice_thickness_mm": series.slice_thickness_mm,
        "findings": ";".join(finding.code for finding in findings) or None,
        "message": "; ".join(finding.message for finding in findings) or None,
    }


def _file_row(error: ScanError, places: Places) -> _Row:
    """Return the row of a file that cannot be read."""
    folder, file = places.numbers_of(error.path)
    path = _printable(error.path.relative_to(places.source).as_posix())
    row = _closed_row("", error.reason)
    return row | {"files": 1, "folder": folder, "file": file, "path": path}


def _closed_row(where: str, reason: str) -> _Row:
    """Return the row of what cannot be opened or read."""
    return {"status": _UNREADABLE, "message": f"{where}: {reason}" if where else reason}


def _by_patient(rows: Iterable[_Row]) -> list[_Row]:
    """Return rows by patient (in the order of their places), date and place."""
    placed = sorted(rows, key=_place)
    first: dict[str, tuple[int, int]] = {}
    for row in placed:
        first.setdefault(row["patient"], _place(row))

    def group(row: _Row) -> tuple[object, ...]:
        if row["patient"] is None:
            return (*_place(row), "")
        return (*first[row["patient"]], str(row.get("date") or "no date"))

    return sorted(placed, key=group)


def _place(row: _Row) -> tuple[int, int]:
    """Return the numbers of folder and file."""
    return row["folder"], row["file"]


def _patients(paths: Sequence[Path], pseudonyms: Pseudonyms) -> list[str]:
    """Return what stands for the patients of a series, by the first file in each of its folders."""
    firsts = {path.parent: path for path in sorted(paths, reverse=True)}
    found = {_patient(path, pseudonyms) for path in firsts.values()}
    return sorted(patient for patient in found if patient)


def _patient(path: Path, pseudonyms: Pseudonyms) -> str | None:
    """Return what stands for the patient of a file; None where it states no patient id."""
    try:
        with scan_boundary(path, "its header cannot be understood"):
            if is_volume_file(path):
                stated = sidecar_of(path)
                words = [stated.get(name) for name in _PATIENT_TAGS]
            else:
                dataset = opened_dataset(path, header_only=True, tags=_PATIENT_TAGS)
                words = [next(iter(values_of(dataset, name)), None) for name in _PATIENT_TAGS]
    except ScanError:
        return None
    issuer, identifier = (str(word or "").strip("\0 ") for word in words)
    return pseudonyms.token("patient", f"{issuer}\0{identifier}") if identifier else None


def _printable(text: str) -> str:
    """Return the name of a file without letters that a terminal obeys or that are none."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text)
