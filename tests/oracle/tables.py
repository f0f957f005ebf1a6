"""From rows to the visits of one read: dates, order, baseline (conventions C1-C4)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

Row = dict[str, Any]


@dataclass
class Visit:
    """One imaging visit of one read."""

    timepoint: str
    rows: list[Row] = field(default_factory=list)
    dates: list[date] = field(default_factory=list)
    statement: str | None = None
    coverage: str | None = None
    marker: str | None = None

    @property
    def first(self) -> date:
        return min(self.dates)

    @property
    def last(self) -> date:
        return max(self.dates)

    def lesion(self, name: str) -> list[Row]:
        """Return the rows of one lesion: several when it has split."""
        return [row for row in self.rows if row["lesion"] == name]


def reader_of(row: Row) -> str:
    """Return the reader's name, ``1`` where there is only one (C1)."""
    return str(row["reader"]) if row["reader"] is not None else "1"


def reads_of(reads: Iterable[Row], visits: Iterable[Row]) -> dict[tuple[str, str], list[Visit]]:
    """Return the visits of every read, keyed by subject and reader, in order of first date."""
    found: dict[tuple[str, str], dict[str, Visit]] = {}
    for row in reads:
        of_read = found.setdefault((row["subject"], reader_of(row)), {})
        visit = of_read.setdefault(row["timepoint"], Visit(row["timepoint"]))
        visit.rows.append(row)
        visit.dates.append(row["date"])
    readers: dict[str, list[str]] = {}
    for subject, reader in found:
        readers.setdefault(subject, []).append(reader)
    # C2: a visits row without a reader holds for every reader of the subject, cell by cell
    # where the reader has a row of their own: those come last and overwrite what they state.
    for row in sorted(visits, key=lambda row: row["reader"] is not None):
        named = [row["reader"]] if row["reader"] is not None else readers[row["subject"]]
        for reader in named:
            of_read = found.setdefault((row["subject"], reader), {})
            visit = of_read.setdefault(row["timepoint"], Visit(row["timepoint"]))
            visit.dates += [day for day in (row["date_first"], row["date_last"]) if day is not None]
            if row["new_lesions"] is not None:
                visit.statement = row["new_lesions"]
            if row["coverage"] is not None:
                visit.coverage = row["coverage"]
            if row["tumour_marker"] is not None:
                visit.marker = row["tumour_marker"]
    return {
        key: sorted(of_read.values(), key=lambda visit: visit.first)
        for key, of_read in sorted(found.items())
    }


def baseline_of(visits: list[Visit], reference: date | None) -> int:
    """Return which visit is the baseline (C3)."""
    for number, visit in enumerate(visits):
        if any(row["baseline"] for row in visit.rows):
            return number
    if reference is not None:
        before = [number for number, visit in enumerate(visits) if visit.last <= reference]
        if before:
            return before[-1]
    return 0


def compartments_of(reads: Iterable[Row]) -> dict[str, list[str]]:
    """Return the compartments that a subject's rows name, in the order of C4."""
    named: dict[str, set[str]] = {}
    for row in reads:
        words = named.setdefault(row["subject"], set())
        if row["compartment"] is not None:
            words.add(row["compartment"])
    return {subject: sorted(words, key=_place) for subject, words in named.items()}


def _place(compartment: str) -> tuple[int, str]:
    return ({"primary": 0, "distant": 1}.get(compartment, 2), compartment)
