"""Best responses of two readers, what is accepted, what differed and who settled it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from recistkit.cli.summary_tables import plain_table
from recistkit.study.display import date_text
from recistkit.terms import OVERALL

if TYPE_CHECKING:
    from rich.table import Table

    from recistkit.study.reconcile import StudyReconciliation

__all__ = ["best_table", "compartment_title", "decision_lines", "difference_lines"]


HEADERS: Final = (
    "compartment",
    "reader",
    "best",
    "since",
    "confirmed",
    "on",
    "progression",
    "last scan",
    "read",
)


def best_table(result: StudyReconciliation, subject: str) -> Table:
    """Return a line per compartment and reader: best response, confirmed one, progression."""
    best = result.classification.best.filter(subject=subject)
    accepted = result.accepted_best.filter(subject=subject)["reader"].unique().to_list()
    lines = []
    for compartment in best["compartment"].unique(maintain_order=True):
        title = compartment_title(compartment)
        for row in best.filter(compartment=compartment).iter_rows(named=True):
            state = "accepted" if row["reader"] in accepted else ("" if accepted else "open")
            lines.append([title, row["reader"], *_best_cells(row), state])
            title = ""
    return plain_table(HEADERS, lines)


def compartment_title(compartment: str) -> str:
    """Return what a radiologist calls a compartment."""
    return "whole patient" if compartment == OVERALL else compartment


def difference_lines(result: StudyReconciliation, subject: str) -> Iterator[str]:
    """Yield what the readers differed in, with its cause."""
    rows = result.reconciled.filter(subject=subject)
    differing = rows.filter(pl.col("status") != "agreed")
    if not differing.height:
        yield f"both readers agree: the read of {rows['accepted_reader'][0]} is accepted"
    for row in differing.iter_rows(named=True):
        values = " and ".join(
            f"{row[f'reader_{number}']} {row[f'value_{number}'] or 'none'}" for number in (1, 2)
        )
        variable = row["variable"].replace("_", " ")
        place = compartment_title(row["compartment"])
        yield f"{place}, {variable}: {values}; cause: {row['cause']}"
    if (differing["status"] == "adjudication-needed").any():
        yield "adjudication needed: no read of this subject is accepted yet"


def decision_lines(decisions: pl.DataFrame | None, subject: str) -> Iterator[str]:
    """Yield what the adjudicator decided on a subject, and why."""
    if decisions is None:
        return
    for row in decisions.filter(subject=subject).iter_rows(named=True):
        yield (
            f"adjudicated by {row['adjudicator']} on {row['decided_on']}: "
            f"reader {row['accepted_reader']} accepted"
        )
        yield f"because: {row['reason']}"


def _best_cells(row: dict[str, Any]) -> list[str]:
    """Return best response, its date, the confirmed one, its date, progression, last scan."""
    return [
        row["best_response"],
        date_text(row["response_date"]),
        row["best_response_confirmed"],
        date_text(row["confirmed_on"]),
        date_text(row["progression_date"]) or "none",
        date_text(row["last_date"]),
    ]
