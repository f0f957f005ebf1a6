"""Small reads tables for worked cases: one subject, one visit every four weeks."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from tests.oracle.engine import assess
from tests.oracle.generate_lesions import EMPTY
from tests.oracle.tables import Row

START = date(2024, 1, 1)
DAYS = (0, 28, 56, 84, 112, 140, 168)


def day(number: int) -> date:
    return START + timedelta(days=number)


Cell = str | bool | date | None


def row(visit: int, lesion: str, state: str | None, long: str | None = None, **cells: Cell) -> Row:
    """Return a row of the reads table; the role follows from the lesion's letter."""
    role = {"T": "target", "L": "target", "X": "non-target", "N": "new"}[lesion[0]]
    return (
        EMPTY
        | {
            "subject": "S1",
            "timepoint": f"v{visit}",
            "lesion": lesion,
            "role": role,
            "date": day(DAYS[visit]),
            "nodal": lesion[0] == "L",
            "state": state,
            "longest_mm": long,
        }
        | cells
    )


def visit_row(visit: int, **cells: Cell) -> Row:
    columns = ("reader", "new_lesions", "coverage", "image_quality", "tumour_marker", "comment")
    dates = {"date_first": day(DAYS[visit]), "date_last": day(DAYS[visit])}
    return dict.fromkeys(columns) | {"subject": "S1", "timepoint": f"v{visit}"} | dates | cells


def target(visit: int, lesion: str, size: str | None) -> Row:
    """Return a target's row: a length, `-` (too small), `?` (not evaluable) or `0` (absent)."""
    if size in ("0", "-", None):
        return row(visit, lesion, "absent" if size == "0" else "too-small")
    if size == "?":
        return row(visit, lesion, "not-evaluable", reason="artefact")
    if lesion[0] == "L":
        return row(visit, lesion, "measured", size, short_mm=size)
    return row(visit, lesion, "measured", size)


def courses(*sizes: str) -> list[Row]:
    """Return targets T1, T2, ... each with its sizes over the visits, blank-separated."""
    return [
        target(visit, f"T{number}", size)
        for number, course in enumerate(sizes, 1)
        for visit, size in enumerate(course.split())
    ]


def products(*sizes: str) -> list[Row]:
    """Return targets measured as `long x short` over the visits."""
    rows = []
    for number, course in enumerate(sizes, 1):
        for visit, size in enumerate(course.split()):
            long, _, short = size.partition("x")
            rows.append(row(visit, f"T{number}", "measured", long, short_mm=short or None))
    return rows


def column(
    reads: list[Row],
    name: str,
    *,
    criteria: str = "recist-1.1",
    of: str = "overall",
    **given: Any,  # noqa: ANN401 - whatever `assess` takes
) -> list[Any]:
    """Return a column of the responses after the baseline."""
    responses, _ = assess(reads, criteria=criteria, **given)
    return [line[name] for line in responses if line["compartment"] == of][1:]


def best(reads: list[Row], *, of: str = "overall", **given: Any) -> Row:  # noqa: ANN401 - as above
    _, rows = assess(reads, criteria=given.pop("criteria", "recist-1.1"), **given)
    return next(line for line in rows if line["compartment"] == of)
