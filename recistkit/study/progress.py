"""How far a study is: who has signed what, and what waits for whom."""

from __future__ import annotations

from typing import Final

import polars as pl

from recistkit.store.rows import Adjudication, Anchor, Assignment
from recistkit.study.folder import StudyFolder
from recistkit.study.reread_names import reread_names
from recistkit.study.signed_reads import completed_of

__all__ = ["PROGRESS_COLUMNS", "progress"]

PROGRESS_COLUMNS: Final = ("subject", "reader", "role", "state", "signed", "visits")


def progress(study: StudyFolder) -> pl.DataFrame:
    """Return one row per assignment that this login may know of.

    A manager sees all, with the role ``re-read`` where a reader reads a subject
    once more and may not know it; a reader his own, and nothing of anybody else's; an
    adjudicator his own, which wait until all reads of the subject are complete.

    Returns
    -------
    polars.DataFrame
        ``subject, reader, role, state, signed, visits``: `state` is
        ``not-started``, ``in-progress``, ``complete``, ``unlocked``,
        ``waiting``, ``open`` or ``decided``; `signed` counts the visits up to
        the last one signed, of all `visits`. A case is ``open`` once its reads
        are complete: whether they differ is told where they are compared.

    Raises
    ------
    RoleError
        If the charter does not name this login.
    """
    person, _ = study.acting("manager", "adjudicator", "reader")
    given = study.file.rows(Assignment)
    labels = study.visits()
    anchors = study.file.rows(Anchor, superseded=0)
    signed = {(one.subject, one.reader): one for one in anchors}
    unlocked = {(one.subject, one.reader) for one in study.file.leaves()}
    counts = {key: _count(anchor, labels.get(key[0], ())) for key, anchor in signed.items()}
    complete = completed_of(labels, anchors, given, reread_names(study))
    decided = {
        one.subject for one in study.file.rows(Adjudication, superseded=0) if not one.reopened
    }
    hidden = reread_names(study) if person.role == "manager" else frozenset()
    rows = []
    for one in given:
        if person.role != "manager" and one.reader != person.id:
            continue
        key, total = (one.subject, one.reader), len(labels.get(one.subject, ()))
        if one.role == "adjudicator":
            ready = "open" if one.subject in complete else "waiting"
            state, count = ("decided" if one.subject in decided else ready), 0
        else:
            anchor, count = signed.get(key), counts.get(key, 0)
            state = _state(anchor, count, total, is_unlocked=key in unlocked)
        role = "re-read" if one.subject in hidden else one.role
        rows.append((one.subject, one.reader, role, state, count, total))
    schema = dict.fromkeys(PROGRESS_COLUMNS[:4], pl.String()) | dict.fromkeys(
        PROGRESS_COLUMNS[4:], pl.Int64()
    )
    return pl.DataFrame(rows, schema=schema, orient="row").sort("subject", "role", "reader")


def _count(anchor: Anchor, labels: tuple[str, ...]) -> int:
    """Return how many visits a signature covers; all of them where it names none."""
    return labels.index(anchor.timepoint) + 1 if anchor.timepoint in labels else len(labels)


def _state(anchor: Anchor | None, count: int, total: int, *, is_unlocked: bool) -> str:
    """Return how far a read is."""
    if anchor is None:
        return "not-started"
    if is_unlocked:
        return "unlocked"
    return "complete" if count >= total else "in-progress"
