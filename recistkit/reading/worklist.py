"""The cases of an adjudicator: which wait for reads, which are to be decided, which are done.

Of the reads themselves only one thing is told here: whether the two differ.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from recistkit.errors import RoleError, TableError
from recistkit.model.read import Read
from recistkit.reading.case import Case, CaseState
from recistkit.store.rows import Adjudication, Anchor
from recistkit.study.charter import Role
from recistkit.study.differing import differing
from recistkit.study.folder import StudyFolder
from recistkit.study.signed_reads import completed, signed_reads
from recistkit.study.study_files import is_study

__all__ = ["decision_said", "require_adjudicator", "role_of", "with_adjudications"]

_READERS: Final = 2
_REOPENED: Final = "a read was signed again after the decision of"


def role_of(folder: Path, person: str) -> Role:
    """Return whether somebody reads or adjudicates in a folder; in one that is no study all read.

    Raises
    ------
    RoleError, OptionError
        If this login may not act as this person, or the person does neither.
    """
    if not is_study(folder):
        return "reader"
    with StudyFolder.opened(folder, to_look=True) as study:
        if study.person(person).role != "adjudicator":
            study.require_reader(person)
            return "reader"
        require_adjudicator(study, person)
    return "adjudicator"


def require_adjudicator(study: StudyFolder, person: str) -> None:
    """Refuse a login that does not adjudicate as this person.

    Raises
    ------
    RoleError
    """
    acting, actor = study.acting("adjudicator")
    if acting.id != person:
        raise RoleError(f"the login {actor.login} may not adjudicate as {person}")


def with_adjudications(folder: Path, cases: Sequence[Case]) -> tuple[Case, ...]:
    """Return an adjudicator's cases, each with its state and what was decided.

    Raises
    ------
    RoleError
        If this login adjudicates nothing here.
    StoreError, SettingsError, CriteriaError
        If the study cannot be used.
    """
    with StudyFolder.opened(folder, to_look=True) as study:
        study.acting("adjudicator")
        both = {name: reads for name, reads in completed(study).items() if len(reads) == _READERS}
        last = {one.subject: one for one in study.file.rows(Adjudication, superseded=0)}
        undecided = {
            case.subject: both[case.subject]
            for case in cases
            if case.subject in both and not _holds(last.get(case.subject))
        }
        differing = _differing(study, undecided)
    return tuple(
        _stated(case, last.get(case.subject), complete=both, differing=differing) for case in cases
    )


def decision_said(decision: Adjudication) -> str:
    """Return which read was accepted, as the case showed it: A, B or neither."""
    shown = {decision.reader_1: "A", decision.reader_2: "B", None: "neither"}
    return shown[decision.accepted_reader]


def _holds(decision: Adjudication | None) -> bool:
    return decision is not None and not decision.reopened


def _stated(
    case: Case,
    decision: Adjudication | None,
    *,
    complete: Collection[str],
    differing: Collection[str],
) -> Case:
    """Return a case with its state; one that was decided before says so."""
    state: CaseState = "to adjudicate"
    said, notes = "", [note for note in case.notes if not note.startswith(_REOPENED)]
    if decision is not None and _holds(decision):
        state, said = "decided", decision_said(decision)
    elif case.subject not in complete:
        state = "waiting for reads"
    elif case.subject not in differing:
        state = "agreed"
    elif decision is not None:
        state = "re-opened"
    if decision is not None and decision.reopened:
        notes.append(f"{_REOPENED} {decision.at_utc[:10]}")
    return replace(case, state=state, decision=said, notes=tuple(notes))


def _differing(study: StudyFolder, reads: Mapping[str, Sequence[Anchor]]) -> frozenset[str]:
    """Return the subjects whose two reads, by their anchors, differ in what the charter compares.

    What cannot be classified is not taken for agreement.
    """
    if not reads:
        return frozenset()
    pairs: dict[str, list[Read]] = {}
    for one in signed_reads(study, subjects=reads):
        subject = one.anchor.subject
        if one.anchor in reads[subject]:
            pairs.setdefault(subject, []).append(one.read)
    try:
        return differing(study, pairs)
    except TableError:
        return frozenset(reads)
