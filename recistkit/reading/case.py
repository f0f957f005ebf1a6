"""Case: one subject for one reader, by the headers of its scans and what was read so far."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from recistkit.reading.visits import VisitFacts
from recistkit.scans import FoundSeries

__all__ = ["Case", "CaseState", "CaseVisit", "next_to_read"]

CaseState = Literal[
    "not started",
    "draft",
    "signed",
    "waiting for reads",
    "to adjudicate",
    "agreed",
    "decided",
    "re-opened",
]
"""How far a reader is with a case, the first three; how far an adjudicator is, the others."""

_TO_DO: Final = frozenset({"not started", "draft", "to adjudicate", "re-opened"})


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseVisit:
    """One visit of a subject, by the headers of its scans.

    Attributes
    ----------
    label : str
        Name of its folder.
    folder : Path
    series : tuple of FoundSeries
        Those that can be placed and loaded.
    refused : tuple of str
        What the others are called and why they were refused.
    """

    label: str
    folder: Path
    series: tuple[FoundSeries, ...]
    refused: tuple[str, ...]

    @property
    def dates(self) -> tuple[dt.date, ...]:
        """Different dates of its scans, in order."""
        return tuple(sorted(set(self._series_dates().values())))

    def facts(self) -> VisitFacts | None:
        """Return the visit as a session takes it; None if no scan has a date."""
        if not self.dates:
            return None
        return VisitFacts(
            label=self.label,
            date_first=self.dates[0],
            date_last=self.dates[-1],
            series_dates=self._series_dates(),
        )

    def _series_dates(self) -> dict[str, dt.date]:
        placed = (found.series for found in self.series)
        return {one.uid: one.date for one in placed if one is not None and one.date is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One subject for one reader.

    Attributes
    ----------
    subject : str
        Name of the folder.
    visits : tuple of CaseVisit
        In order of their scan dates; those without a date come last.
    state : str
        Of this reader, or of this adjudicator; see `CaseState`.
    signed : tuple of str
        Labels of the visits that this reader has signed, in order of `visits`.
    decision : str or None
        Of an adjudicator's case: the read that is accepted, ``A``, ``B`` or
        ``neither``, empty before; None for a reader's case.
    faults : tuple of str
        Why the case cannot be read; empty where it can.
    notes : tuple of str
        What the reader should know all the same.
    """

    subject: str
    visits: tuple[CaseVisit, ...] = ()
    state: CaseState = "not started"
    signed: tuple[str, ...] = ()
    decision: str | None = None
    faults: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def can_be_read(self) -> bool:
        """Whether it can be opened."""
        return not self.faults

    @property
    def facts(self) -> tuple[VisitFacts, ...]:
        """The visits with a date, as a session takes them."""
        return tuple(facts for visit in self.visits if (facts := visit.facts()) is not None)

    @property
    def unusable(self) -> tuple[str, ...]:
        """Labels of the visits without a scan that can be placed and has a date."""
        return tuple(visit.label for visit in self.visits if not visit.dates)


def next_to_read(cases: Sequence[Case], subject: str | None) -> Case | None:
    """Return the first case after a subject's, around the end, that can be read and is not done.

    None where there is no other one.
    """
    subjects = [case.subject for case in cases]
    start = subjects.index(subject) + 1 if subject in subjects else 0
    others = (case for case in (*cases[start:], *cases[:start]) if case.subject != subject)
    return next((case for case in others if case.can_be_read and case.state in _TO_DO), None)
