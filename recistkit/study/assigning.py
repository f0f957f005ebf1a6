"""Who reads whom: assignments, and leave to change what is signed."""

from __future__ import annotations

from collections.abc import Sequence

from recistkit.errors import OptionError
from recistkit.store.bodies import AssignBody, AssignedRead, UnlockBody
from recistkit.store.chain import Record
from recistkit.store.rows import Anchor, Assignment, Subject, Timepoint
from recistkit.study.folder import StudyFolder
from recistkit.study.reread_names import reread_names

__all__ = ["assign", "unlock"]


def assign(
    study: StudyFolder,
    people: Sequence[str],
    subjects: Sequence[str] = (),
    *,
    withdrawn: bool = False,
) -> tuple[AssignedRead, ...]:
    """Assign subjects to people; what is assigned already is left as it is.

    Parameters
    ----------
    study : StudyFolder
    people : sequence of str
        Ids of readers and adjudicators.
    subjects : sequence of str
        All of the study unless given, without re-reads.
    withdrawn : bool
        Whether they are taken away instead. What was signed stays.

    Returns
    -------
    tuple of AssignedRead
        What has changed.

    Raises
    ------
    RoleError
        If this login manages nothing here.
    OptionError
        If the study has no such person or subject, the person cannot read, or
        the subject is a re-read, which is its one reader's.
    """
    _, actor = study.acting("manager")
    known, hidden = [one.subject for one in study.file.rows(Subject)], reread_names(study)
    study.require_subjects(subjects, known)
    second = [] if withdrawn else [subject for subject in subjects if subject in hidden]
    if second:
        raise OptionError(f"{', '.join(second)} can be read by nobody else: a re-read")
    chosen = [study.person(name) for name in people]
    others = [one.id for one in chosen if one.role == "manager"]
    if others:
        raise OptionError(
            f"{', '.join(others)} cannot be given subjects: no reader, no adjudicator"
        )
    had = {(one.subject, one.reader, one.role) for one in study.file.rows(Assignment)}
    wanted = [
        AssignedRead(subject=subject, reader=person.id, role=person.role)
        for subject in (subjects or [one for one in known if withdrawn or one not in hidden])
        for person in chosen
        if person.role != "manager"
    ]
    changed = tuple(
        one for one in wanted if ((one.subject, one.reader, one.role) in had) == withdrawn
    )
    if changed:
        study.file.append(actor, AssignBody(reads=changed, withdrawn=withdrawn))
    return changed


def unlock(
    study: StudyFolder, subject: str, reader: str, reason: str, *, timepoint: str | None = None
) -> Record:
    """Let a reader change what is signed; the reader then amends it with a reason of his own.

    Raises
    ------
    RoleError
        If this login manages nothing here.
    OptionError
        If nothing of that read is signed, or the subject has no such visit.
    """
    _, actor = study.acting("manager")
    study.person(reader)
    if not study.file.rows(Anchor, subject=subject, reader=reader):
        raise OptionError(f"reader {reader} has signed nothing of {subject}")
    if timepoint is not None and not study.file.rows(Timepoint, subject=subject, label=timepoint):
        raise OptionError(f"{subject} has no visit {timepoint!r}")
    body = UnlockBody(subject=subject, reader=reader, timepoint=timepoint)
    return study.file.append(actor, body, reason=reason)
