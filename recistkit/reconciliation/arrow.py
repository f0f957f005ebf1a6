"""The arrow: two readers' results and an adjudicator's decisions in, accepted results out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from recistkit.reconciliation.adjudication import adjudication
from recistkit.reconciliation.agreement import agreement
from recistkit.reconciliation.cause import causes
from recistkit.reconciliation.decisions import check_decisions, unused_decisions
from recistkit.reconciliation.differences import differences
from recistkit.reconciliation.matching import match_lesions
from recistkit.reconciliation.options import NEITHER, check_options
from recistkit.reconciliation.pairs import paired_values
from recistkit.reconciliation.side_by_side import side_by_side
from recistkit.reconciliation.size_agreement import size_agreement
from recistkit.reconciliation.sizes import matched_lesions
from recistkit.terms import DEFAULT_COMPARED

__all__ = ["RECONCILED_COLUMNS", "Reconciliation", "reconcile"]

RECONCILED_COLUMNS: Final = (
    "subject",
    "compartment",
    "variable",
    "reader_1",
    "value_1",
    "reader_2",
    "value_2",
    "status",
    "accepted_reader",
    "accepted_value",
    "cause",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """What two reads of each subject come to.

    Attributes
    ----------
    reconciled : polars.DataFrame
        One row per subject, compartment and compared variable.
    differences : polars.DataFrame
        What each disagreement comes from, with the lesions named, as
        `recistkit.reconciliation.differences.differences` returns it.
    agreement : polars.DataFrame
        As `recistkit.reconciliation.agreement.agreement` returns it.
    size_agreement : polars.DataFrame
        As `recistkit.reconciliation.size_agreement.size_agreement` returns it.
    adjudication : polars.DataFrame
        As `recistkit.reconciliation.adjudication.adjudication` returns it.
    matched_lesions : polars.DataFrame
        As `recistkit.reconciliation.sizes.matched_lesions` returns them; no
        rows without the reads.
    accepted_responses, accepted_best : polars.DataFrame
        The rows of each subject's accepted read; none of a subject whose
        read is still to be accepted.
    warnings : tuple of str
        Decisions that were not needed.
    """

    reconciled: pl.DataFrame
    differences: pl.DataFrame
    agreement: pl.DataFrame
    size_agreement: pl.DataFrame
    adjudication: pl.DataFrame
    matched_lesions: pl.DataFrame
    accepted_responses: pl.DataFrame
    accepted_best: pl.DataFrame
    warnings: tuple[str, ...]


def reconcile(
    best: pl.DataFrame,
    responses: pl.DataFrame,
    *,
    readers: Sequence[str],
    decisions: pl.DataFrame | None = None,
    reads: pl.DataFrame | None = None,
    compare: Sequence[str] = DEFAULT_COMPARED,
    when_agreed: str | None = None,
    decisions_source: str = "<frame>",
) -> Reconciliation:
    """Compare two reads of each subject and say which is accepted.

    A subject's reads agree if every compared variable has the same value in
    every compartment; then the read of the first named reader is accepted, or
    of `when_agreed`. Otherwise a decision accepts one reader's whole read,
    for all compartments: never an average and never a mixture. Without one,
    or with the decision ``neither``, no read is accepted and what differs is
    ``adjudication-needed``. A subject whom only one of the two has read needs
    adjudication too.

    Parameters
    ----------
    best, responses : polars.DataFrame
        Best and responses tables; other readers than the two are not used.
    readers : sequence of str
        The two readers; the first is the one accepted when both agree.
    decisions : polars.DataFrame or None
        ``subject, accepted_reader, adjudicator, decided_on, reason, row``.
    reads : polars.DataFrame or None
        Reads table, by which lesions are matched, and selection and
        measurement told apart as causes; without it such a cause is
        ``undetermined``.
    compare : sequence of str
        Columns of the best table.
    when_agreed : str or None
        The other reader's name, if that read is to be accepted on agreement.
    decisions_source : str
        Name of the decisions' file, for the error.

    Raises
    ------
    OptionError
        If readers or variables are not what they can be.
    TableError
        If decisions cannot be followed; all of them are named.
    """
    check_options(readers, compare, when_agreed, set(best["reader"].drop_nulls()))
    values = paired_values(best, readers, compare)
    warnings: tuple[str, ...] = ()
    if decisions is None:
        decided = pl.DataFrame(schema={"subject": pl.String, "accepted_reader": pl.String})
    else:
        check_decisions(decisions, values, readers, decisions_source)
        warnings = unused_decisions(decisions, values, compare, decisions_source)
        decided = decisions.select("subject", "accepted_reader")
    accepted = _accepted_readers(values, decided, when_agreed or readers[0])
    differing = values.filter("differs")
    matching = None if reads is None else match_lesions(reads, readers)
    lesions = None if matching is None else side_by_side(matching)
    cause = causes(differing, responses, readers, matching, lesions)
    matched = matched_lesions(matching, lesions, readers)
    return Reconciliation(
        reconciled=_reconciled(values, accepted, cause, readers),
        differences=differences(differing, cause, responses, readers, lesions),
        agreement=agreement(values, responses, readers),
        size_agreement=size_agreement(responses, matched, readers),
        adjudication=adjudication(values, decided, readers),
        matched_lesions=matched,
        accepted_responses=_rows_of(responses, accepted),
        accepted_best=_rows_of(best, accepted),
        warnings=warnings,
    )


def _accepted_readers(
    values: pl.DataFrame, decided: pl.DataFrame, when_agreed: str
) -> pl.DataFrame:
    """Return ``subject, accepted_reader``, one row per subject; null where none is accepted."""
    chosen = pl.when(pl.col("accepted_reader") != NEITHER).then("accepted_reader")
    agreed = pl.when(~pl.col("differs")).then(pl.lit(when_agreed))
    return (
        values.group_by("subject", maintain_order=True)
        .agg(pl.col("differs").any())
        .join(decided, on="subject", how="left", maintain_order="left")
        .select("subject", accepted_reader=pl.coalesce(agreed, chosen))
    )


def _reconciled(
    values: pl.DataFrame, accepted: pl.DataFrame, cause: pl.DataFrame, readers: Sequence[str]
) -> pl.DataFrame:
    """Return the reconciled table."""
    settled = pl.col("accepted_reader").is_not_null()
    status = (
        pl.when(~pl.col("differs"))
        .then(pl.lit("agreed"))
        .when(settled)
        .then(pl.lit("adjudicated"))
        .otherwise(pl.lit("adjudication-needed"))
    )
    value = pl.when(pl.col("accepted_reader") == readers[0]).then("value_1")
    row = ["subject", "compartment", "variable"]
    return (
        values.join(accepted, on="subject", how="left", maintain_order="left")
        .join(cause.drop("timepoint"), on=row, how="left", maintain_order="left")
        .with_columns(
            reader_1=pl.lit(readers[0]),
            reader_2=pl.lit(readers[1]),
            status=status,
            accepted_value=pl.when(settled).then(value.otherwise("value_2")),
        )
        .select(RECONCILED_COLUMNS)
    )


def _rows_of(table: pl.DataFrame, accepted: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of the accepted reads, in the order of the table."""
    keys = accepted.rename({"accepted_reader": "reader"}).drop_nulls()
    return table.join(keys, on=["subject", "reader"], how="semi", maintain_order="left")
