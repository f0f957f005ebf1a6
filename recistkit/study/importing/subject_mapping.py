"""The mapping of subjects: what documents call them, and what this study calls them."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Final

from recistkit.errors import Fault, TableError

__all__ = ["load_subject_mapping"]

_COLUMNS: Final = ("subject", "study_subject")
_MAX_BYTES: Final = 16 * 1024**2


def load_subject_mapping(path: Path, known: Collection[str]) -> dict[str, str]:
    """Return the study's id of each subject of a mapping.

    Parameters
    ----------
    path : Path
        CSV in UTF-8 with the columns ``subject`` (in the documents) and ``study_subject``.
    known : collection of str
        The subjects of the study.

    Raises
    ------
    TableError
        If it has faults; all of them are named. Subjects of the documents are not
        repeated, as they may be numbers of patients.
    """
    found: dict[str, str] = {}
    faults: list[Fault] = []
    for row, cells in _rows(path):
        subject, own = cells["subject"], cells["study_subject"]
        faults += [Fault(row, name, "is missing") for name in _COLUMNS if not cells[name]]
        if own and own not in known:
            faults.append(Fault(row, "study_subject", f"the study has no subject {own}"))
        if subject and subject in found:
            faults.append(Fault(row, "subject", "stands in a row before"))
        if own and own in found.values():
            faults.append(Fault(row, "study_subject", f"{own} stands in a row before"))
        if subject:
            found.setdefault(subject, own)
    if faults:
        raise TableError(path.name, faults)
    return found


def _rows(path: Path) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Yield number and cells of each row.

    Raises
    ------
    TableError
        If the file cannot be read, or its header is another one.
    """
    lines = csv.reader(io.StringIO(_text(path), newline=""), strict=True)
    try:
        header = [name.strip() for name in next(lines, [])]
        if sorted(header) != sorted(_COLUMNS):
            raise TableError(path.name, [Fault(1, "", f"expected {' and '.join(_COLUMNS)}")])
        for cells in lines:
            if not any(cells):
                continue
            if len(cells) != len(header):
                raise TableError(path.name, [Fault(lines.line_num, "", "expected two cells")])
            yield lines.line_num, dict(zip(header, map(str.strip, cells), strict=True))
    except csv.Error:
        raise TableError(path.name, [Fault(lines.line_num, "", "cannot be read as CSV")]) from None


def _text(path: Path) -> str:
    """Return the text of the file.

    Raises
    ------
    TableError
        If there is none.
    """
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
        if len(data) <= _MAX_BYTES:
            return data.decode("utf-8-sig")
        reason = "is too large to be a mapping"
    except UnicodeDecodeError:
        reason = "is not text in UTF-8"
    except OSError as error:
        reason = f"cannot be opened: {error.strerror or type(error).__name__}"
    raise TableError(path.name, [Fault(0, "", reason)])
