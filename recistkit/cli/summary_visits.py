"""Sums, changes and responses of each visit, two readers side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from recistkit.cli.summary_best import compartment_title
from recistkit.cli.summary_tables import plain_table
from recistkit.study.display import date_text, limits_percent, percent_text, sum_text

if TYPE_CHECKING:
    import polars as pl
    from rich.table import Table

    from recistkit.study.classify import Classification
    from recistkit.study.reconcile import StudyReconciliation

__all__ = ["comparison_table", "visit_tables"]

Row = dict[str, Any]

UNITS: Final = {"mm2": "mm²"}
_WORTH_A_NOTE: Final = ("PD", "NE")


def visit_tables(
    classification: Classification, subject: str, readers: Sequence[str]
) -> Iterator[tuple[str, Table, list[str]]]:
    """Yield title, table and notes of each compartment of a subject, the whole patient last."""
    rows = classification.responses.filter(subject=subject)
    limits = limits_percent(classification.criteria)
    for compartment in rows["compartment"].unique(maintain_order=True):
        visits = _visits(rows.filter(compartment=compartment))
        unit = UNITS.get(classification.criteria.unit, classification.criteria.unit)
        headers = ["visit", "first scan"]
        for reader in readers:
            headers += [f"{reader}:\nsum", "from\nbaseline", "from\nnadir"]
            headers.append(f" {reader}:\n response")
        lines = [
            [label, _dates(by_reader), *_cells(by_reader, readers, limits)]
            for label, by_reader in visits.items()
        ]
        table = plain_table(headers, lines, right=(2, 3, 4, 6, 7, 8))
        yield (
            f"{compartment_title(compartment)} (sums in {unit}, changes in %)",
            table,
            list(_notes(visits, readers)),
        )


def comparison_table(
    first: StudyReconciliation, other: StudyReconciliation, readers: Sequence[str]
) -> Table:
    """Return response and change of every visit under two rule sets.

    The change is that from baseline, of a PD that from the nadir.
    """
    results = (first.classification, other.classification)
    said = [_responses(result, reader) for reader in readers for result in results]
    headers = ["subject", "compartment", "visit"]
    headers += [f"{reader}: {result.criteria.id}" for reader in readers for result in results]
    places = dict.fromkeys(place for words in said for place in words)
    lines = [[*place, *(words.get(place, "") for words in said)] for place in places]
    return plain_table(headers, lines)


def _responses(result: Classification, reader: str) -> dict[tuple[str, str, str], str]:
    """Return a reader's response and change by subject, compartment and visit."""
    limits = limits_percent(result.criteria)
    said = {}
    for row in result.responses.filter(reader=reader).iter_rows(named=True):
        if row["response"] is not None:
            since = "nadir" if row["response"] == "PD" else "baseline"
            change = percent_text(row[f"change_from_{since}_percent"], limits)
            place = (row["subject"], compartment_title(row["compartment"]), row["timepoint"])
            said[place] = f"{row['response']} {change} %" if change else row["response"]
    return said


def _visits(rows: pl.DataFrame) -> dict[str, dict[str, Row]]:
    """Return the rows of each visit by reader; visits in order of their dates."""
    visits: dict[str, dict[str, Row]] = {}
    for row in rows.sort("date_first", maintain_order=True).iter_rows(named=True):
        visits.setdefault(row["timepoint"], {})[row["reader"]] = row
    return visits


def _dates(by_reader: dict[str, Row]) -> str:
    """Return the first scan date of a visit."""
    return date_text(min(row["date_first"] for row in by_reader.values()))


def _cells(
    by_reader: dict[str, Row], readers: Sequence[str], limits: tuple[float, float]
) -> Iterator[str]:
    """Yield the cells of a visit: sum, two changes and response of each reader."""
    for reader in readers:
        row = by_reader.get(reader)
        if row is None:
            yield from ("", "", "", "")
            continue
        yield sum_text(row["sum"])
        yield percent_text(row["change_from_baseline_percent"], limits)
        yield percent_text(row["change_from_nadir_percent"], limits)
        yield f" {row['response'] or ''}"


def _notes(visits: dict[str, dict[str, Row]], readers: Sequence[str]) -> Iterator[str]:
    """Yield why a visit is PD or NE, and what is flagged; once where both readers say the same."""
    for label, by_reader in visits.items():
        said: dict[str, list[str]] = {}
        for reader in readers:
            note = _note(by_reader[reader]) if reader in by_reader else ""
            if note:
                said.setdefault(note, []).append(reader)
        for note, who in said.items():
            yield f"{label}, {' and '.join(who)}: {note}"


def _note(row: Row) -> str:
    """Return the reason of a PD or NE, and the flags."""
    if row["response"] is None:
        return ""
    reason = row["reason"] if row["response"] in _WORTH_A_NOTE else ""
    flags = (row["flags"] or "").replace(";", ", ")
    if not reason and not flags:
        return ""
    said = ", ".join(part for part in (row["response"], reason) if part)
    return f"{said} [{flags}]" if flags else said
