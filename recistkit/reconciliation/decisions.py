"""The adjudicator's decisions: whether each can be followed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from recistkit.errors import Fault, TableError
from recistkit.reconciliation.options import NEITHER

__all__ = ["check_decisions", "unused_decisions"]

_EXPECTED = {
    "subject": "the subject's id",
    "accepted_reader": "the reader whose read is accepted",
    "adjudicator": "who decided",
    "decided_on": "the date of the decision",
    "reason": "why this read was accepted",
}


def check_decisions(
    decisions: pl.DataFrame,
    values: pl.DataFrame,
    readers: Sequence[str],
    source: str,
) -> None:
    """Raise if a decision cannot be followed.

    Parameters
    ----------
    decisions : polars.DataFrame
        Decisions table, typed, with the file's ``row``.
    values : polars.DataFrame
        As `recistkit.reconciliation.pairs.paired_values` returns it.
    readers : sequence of str
        The two readers.
    source : str
        Name of the file, for the error.

    Raises
    ------
    TableError
        With every fault of the table.
    """
    state = values.group_by("subject").agg(pl.col("has_1", "has_2", "differs").any())
    subjects = {row["subject"]: row for row in state.iter_rows(named=True)}
    faults: list[Fault] = []
    first_rows: dict[str, int] = {}
    for row in decisions.sort("row").iter_rows(named=True):
        faults += _missing(row)
        faults += _wrong_subject(row, subjects, readers, first_rows)
        faults += _wrong_people(row, subjects, readers)
    if faults:
        raise TableError(source, faults)


def unused_decisions(
    decisions: pl.DataFrame, values: pl.DataFrame, variables: Sequence[str], source: str
) -> tuple[str, ...]:
    """Return a sentence for each decision on a subject whose two reads agree.

    Agreement settles which read is accepted, so such a decision is not used.
    It is no fault: a case that was decided under one rule set may agree under
    another.
    """
    agreed = values.group_by("subject").agg(~pl.col("differs").any()).filter("differs")["subject"]
    settled = set(agreed)
    return tuple(
        f"{source}: row {row['row']}: the readers agree on {row['subject']!r} "
        f"({', '.join(variables)}); this decision is not used"
        for row in decisions.sort("row").iter_rows(named=True)
        if row["subject"] in settled
    )


def _missing(row: Mapping[str, Any]) -> list[Fault]:
    """Return a fault for each empty cell; a text of spaces is empty."""
    return [
        Fault(row["row"], column, f"is empty; expected {expected}")
        for column, expected in _EXPECTED.items()
        if row[column] is None or not str(row[column]).strip()
    ]


def _wrong_subject(
    row: Mapping[str, Any],
    subjects: Mapping[str, Mapping[str, Any]],
    readers: Sequence[str],
    first_rows: dict[str, int],
) -> list[Fault]:
    """Return what speaks against a decision on this subject; notes it in `first_rows`."""
    subject = row["subject"]
    if subject is None or not subject.strip():
        return []
    if subject not in subjects:
        message = f"{subject!r} has no read by {readers[0]} or {readers[1]}"
        return [Fault(row["row"], "subject", message)]
    if first_rows.setdefault(subject, row["row"]) != row["row"]:
        message = f"a second decision on {subject!r}; the first is in row {first_rows[subject]}"
        return [Fault(row["row"], "subject", message)]
    return []


def _wrong_people(
    row: Mapping[str, Any],
    subjects: Mapping[str, Mapping[str, Any]],
    readers: Sequence[str],
) -> list[Fault]:
    """Return what speaks against the reader accepted and the one who decided."""
    faults = []
    accepted, adjudicator = row["accepted_reader"] or "", row["adjudicator"] or ""
    if accepted.strip() and accepted not in (*readers, NEITHER):
        message = f"{accepted!r} stands there; expected {readers[0]}, {readers[1]} or {NEITHER}"
        faults.append(Fault(row["row"], "accepted_reader", message))
    has = subjects.get(row["subject"])
    if has and accepted in readers and not has[f"has_{readers.index(accepted) + 1}"]:
        message = f"{accepted} has no read of {row['subject']!r}"
        faults.append(Fault(row["row"], "accepted_reader", message))
    if adjudicator.strip().casefold() in {reader.strip().casefold() for reader in readers}:
        message = f"{adjudicator!r} is one of the two readers; expected someone else"
        faults.append(Fault(row["row"], "adjudicator", message))
    return faults
