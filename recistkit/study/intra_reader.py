"""How far readers agree with themselves: their re-reads beside their first reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Unpack

import polars as pl

from recistkit.reconciliation import Reconciliation, reconcile
from recistkit.study.check import reads_of
from recistkit.study.classify import Classification, classify
from recistkit.study.reread_tables import own_table
from recistkit.study.second_reads import SECOND, second_reads

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from recistkit.study.arguments import ClassifyArguments
    from recistkit.study.folder import StudyFolder

__all__ = ["INTRA_READER_TABLES", "IntraReader", "intra_reader", "intra_reader_tables"]

INTRA_READER_TABLES: Final = {
    "reread_agreement": "agreement",
    "reread_size_agreement": "size_agreement",
    "reread_matched_lesions": "matched_lesions",
    "reread_differences": "differences",
}
"""Each table, and that of two readers whose form it has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IntraReader:
    """First and second reads of one reader, compared as those of two readers.

    Attributes
    ----------
    readers : tuple of str
        The reader, and the same with ``/re-read`` for the second reads.
    classification : Classification
        The responses that they rest on, and those of other readers too.
    result : Reconciliation
        Nothing in it is accepted or adjudicated.
    """

    readers: tuple[str, str]
    classification: Classification
    result: Reconciliation


def intra_reader(
    study: StudyFolder,
    *,
    readers: Collection[str] | None = None,
    compare: Sequence[str],
    **classification: Unpack[ClassifyArguments],
) -> tuple[IntraReader, ...]:
    """Return each reader who has read subjects twice, beside themselves.

    The first read stands for the first reader and the re-read for the second
    one: everything else is as it is between two readers.

    Parameters
    ----------
    study : StudyFolder
    readers : collection of str, optional
        Only these.
    compare : sequence of str
        Columns of the best table.
    **classification
        Criteria, tables and options of `recistkit.classify`.

    Raises
    ------
    RoleError
        If this login manages nothing here.
    TableError
        If a table has faults.
    """
    twice = second_reads(study)
    names = [one for one in twice.readers if readers is None or one in readers] if twice else []
    if twice is None or not names:
        return ()
    if classification.get("subjects") is None:
        classification["subjects"] = own_table(study, "subjects")
    if classification.get("events") is None:
        classification["events"] = own_table(study, "events")
    classification["visits"] = twice.visits
    classified = classify(twice.reads, **classification)
    pairs = [(reader, reader + SECOND) for reader in names]
    return tuple(
        IntraReader(
            readers=pair,
            classification=classified,
            result=reconcile(
                classified.best,
                classified.responses,
                readers=pair,
                reads=reads_of(classified.study.tables),
                compare=compare,
            ),
        )
        for pair in pairs
    )


def intra_reader_tables(found: Sequence[IntraReader]) -> dict[str, pl.DataFrame]:
    """Return `INTRA_READER_TABLES`, with the rows of each reader; none where nobody read twice."""
    if not found:
        return {}
    return {
        name: pl.concat([getattr(one.result, source) for one in found])
        for name, source in INTRA_READER_TABLES.items()
    }
