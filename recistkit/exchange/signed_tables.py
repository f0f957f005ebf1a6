"""The tables of signed documents straight from their text, for a study of thousands of them.

A document was checked as a whole when it was signed or imported, and a hash
binds its text to that. Its values are checked again where the tables are taken
in, as those of any table are; `reads_table` gives the same of whole documents.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

import polars as pl

from recistkit.exchange.read_document import parse_read_document
from recistkit.exchange.read_tables import READS_COLUMNS, VISITS_COLUMNS
from recistkit.exchange.sources import RawTable

__all__ = ["tables_of_texts"]

_OF_LESION: Final = ("role", "compartment", "organ", "nodal", "kind")
_OF_IMAGE: Final = (
    "series",
    "slice",
    "frame_of_reference",
    "modality",
    "slice_thickness_mm",
    "plane",
    "contrast",
)
_NUMBERS: Final = ("slice", "slice_thickness_mm")
"""What a document may hold as a number; all else is text already."""
_TRUTH: Final = ("baseline", "nodal")
_PLACE: Final = ("x_mm", "y_mm", "z_mm")
_NOTHING: Final[Mapping[str, Any]] = {}
_NOWHERE: Final = (None, None, None)
_UNEXPECTED: Final = (LookupError, TypeError, ValueError, AttributeError)
"""What comes of a text that is no signed document."""

Part = Mapping[str, Any]


def tables_of_texts(
    texts: Iterable[str],
    name: str,
    *,
    check_names: Callable[[Sequence[tuple[str, str]]], None] | None = None,
) -> tuple[RawTable, RawTable]:
    """Return the reads and visits tables of signed documents.

    Parameters
    ----------
    texts : iterable of str
        Each exactly as it was signed.
    name : str
        What they are called in messages.
    check_names : callable, optional
        Is given subject and reader of each, in their order, and raises where they are wrong.

    Raises
    ------
    DocumentError
        If one is no read document.
    """
    documents = [_document(text, name) for text in texts]
    if check_names is not None:
        check_names([(one["subject"], one["reader"]) for one in documents])
    documents.sort(key=lambda one: (one["subject"], one["reader"]))
    reads, visits = _reads(documents), _visits(documents)
    return RawTable(name, reads, 1), RawTable(name, visits, 1)


def _document(text: str, name: str) -> dict[str, Any]:
    """Return a document with its visits and lesions in reach of each mark.

    Raises
    ------
    DocumentError
        If it is none: what is wrong is said by who parses it as a whole.
    """
    try:
        document: dict[str, Any] = json.loads(text)
        lesions = {one["id"]: one for one in document["lesions"]}
        visits = {one["label"]: one for one in document["timepoints"]}
        for mark in document["marks"]:
            mark["place"] = _place_mm(mark)
            mark["lesion_said"] = lesions[mark["lesion"]]
            mark["visit_said"] = visits[mark["timepoint"]]
        _ = document["subject"] + document["reader"] + ""  # both are text
    except _UNEXPECTED:
        parse_read_document(text.encode("utf-8"), name)
        raise
    return document


def _place_mm(mark: Part) -> Sequence[float | None]:
    """Return where a lesion is: the middle of its ruler, else as stated; see `Mark.place_mm`."""
    ruler = mark.get("longest") or mark.get("short")
    if ruler is None:
        place: Sequence[float] | None = mark.get("position_mm")
        return place or _NOWHERE
    return [
        (one + other) / 2 for one, other in zip(ruler["start_mm"], ruler["end_mm"], strict=True)
    ]


def _reads(documents: Sequence[Part]) -> pl.DataFrame:
    """Return the reads table, column by column."""
    marks = [mark for one in documents for mark in one["marks"]]
    images = [mark.get("image") or _NOTHING for mark in marks]
    lesions = [mark["lesion_said"] for mark in marks]
    sources: dict[str, list[Part]] = dict.fromkeys(READS_COLUMNS, marks)
    sources |= dict.fromkeys(_OF_LESION, lesions)
    sources |= dict.fromkeys(_OF_IMAGE, images)
    sources["baseline"] = [mark["visit_said"] for mark in marks]
    columns = {name: [one.get(name) for one in source] for name, source in sources.items()}
    for name in _NUMBERS:
        columns[name] = [None if one is None else str(one) for one in columns[name]]
    for axis, name in enumerate(_PLACE):
        columns[name] = [_millimetres(mark["place"][axis]) for mark in marks]
    for name in ("subject", "reader"):
        columns[name] = [one[name] for one in documents for _ in one["marks"]]
    return _frame(columns)


def _visits(documents: Sequence[Part]) -> pl.DataFrame:
    """Return the visits table, column by column."""
    visits = [visit for one in documents for visit in one["timepoints"]]
    columns = {name: [one.get(name) for one in visits] for name in VISITS_COLUMNS}
    columns["timepoint"] = [one["label"] for one in visits]
    for name in ("subject", "reader"):
        columns[name] = [one[name] for one in documents for _ in one["timepoints"]]
    return _frame(columns)


def _frame(columns: Mapping[str, list[Any]]) -> pl.DataFrame:
    """Return columns as a frame of text and true or false."""
    schema = {name: pl.Boolean() if name in _TRUTH else pl.String() for name in columns}
    return pl.DataFrame(columns, schema=schema)


def _millimetres(value: float | None) -> str | None:
    """Return a coordinate to 0.001 mm, as text."""
    return None if value is None else f"{round(value, 3) + 0.0:.3f}"
