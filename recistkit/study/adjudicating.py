"""An adjudicator's cases: two complete reads shown as A and B, a choice, its reason."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final, Literal

import polars as pl

from recistkit.errors import OptionError
from recistkit.reconciliation.options import NEITHER
from recistkit.store.bodies import AdjudicateBody, ComparedRead
from recistkit.store.chain import Record
from recistkit.store.rows import Adjudication, Assignment
from recistkit.study.differing import differing
from recistkit.study.folder import StudyFolder
from recistkit.study.signed_reads import SignedRead, completed, signed_reads

__all__ = [
    "Choice",
    "ShownCase",
    "adjudicate",
    "case_to_adjudicate",
    "decisions_of",
    "nothing_to_decide",
]

Choice = Literal["A", "B", "neither"]

_DECISIONS: Final = ("subject", "accepted_reader", "adjudicator", "decided_on", "reason")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownCase:
    """Two reads of a subject in the order in which the adjudicator sees them.

    Attributes
    ----------
    subject : str
    a, b : SignedRead
        Which reader is which is not shown.
    """

    subject: str
    a: SignedRead
    b: SignedRead


def case_to_adjudicate(study: StudyFolder, subject: str) -> ShownCase:
    """Return the two reads of a subject that is assigned to this adjudicator.

    Which one is A follows from the hashes of both documents: as good as by
    chance, and the same each time the case is opened.

    Raises
    ------
    RoleError
        If this login adjudicates nothing here.
    OptionError
        If the subject is not assigned to him, or its reads are not two complete ones.
    """
    person, _ = study.acting("adjudicator")
    given = study.file.rows(Assignment, subject=subject, reader=person.id, role="adjudicator")
    if not given:
        raise OptionError(f"{subject} is not assigned to {person.id}")
    complete = completed(study).get(subject, ())
    if len(complete) != 2:  # noqa: PLR2004  two readers
        raise OptionError(f"{subject} waits: its two reads are not both complete")
    # What somebody signed whose assignment was withdrawn is not among them.
    found = signed_reads(study, subjects=[subject])
    one, other = (read for read in found if read.anchor in complete)
    hashes = f"{study.file.study}\n{one.anchor.document_hash}\n{other.anchor.document_hash}"
    swapped = hashlib.sha256(hashes.encode("utf-8")).digest()[0] % 2 == 1
    a, b = (other, one) if swapped else (one, other)
    return ShownCase(subject=subject, a=a, b=b)


def adjudicate(study: StudyFolder, case: ShownCase, choice: Choice, reason: str) -> Record:
    """Record a decision between the two reads that were shown.

    Raises
    ------
    RoleError
        If this login adjudicates nothing here.
    OptionError
        If one of the reads was signed anew since it was shown, or both agree in
        all that the charter compares.
    TableError, CriteriaError
        If that cannot be told.
    StoreError
        If there is no reason, or it was not saved.
    """
    person, actor = study.acting("adjudicator")
    _require_difference(study, case)
    revision = study.file.revision
    now = case_to_adjudicate(study, case.subject)
    if {now.a.anchor.hash, now.b.anchor.hash} != {case.a.anchor.hash, case.b.anchor.hash}:
        raise OptionError(f"a read of {case.subject} was signed anew; look at the case again")
    accepted = {"A": case.a.anchor.reader, "B": case.b.anchor.reader, "neither": None}[choice]
    body = AdjudicateBody(
        subject=case.subject,
        adjudicator=person.id,
        accepted_reader=accepted,
        reads=(_compared(case.a), _compared(case.b)),
    )
    return study.file.append(actor, body, reason=reason, expected_revision=revision + 1)


def nothing_to_decide(subject: str) -> OptionError:
    """Return why no decision is recorded between two reads that agree."""
    return OptionError(
        f"both reads of {subject} agree in all that the charter compares; there is nothing to "
        "decide"
    )


def decisions_of(study: StudyFolder) -> pl.DataFrame | None:
    """Return the decisions table of a study: those that still hold; None where there is none.

    A read that was signed anew since reopens its case.

    Raises
    ------
    RoleError
        If this login neither manages nor adjudicates here.
    """
    study.acting("manager", "adjudicator")
    rows = [
        (one.subject, one.accepted_reader or NEITHER, one.adjudicator, one.at_utc[:10], one.reason)
        for one in study.file.rows(Adjudication, superseded=0)
        if not one.reopened
    ]
    schema = dict.fromkeys(_DECISIONS, pl.String())
    return pl.DataFrame(rows, schema=schema, orient="row") if rows else None


def _require_difference(study: StudyFolder, case: ShownCase) -> None:
    """Refuse a decision where there is nothing to decide.

    Raises
    ------
    OptionError
    """
    if not study.settings.adjudication.variables:
        raise OptionError("the study's charter sends nothing to an adjudicator")
    if not differing(study, {case.subject: (case.a.read, case.b.read)}):
        raise nothing_to_decide(case.subject)


def _compared(shown: SignedRead) -> ComparedRead:
    return ComparedRead(reader=shown.anchor.reader, document_hash=shown.anchor.document_hash)
