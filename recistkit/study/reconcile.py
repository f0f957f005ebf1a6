"""The arrow from a study's tables and an adjudicator's decisions to accepted reads."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from recistkit.errors import OptionError, TableError
from recistkit.exchange.load_tables import load_decisions, raise_faults
from recistkit.reconciliation import reconcile as reconcile_reads
from recistkit.study.check import reads_of
from recistkit.study.classify import Classification, classify
from recistkit.study.intra_reader import IntraReader, intra_reader, intra_reader_tables
from recistkit.study.own_files import require_own
from recistkit.study.study_files import is_study
from recistkit.terms import DEFAULT_COMPARED

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

    from recistkit.exchange.columns import ParsedTable
    from recistkit.exchange.sources import TableSource
    from recistkit.study.arguments import ClassifyArguments

__all__ = ["StudyReconciliation", "reconcile"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyReconciliation:
    """Two reads of each subject, compared and accepted.

    Attributes
    ----------
    readers : tuple of str
        The two that are compared.
    reconciled, differences : polars.DataFrame
        See `recistkit.reconciliation.Reconciliation`, for these and the next.
    agreement, size_agreement, adjudication, matched_lesions : polars.DataFrame
        The same.
    accepted_responses, accepted_best : polars.DataFrame
        The same.
    rereads : tuple of IntraReader
        Of a study, for who manages it: each of the two readers who read subjects twice.
    classification : Classification
        The responses of all reads that they rest on.
    warnings : tuple of str
        What was ignored in the tables, and decisions that were not needed.
    """

    readers: tuple[str, ...]
    reconciled: pl.DataFrame
    differences: pl.DataFrame
    agreement: pl.DataFrame
    size_agreement: pl.DataFrame
    adjudication: pl.DataFrame
    matched_lesions: pl.DataFrame
    accepted_responses: pl.DataFrame
    accepted_best: pl.DataFrame
    rereads: tuple[IntraReader, ...]
    classification: Classification
    warnings: tuple[str, ...]

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        """What is written, by the name of its file."""
        return {
            **self.classification.tables,
            "reconciled": self.reconciled,
            "differences": self.differences,
            "agreement": self.agreement,
            "size_agreement": self.size_agreement,
            "adjudication": self.adjudication,
            "matched_lesions": self.matched_lesions,
            **intra_reader_tables(self.rereads),
            "accepted_responses": self.accepted_responses,
            "accepted_best": self.accepted_best,
        }


def _decided(decisions: TableSource | None) -> tuple[ParsedTable | None, list[TableError]]:
    """Return the decisions table; its error is told together with those of other tables."""
    if decisions is None:
        return None, []
    if isinstance(decisions, str | Path):
        require_own(decisions)
    try:
        table = load_decisions(decisions)
        raise_faults((table,))
    except TableError as error:
        return None, [error]
    return table, []


def _of_study(
    folder: Path, decisions: TableSource | None, compare: Sequence[str] | None
) -> tuple[TableSource | None, Sequence[str]]:
    """Return the decisions and the compared variables of a study where no others are given."""
    from recistkit.study.adjudicating import decisions_of
    from recistkit.study.folder import StudyFolder

    with StudyFolder.opened(folder, to_look=True) as study:
        own = decisions_of(study) if decisions is None else decisions
        variables = study.settings.adjudication.variables
    return own, variables if compare is None else compare


def _two_readers(folder: Path | None) -> tuple[str, ...]:
    """Return the readers of a study where it has two, or gives its subjects to two of them.

    Raises
    ------
    OptionError
        If it has not, or it is no study.
    RoleError
        If this login manages nothing there.
    """
    if folder is None:
        raise OptionError("readers: expected the two readers to compare")
    from recistkit.store.rows import Assignment
    from recistkit.study.folder import StudyFolder

    with StudyFolder.opened(folder, to_look=True) as study:
        study.acting("manager")
        known = study.reader_ids
        given = {one.reader for one in study.file.rows(Assignment, role="reader")}
    two = 2
    for found in (known, tuple(one for one in known if one in given)):
        if len(found) == two:
            return found
    raise OptionError(f"readers: expected two of {', '.join(known) or 'none'}")


def _rereads(
    folder: Path, readers: Sequence[str], compare: Sequence[str], given: ClassifyArguments
) -> tuple[IntraReader, ...]:
    """Return the readers who read twice, if this login may know that they did."""
    from recistkit.study.folder import StudyFolder

    with StudyFolder.opened(folder, to_look=True) as study:
        person, _ = study.acting("manager", "adjudicator")
        if person.role != "manager":
            return ()
        return intra_reader(study, readers=readers, compare=compare, **given)


def reconcile(
    table: TableSource,
    *,
    readers: Sequence[str] | None = None,
    decisions: TableSource | None = None,
    compare: Sequence[str] | None = None,
    when_agreed: str | None = None,
    **classification: Unpack[ClassifyArguments],
) -> StudyReconciliation:
    """Classify every read, compare the two readers and say which read is accepted.

    Parameters
    ----------
    table
        As for `recistkit.classify`.
    readers
        The two readers; the first one's read is accepted where both agree. Of a
        study those of its charter unless given, if it has two or assigned reads to two.
    decisions
        Decisions table of the adjudicator; of a study its own unless given.
    compare
        Columns of the best table by which two reads are compared; of a study
        those of its charter, else `DEFAULT_COMPARED`, unless given.
    when_agreed
        The other reader, if that read is to be accepted where both agree.
    **classification
        Criteria, tables and options of `recistkit.classify`.

    Raises
    ------
    TableError
        If a table has faults, or a decision cannot be followed.
    CriteriaError, OptionError
        If criteria, readers or options cannot be used.
    """
    folder = Path(table) if isinstance(table, str | Path) and is_study(table) else None
    if folder is not None:
        decisions, compare = _of_study(folder, decisions, compare)
    readers = _two_readers(folder) if readers is None else readers
    decided, errors = _decided(decisions)
    try:
        classified = classify(table, **classification)
    except TableError as error:
        raise TableError.joined([error, *errors]) from None
    if errors:
        raise errors[0]
    compare = DEFAULT_COMPARED if compare is None else compare
    ignored = () if decided is None else decided.warnings
    result = reconcile_reads(
        classified.best,
        classified.responses,
        readers=readers,
        decisions=None if decided is None else decided.frame,
        reads=reads_of(classified.study.tables),
        compare=compare,
        when_agreed=when_agreed,
        decisions_source="<frame>" if decided is None else decided.name,
    )
    return StudyReconciliation(
        readers=tuple(readers),
        reconciled=result.reconciled,
        differences=result.differences,
        agreement=result.agreement,
        size_agreement=result.size_agreement,
        adjudication=result.adjudication,
        matched_lesions=result.matched_lesions,
        accepted_responses=result.accepted_responses,
        accepted_best=result.accepted_best,
        rereads=() if folder is None else _rereads(folder, readers, compare, classification),
        classification=classified,
        warnings=(*classified.warnings, *ignored, *result.warnings),
    )
