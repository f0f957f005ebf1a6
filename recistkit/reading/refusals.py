"""What document and tables would refuse of a read, said of its visits and lesions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from recistkit.exchange.read_document import read_faults
from recistkit.exchange.read_tables import reads_table, visits_table
from recistkit.reading.completeness import Missing
from recistkit.study.load import load_study

if TYPE_CHECKING:
    from recistkit.model.read import Read

__all__ = ["refusals"]

_FIELDS: Final = {
    "date": "date of the scan",
    "date_first": "first scan",
    "date_last": "last scan",
    "longest_mm": "long axis",
    "short_mm": "short axis",
    "position_mm": "position",
    "merged_into": "merged into",
    "new_lesions": "new lesions",
}
"""Names of fields for the reader; the others are words already."""


@dataclass(frozen=True, slots=True)
class _Refused:
    """One fault: of which visit and lesion, in which field."""

    timepoint: str
    lesion: str
    field: str
    message: str


def refusals(read: Read) -> tuple[Missing, ...]:
    """Return what could not be saved of a read, or what the batch commands would not take."""
    of_document = tuple(_of_document(read))
    told = {(one.timepoint, one.lesion, one.field) for one in of_document}
    of_tables = [
        one for one in _of_tables(read) if (one.timepoint, one.lesion, one.field) not in told
    ]
    return tuple(dict.fromkeys(_missing(one) for one in (*of_document, *of_tables)))


def _of_document(read: Read) -> Iterator[_Refused]:
    """Yield the faults of the document, whose places are dotted paths such as marks.0.date."""
    for fault in read_faults(read):
        kind, _, rest = fault.column.partition(".")
        number, _, name = rest.partition(".")
        if number.isdecimal():
            yield _Refused(*_place(read, kind, int(number)), name, fault.message)
        else:
            yield _Refused("", "", fault.column, fault.message)


def _of_tables(read: Read) -> Iterator[_Refused]:
    """Yield the faults of the tables, whose rows are the marks and the timepoints in order."""
    tables = load_study(reads_table([read]), visits=visits_table([read])).tables
    for kind, table in (("marks", tables.reads), ("timepoints", tables.visits)):
        for fault in () if table is None else table.faults:
            place = _place(read, kind, fault.row - 1) if fault.row else ("", "")
            yield _Refused(*place, fault.column, fault.message)


def _place(read: Read, kind: str, number: int) -> tuple[str, str]:
    """Return visit and lesion of a part of the document; empty where it has none."""
    if kind == "marks":
        mark = read.marks[number]
        return mark.timepoint, mark.lesion
    if kind == "timepoints":
        return read.timepoints[number].label, ""
    return "", read.lesions[number].id


def _missing(refused: _Refused) -> Missing:
    """Return a fault in the form of what a visit lacks, in words of the reader."""
    message = refused.message
    for name in filter(lambda one: "_" in one, _FIELDS):
        message = message.replace(name, _FIELDS[name])
    words = _FIELDS.get(refused.field, refused.field)
    said = f"{words}: {message}" if words else message
    return Missing(refused.timepoint, refused.lesion, "table", said)
