"""Whether the two reads of a subject differ in what the charter sends to an adjudicator."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Final

import polars as pl

from recistkit.exchange.sources import open_table, tables_of_documents
from recistkit.reconciliation.pairs import paired_values
from recistkit.study.classify import classify
from recistkit.study.study_files import table_path

if TYPE_CHECKING:
    from pathlib import Path

    from recistkit.model.read import Read
    from recistkit.study.folder import StudyFolder

__all__ = ["differing"]

_SIDES: Final = ("A", "B")


def differing(study: StudyFolder, reads: Mapping[str, Sequence[Read]]) -> frozenset[str]:
    """Return the subjects whose two reads differ in a variable that the charter compares.

    Parameters
    ----------
    study : StudyFolder
    reads : mapping of str to sequence of Read
        By subject: its two reads, in any order.

    Raises
    ------
    RoleError
        If this login neither manages nor adjudicates here.
    TableError
        If the reads, or the rows of their subjects in the study's tables, cannot be classified.
    CriteriaError
        If the charter's criteria cannot be used.
    """
    study.acting("adjudicator", "manager")
    variables = study.settings.adjudication.variables
    if not reads or not variables:
        return frozenset()
    named = [
        read.model_copy(update={"reader": side})
        for both in reads.values()
        for side, read in zip(_SIDES, both, strict=True)
    ]
    table, visits = tables_of_documents(named)
    best = classify(
        table,
        criteria=study.settings.load_criteria(study.path),
        visits=visits,
        subjects=_rows_of(reads, study.path, "subjects"),
        events=_rows_of(reads, study.path, "events"),
    ).best
    return frozenset(paired_values(best, _SIDES, variables).filter("differs")["subject"])


def _rows_of(subjects: Collection[str], folder: Path, name: str) -> pl.DataFrame | None:
    """Return the rows of a table in a study's folder that are of these subjects."""
    path = table_path(folder, name)
    if path is None:
        return None
    frame = open_table(path).frame
    if "subject" not in frame.columns:
        return frame
    return frame.filter(pl.col("subject").cast(pl.String).is_in(list(subjects)))
