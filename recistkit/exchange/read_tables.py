"""Read documents as the reads and visits tables, and back.

Every column is text or true/false: lengths and dates keep the digits that the
document has, and the same door takes them in as takes in a CSV file.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from recistkit.errors import DocumentError, Fault, TableError
from recistkit.exchange.read_document import parse_read_document
from recistkit.model.mark import ImagePlace, Mark
from recistkit.model.read import SCHEMA_VERSION, CriteriaReference, Read, Timepoint

if TYPE_CHECKING:
    import polars as pl

__all__ = ["READS_COLUMNS", "VISITS_COLUMNS", "reads_from_tables", "reads_table", "visits_table"]

READS_COLUMNS: Final = (
    "subject",
    "reader",
    "timepoint",
    "baseline",
    "date",
    "lesion",
    "role",
    "compartment",
    "organ",
    "nodal",
    "longest_mm",
    "short_mm",
    "state",
    "fragment",
    "merged_into",
    "certainty",
    "kind",
    "reason",
    "series",
    "slice",
    "frame_of_reference",
    "x_mm",
    "y_mm",
    "z_mm",
    "modality",
    "slice_thickness_mm",
    "plane",
    "contrast",
)
VISITS_COLUMNS: Final = (
    "subject",
    "reader",
    "timepoint",
    "date_first",
    "date_last",
    "new_lesions",
    "coverage",
    "image_quality",
    "tumour_marker",
    "comment",
)
_TRUTH: Final = frozenset({"baseline", "nodal"})
_PLACE_COLUMNS: Final = ("x_mm", "y_mm", "z_mm")
_IMAGE_COLUMNS: Final = (
    "series",
    "slice",
    "frame_of_reference",
    "modality",
    "slice_thickness_mm",
    "plane",
    "contrast",
)
_LESION_COLUMNS: Final = ("role", "compartment", "organ", "nodal", "kind")
_MARK_COLUMNS: Final = (
    "timepoint",
    "date",
    "lesion",
    "longest_mm",
    "short_mm",
    "state",
    "fragment",
    "merged_into",
    "certainty",
    "reason",
)
_NO_IMAGE: Final = ImagePlace()

Row = dict[str, Any]


def reads_table(reads: Iterable[Read]) -> pl.DataFrame:
    """Return the reads table of read documents.

    Parameters
    ----------
    reads : iterable of Read
        In any order.

    Returns
    -------
    polars.DataFrame
        One row per mark, in order of subject and reader, else as they stand in
        the document. `baseline` and `nodal` are Boolean, all others text; no
        value is null.
    """
    rows = [_mark_row(read, mark) for read in _ordered(reads) for mark in read.marks]
    return _frame(rows, READS_COLUMNS)


def visits_table(reads: Iterable[Read]) -> pl.DataFrame:
    """Return the visits table of read documents: one row per timepoint, as `reads_table`."""
    rows = [_visit_row(read, item) for read in _ordered(reads) for item in read.timepoints]
    return _frame(rows, VISITS_COLUMNS)


def reads_from_tables(
    reads: pl.DataFrame,
    visits: pl.DataFrame,
    *,
    study: str,
    criteria: CriteriaReference,
    resolution_mm: Decimal = Decimal("0.1"),
) -> list[Read]:
    """Return the draft documents of tables of the form that `reads_table` and `visits_table` give.

    Parameters
    ----------
    reads, visits : polars.DataFrame
        Every timepoint of `reads` has its row in `visits`.
    study : str
        The study's own word for itself.
    criteria : CriteriaReference
        The criteria in force while reading.
    resolution_mm : Decimal
        To what later rulers are rounded.

    Returns
    -------
    list of Read
        In order of subject and reader; without rulers, of which the tables
        know the middle and the committed length only.

    Raises
    ------
    TableError
        If a column is missing.
    DocumentError
        If the rows do not make documents without faults; all are named.
    """
    _require(reads, READS_COLUMNS, "reads table")
    _require(visits, VISITS_COLUMNS, "visits table")
    marks, timepoints = _grouped(reads), _grouped(visits)
    head: Row = {"schema_version": SCHEMA_VERSION, "study": study, "state": "draft"}
    head |= {"criteria": criteria.model_dump(mode="json"), "resolution_mm": str(resolution_mm)}
    documents: list[Read] = []
    faults: list[Fault] = []
    for key in sorted({*marks, *timepoints}):
        source = f"subject {key[0]!r}, reader {key[1]!r}"
        rows = marks.get(key, [])
        found = [Fault(0, source, message) for message in _changes(rows)]
        try:
            body = _body(key, rows, timepoints.get(key, []))
            documents.append(parse_read_document(json.dumps(head | body).encode(), source))
        except DocumentError as error:
            found += [
                Fault(0, f"{source}, {fault.column}", fault.message) for fault in error.faults
            ]
        faults += found
    if faults:
        raise DocumentError("reads and visits tables", faults)
    return documents


def _ordered(reads: Iterable[Read]) -> list[Read]:
    """Return reads in order of subject and reader."""
    return sorted(reads, key=lambda read: (read.subject, read.reader))


def _frame(rows: Sequence[Row], columns: Sequence[str]) -> pl.DataFrame:
    """Return rows as a frame with these columns, also when there are no rows."""
    import polars as pl

    schema = {name: pl.Boolean if name in _TRUTH else pl.String for name in columns}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _text(value: object) -> str | None:
    """Return a value as a cell: None where nothing is said."""
    return None if value is None else str(value)


def _mark_row(read: Read, mark: Mark) -> Row:
    """Return the row of the reads table that a mark is."""
    lesion = next(item for item in read.lesions if item.id == mark.lesion)
    visit = next(item for item in read.timepoints if item.label == mark.timepoint)
    image = mark.image or _NO_IMAGE
    cells = {name: getattr(mark, name) for name in _MARK_COLUMNS}
    cells |= {name: getattr(image, name) for name in _IMAGE_COLUMNS}
    cells |= {name: getattr(lesion, name) for name in _LESION_COLUMNS if name != "nodal"}
    cells |= {"subject": read.subject, "reader": read.reader}
    cells |= dict(
        zip(_PLACE_COLUMNS, map(_millimetres, mark.place_mm() or (None, None, None)), strict=True)
    )
    return {name: _text(value) for name, value in cells.items()} | {
        "baseline": visit.baseline,
        "nodal": lesion.nodal,
    }


def _millimetres(value: float | None) -> str | None:
    """Return a coordinate to 0.001 mm, as text."""
    return None if value is None else f"{round(value, 3) + 0.0:.3f}"


def _visit_row(read: Read, item: Timepoint) -> Row:
    """Return the row of the visits table that a timepoint is."""
    cells = {name: getattr(item, name) for name in VISITS_COLUMNS[3:]}
    cells |= {"subject": read.subject, "reader": read.reader, "timepoint": item.label}
    return {name: _text(value) for name, value in cells.items()}


def _require(table: pl.DataFrame, columns: Sequence[str], source: str) -> None:
    """Refuse a table that lacks a column.

    Raises
    ------
    TableError
        Naming each column that is missing.
    """
    missing = [name for name in columns if name not in table.columns]
    if missing:
        raise TableError(source, [Fault(0, name, "the column is missing") for name in missing])


def _grouped(table: pl.DataFrame) -> dict[tuple[str, str], list[Row]]:
    """Return the rows of each subject and reader, without their empty cells."""
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in table.iter_rows(named=True):
        said = {name: value for name, value in row.items() if value is not None}
        groups.setdefault((str(row["subject"]), str(row["reader"])), []).append(said)
    return groups


def _changes(rows: Sequence[Row]) -> list[str]:
    """Return what is said of a lesion in one row and otherwise in another."""
    said: dict[tuple[str, str], object] = {}
    found: dict[str, None] = {}
    for row in rows:
        for name in _LESION_COLUMNS:
            key = (str(row.get("lesion")), name)
            if said.setdefault(key, row.get(name)) != row.get(name):
                found[f"lesion {key[0]!r}: {name} changes, which a document cannot say"] = None
    return list(found)


def _body(key: tuple[str, str], rows: Sequence[Row], visits: Sequence[Row]) -> Row:
    """Return subject, reader, timepoints, lesions and marks of a document, as JSON has them."""
    baselines = {row.get("timepoint") for row in rows if row.get("baseline")}
    lesions = {str(row.get("lesion")): row for row in reversed(rows)}
    order = dict.fromkeys(str(row.get("lesion")) for row in rows)
    return {
        "subject": key[0],
        "reader": key[1],
        "timepoints": [
            {"label": row.get("timepoint"), "baseline": row.get("timepoint") in baselines}
            | _picked(row, VISITS_COLUMNS[3:])
            for row in visits
        ],
        "lesions": [{"id": name} | _picked(lesions[name], _LESION_COLUMNS) for name in order],
        "marks": [_mark_document(row) for row in rows],
    }


def _picked(row: Row, columns: Sequence[str]) -> Row:
    """Return the cells of these columns that are not empty."""
    return {name: row[name] for name in columns if name in row}


def _mark_document(row: Row) -> Row:
    """Return a row of the reads table as a mark, as JSON has it."""
    mark = _picked(row, _MARK_COLUMNS)
    image = _picked(row, _IMAGE_COLUMNS)
    if "slice" in image:
        image["slice"] = _number(image["slice"], int)
    place = _picked(row, _PLACE_COLUMNS)
    if place:
        mark["position_mm"] = [_number(place.get(name), float) for name in _PLACE_COLUMNS]
    return mark | ({"image": image} if image else {})


def _number(cell: object, kind: Callable[[str], float]) -> object:
    """Return the number in a cell, or the cell as it is, for the document's own check to refuse."""
    try:
        return kind(str(cell))
    except ValueError:
        return cell
