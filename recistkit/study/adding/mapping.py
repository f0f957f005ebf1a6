"""The mapping file: which scans are of which subject and timepoint, where dates alone cannot tell.

CSV in UTF-8. Each row names scans by `folder` (relative to where the scans are,
with all folders below it) or by `patient_id` (with `issuer` and `study_date`
where these are needed), and says their `subject` and, where it is not to follow
from the dates, their `timepoint`.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Final

from pydantic import TypeAdapter, ValidationError

from recistkit.model.scan_record import FolderName
from recistkit.study.adding.problems import Problem, ScansRefusedError
from recistkit.study.adding.search import FoundScan

__all__ = ["MappingRow", "load_mapping", "matching_rows"]

_MAX_BYTES: Final = 64 * 1024**2
_COLUMNS: Final = ("folder", "patient_id", "issuer", "study_date", "subject", "timepoint")
_NAME: Final = TypeAdapter[str](FolderName)


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingRow:
    """One row.

    Attributes
    ----------
    number : int
        Line in the file; the header is line 1.
    folder, patient_id, issuer : PurePosixPath or str or None
        Which scans.
    study_date : datetime.date or None
        Only those of this date.
    subject : str
    timepoint : str or None
        None where it follows from the dates.
    """

    number: int
    folder: PurePosixPath | None = field(default=None, repr=False)
    patient_id: str | None = field(default=None, repr=False)
    issuer: str | None = field(default=None, repr=False)
    study_date: dt.date | None = field(default=None, repr=False)
    subject: str
    timepoint: str | None = None

    @property
    def where(self) -> str:
        """Which row this is, for messages."""
        return f"mapping, row {self.number}"

    def holds(self, scan: FoundScan) -> bool:
        """Return whether a scan is one of these; of a folder, with any file of it."""
        if self.folder is not None:
            return any(self.folder in folders for folders in scan.folders)
        if scan.patient is None or scan.patient.id != self.patient_id:
            return False
        dated = self.study_date in {None, scan.visit_date}
        return dated and self.issuer in {None, scan.patient.issuer}

    def holds_part(self, scan: FoundScan) -> bool:
        """Return whether a scan lies in the row's folder with some of its files only."""
        return self.folder is not None and not all(
            self.folder in folders for folders in scan.folders
        )


def load_mapping(path: Path) -> tuple[MappingRow, ...]:
    """Return the rows of a mapping file.

    Raises
    ------
    ScansRefusedError
        If it has faults; all of them are named. What stands in it is not repeated.
    """
    problems: list[Problem] = []
    rows = [row for number, cells in _lines(path) if (row := _row(number, cells, problems))]
    problems += _twice(rows)
    if not rows and not problems:
        problems.append(Problem(where="mapping", reason="has no rows"))
    if problems:
        raise ScansRefusedError(problems)
    return tuple(rows)


def matching_rows(scan: FoundScan, rows: Sequence[MappingRow]) -> list[MappingRow]:
    """Return the rows that a scan is named by; exactly one is right."""
    return [row for row in rows if row.holds(scan)]


def _lines(path: Path) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Yield number and cells of each row that is not empty.

    Raises
    ------
    ScansRefusedError
        If the file cannot be read, or its header is not that of a mapping.
    """
    reader = csv.DictReader(io.StringIO(_text(path), newline=""), restkey="", restval="")
    header = [str(name).strip() for name in reader.fieldnames or ()]
    reason = _header_fault(header)
    if reason:
        raise ScansRefusedError([Problem(where="mapping, row 1", reason=reason)])
    reader.fieldnames = header
    try:
        for cells in reader:
            number = reader.line_num
            if "" in cells:
                cells = {"": "too many"}  # noqa: PLW2901  a list of what is beyond the header
            stripped = {name: str(value).strip() for name, value in cells.items()}
            if any(stripped.values()):
                yield number, stripped
    except csv.Error:
        reason = "cannot be read as CSV"
    if reason:
        raise ScansRefusedError([Problem(where="mapping", reason=reason)])


def _text(path: Path) -> str:
    """Return the text of the file.

    Raises
    ------
    ScansRefusedError
        If it cannot be opened, or is no text.
    """
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
        if len(data) <= _MAX_BYTES:
            return data.decode("utf-8-sig")
        reason = "is too large to be one"
    except OSError as error:
        reason = f"cannot be opened ({type(error).__name__})"
    except UnicodeDecodeError:
        reason = "is not text in UTF-8"
    raise ScansRefusedError([Problem(where="mapping", reason=reason)])


def _header_fault(header: Sequence[str]) -> str | None:
    """Return what is wrong with the names of the columns."""
    if len(set(header)) < len(header) or not set(header) <= set(_COLUMNS):
        return f"expected each column once, and no others than {', '.join(_COLUMNS)}"
    if "subject" not in header or ("folder" in header) == ("patient_id" in header):
        return "expected the column subject, and either folder or patient_id"
    if "folder" in header and set(header) & {"issuer", "study_date"}:
        return "the columns issuer and study_date go with patient_id, not with folder"
    return None


def _row(number: int, cells: Mapping[str, str], problems: list[Problem]) -> MappingRow | None:
    """Return one row, or None and add what is wrong with it to the problems."""
    faults = [*_cell_faults(cells)]
    if faults:
        where = f"mapping, row {number}"
        problems += [Problem(where=where, reason=reason) for reason in faults]
        return None
    folder, date = cells.get("folder"), cells.get("study_date")
    return MappingRow(
        number=number,
        folder=PurePosixPath(folder.replace("\\", "/")) if folder else None,
        patient_id=cells.get("patient_id") or None,
        issuer=cells.get("issuer") or None,
        study_date=dt.date.fromisoformat(date) if date else None,
        subject=cells["subject"],
        timepoint=cells.get("timepoint") or None,
    )


def _cell_faults(cells: Mapping[str, str]) -> Iterator[str]:
    """Yield what is wrong with the cells of a row."""
    if "" in cells:
        yield "has more cells than the header"
        return
    if not cells.get("folder") and not cells.get("patient_id"):
        yield "names no scans"
    folder = cells.get("folder", "").replace("\\", "/")
    if folder.startswith("/") or ":" in folder or ".." in PurePosixPath(folder).parts:
        yield "expected a folder below the one that scans are added from"
    for name in ("subject", "timepoint"):
        reason = _name_fault(cells.get(name, ""), needed=name == "subject")
        if reason:
            yield f"{name}: {reason}"
    date = cells.get("study_date")
    if date:
        try:
            dt.date.fromisoformat(date)
        except ValueError:
            yield "study_date: expected an ISO date, such as 2011-03-04"


def _name_fault(name: str, *, needed: bool) -> str | None:
    """Return what is wrong with the name of a subject or timepoint."""
    if not name:
        return "is missing" if needed else None
    try:
        _NAME.validate_python(name)
    except ValidationError:
        return "cannot be the name of a folder on every system, with at most 64 characters"
    return None


def _twice(rows: Sequence[MappingRow]) -> Iterator[Problem]:
    """Yield the rows that name what another row names already."""
    first: dict[object, MappingRow] = {}
    spelling: dict[tuple[str, str], str] = {}
    for row in rows:
        key = (row.folder, row.patient_id, row.issuer, row.study_date)
        before = first.setdefault(key, row)
        if before is not row:
            yield Problem(where=row.where, reason=f"names the same scans as row {before.number}")
        for kind, name in (("subject", row.subject), (f"timepoint {row.subject}", row.timepoint)):
            if name and spelling.setdefault((kind, name.casefold()), name) != name:
                noun = kind.partition(" ")[0]
                reason = f"{noun}: is spelt with other capital letters than in a row before"
                yield Problem(where=row.where, reason=reason)
