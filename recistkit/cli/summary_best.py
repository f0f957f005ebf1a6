"""Best responses of two readers, what is accepted, what differed and who settled it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from recistkit.cli.display import date_text
from recistkit.cli.summary_tables import plain_table

if TYPE_CHECKING:
    import polars as pl
    from rich.table import Table

    from recistkit.study.reconcile import StudyReconciliation

__all__ = ["best_table", "decision_lines", "difference_lines"]


def best_table(result: StudyReconciliation, subject: str, readers: Sequence[str]) -> Table:
    """Return a line per compartment: each reader's best response and the accepted one."""
    best = result.classification.best.filter(subject=subject)
    accepted = result.accepted_best.filter(subject=subject)
    headers = ["", *(f"{reader}: best / confirmed / PD on" for reader in readers), "accepted"]
    lines = []
    for compartment in best["compartment"].unique(maintain_order=True):
        rows = best.filter(compartment=compartment)
        cells = [_best_text(rows.filter(reader=reader)) for reader in readers]
        taken = accepted.filter(compartment=compartment)
        cells.append(_accepted_text(taken))
        title = "whole patient" if compartment == "overall" else compartment
        lines.append([title, *cells])
    return plain_table(headers, lines)


def difference_lines(result: StudyReconciliation, subject: str) -> Iterator[str]:
    """Yield what the readers differed in, with its cause."""
    rows = result.reconciled.filter(subject=subject)
    open_rows = rows.filter(status="adjudication-needed")
    for row in rows.iter_rows(named=True):
        if row["status"] == "agreed":
            continue
        values = " and ".join(
            f"{row[f'reader_{number}']} {row[f'value_{number}'] or 'none'}" for number in (1, 2)
        )
        variable = row["variable"].replace("_", " ")
        yield f"{row['compartment']}, {variable}: {values} (cause: {row['cause']})"
    if open_rows.height:
        yield "adjudication needed: no read of this subject is accepted yet"


def decision_lines(decisions: pl.DataFrame, subject: str) -> Iterator[str]:
    """Yield what the adjudicator decided on a subject, and why."""
    for row in decisions.filter(subject=subject).iter_rows(named=True):
        yield (
            f"adjudicated by {row['adjudicator']} on {row['decided_on']}: "
            f"reader {row['accepted_reader']} accepted"
        )
        yield f"because: {row['reason']}"


def _best_text(rows: pl.DataFrame) -> str:
    """Return best response with its date, the confirmed one, and the date of progression."""
    if not rows.height:
        return "not read"
    row = rows.row(0, named=True)
    best = _dated(row, "best_response", "response_date")
    confirmed = _dated(row, "best_response_confirmed", "confirmed_on")
    return f"{best} / {confirmed} / {date_text(row['progression_date']) or 'no PD'}"


def _dated(row: dict[str, Any], word: str, day: str) -> str:
    return f"{row[word]} {date_text(row[day])}".strip()


def _accepted_text(rows: pl.DataFrame) -> str:
    """Return whose read is accepted, with its best and confirmed best response."""
    if not rows.height:
        return "open"
    row = rows.row(0, named=True)
    return f"{row['reader']}: {row['best_response']} / {row['best_response_confirmed']}"
