"""Re-reads: a reader reads a subject once more, under another id that hides that it is so.

What the reader gets is a subject like any other: scans, an assignment, rows in
the study's tables. Only the study's chain knows of what it is a second read.
"""

from __future__ import annotations

import contextlib
import random
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from recistkit.errors import OptionError, OutputError
from recistkit.model.scan_record import ScanRecord
from recistkit.store.bodies import (
    AddScansBody,
    AssignBody,
    AssignedRead,
    Body,
    RereadBody,
    VisitOfSubject,
)
from recistkit.store.rows import Anchor, Reread, Subject, Timepoint
from recistkit.study.adding.folder import only_one, place_all, settle, staged
from recistkit.study.adding.key_file import default_key_file, load_key, save_key
from recistkit.study.folder import StudyFolder
from recistkit.study.reread_names import free_names
from recistkit.study.reread_scans import SecondCopy, second_copy
from recistkit.study.reread_tables import added_rows, ids_of_tables

__all__ = ["Draw", "reread"]

_LARGEST_SEED: Final = 2**32


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """Which part of a reader's subjects is drawn for a re-read.

    Attributes
    ----------
    fraction : float
        Above 0, at most 1: of the complete reads that have no re-read yet. One at least is drawn.
    seed : int or None
        The same seed draws the same; None is any, which is kept on record.
    """

    fraction: float
    seed: int | None = None


def reread(
    study: StudyFolder,
    reader: str,
    chosen: Sequence[str] | Draw,
    *,
    key_file: Path | str | None = None,
) -> tuple[RereadBody, ...]:
    """Let a reader read subjects once more, without being told.

    Each gets the next free id of the study's numbering, in an order of chance,
    and copies of its scans under that id. All of them are added, or none.

    Parameters
    ----------
    study : StudyFolder
    reader : str
    chosen : sequence of str or Draw
        Subjects, or which part of them is drawn.
    key_file : Path or str, optional
        The key file of the study; beside its folder unless given.

    Raises
    ------
    RoleError
        If this login manages nothing here.
    OptionError
        If the reader has not read one of the subjects to its end, or reads it
        again already; if nothing can be drawn; if scans are not as they were added.
    TableError
        If the subjects or events table in the study's folder is no table.
    ScansRefusedError
        If somebody adds scans now, or the key file cannot be used.
    OutputError
        If something cannot be written.
    StoreError
        If it was not recorded.
    """
    _, actor = study.acting("manager")
    if study.person(reader).role != "reader":
        raise OptionError(f"{reader} does not read in this study: {study.person(reader).role}")
    seed = chosen.seed if isinstance(chosen, Draw) else None
    seed = secrets.randbelow(_LARGEST_SEED) if seed is None else seed
    with only_one(study.path), _said_as_ours():
        subjects, reason = _chosen(study, reader, chosen, seed)
        _settle(study)
        with staged(study.path) as stage:
            copies = _copied(study, subjects, key_file, stage)
            rereads = tuple(
                RereadBody(subject=one.subject, reader=reader, shown_as=one.shown_as)
                for one in copies
            )
            bodies = [_added(study, copies), _assigned(rereads), *rereads]
            shown_as = {one.subject: (one.shown_as, one.days_earlier) for one in copies}
            with added_rows(study.path, stage, shown_as):
                _place(study, copies, stage)
                study.file.append_all(actor, bodies, reason=reason)
        with contextlib.suppress(OSError):  # they are recorded; the next run clears up
            _settle(study)
    return rereads


@contextmanager
def _said_as_ours() -> Iterator[None]:
    """Turn what the disk says into an error that a user can act upon."""
    try:
        yield
    except OutputError:
        raise
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise OutputError(f"no re-read was added: something cannot be written: {reason}") from None


def _place(study: StudyFolder, copies: Sequence[SecondCopy], stage: Path) -> None:
    """Move the copies to their places."""
    places = {folder: scan.path for one in copies for folder, scan in one.records.items()}
    place_all(study.path, stage, places)


def _settle(study: StudyFolder) -> None:
    """Settle what a run that was interrupted left."""
    settle(study.path, {one.path for one in study.file.scans()})


def _chosen(
    study: StudyFolder, reader: str, chosen: Sequence[str] | Draw, seed: int
) -> tuple[list[str], str]:
    """Return the subjects in an order of chance, and how they came to be chosen.

    Raises
    ------
    OptionError
        If one of them cannot be read once more, or none can.
    """
    chance = random.Random(seed)  # noqa: S311  a draw that can be done again, not a secret
    complete, again = _complete(study, reader), _read_again(study, reader)
    possible = [subject for subject in complete if subject not in again]
    if isinstance(chosen, Draw):
        if not 0 < chosen.fraction <= 1:
            raise OptionError("the fraction is above 0 and at most 1")
        if not possible:
            raise OptionError(f"{reader} has no complete read that can be read once more")
        count = max(1, round(chosen.fraction * len(possible)))
        said = f"fraction {chosen.fraction:g}, seed {seed}: {count} of {len(possible)} drawn"
        return chance.sample(possible, count), said
    named = list(dict.fromkeys(chosen))
    study.require_subjects(named, [one.subject for one in study.file.rows(Subject)])
    unread = [subject for subject in named if subject not in complete]
    if unread or not named:
        subjects = ", ".join(unread) or "no subject"
        raise OptionError(f"{reader} has not read to its end: {subjects}")
    twice = [subject for subject in named if subject in again]
    if twice:
        raise OptionError(f"{reader} reads once more already: {', '.join(twice)}")
    return chance.sample(named, len(named)), "named by who manages the study"


def _complete(study: StudyFolder, reader: str) -> list[str]:
    """Return the subjects that a reader has signed to their last visits; re-reads are none."""
    hidden = {one.shown_as for one in study.file.rows(Reread)}
    last = {subject: labels[-1] for subject, labels in study.visits().items()}
    return sorted(
        one.subject
        for one in study.file.rows(Anchor, reader=reader, superseded=0)
        if one.timepoint in {None, last.get(one.subject)} and one.subject not in hidden
    )


def _read_again(study: StudyFolder, reader: str) -> set[str]:
    """Return the subjects that a reader was given a second time."""
    return {one.subject for one in study.file.rows(Reread, reader=reader)}


def _copied(
    study: StudyFolder, subjects: Sequence[str], key_file: Path | str | None, stage: Path
) -> list[SecondCopy]:
    """Write the copies of the scans; the key file knows of them before anybody else does."""
    existing = study.file.scans()
    path = Path(key_file).absolute() if key_file else default_key_file(study.path)
    key = load_key(path, study.path, existing)
    names = free_names([one.subject for one in study.file.rows(Subject)], ids_of_tables(study.path))
    copies = [
        second_copy(
            study.path,
            subject,
            existing,
            next(names),
            key,
            stage,
            shift_dates=study.settings.shift_reread_dates,
        )
        for subject in subjects
    ]
    links = [link for one in copies for link in one.links]
    save_key(key.model_copy(update={"copies": (*key.copies, *links)}), path)
    return copies


def _added(study: StudyFolder, copies: Sequence[SecondCopy]) -> Body:
    """Return that the copies are subjects of the study, with visits in the order of the first."""
    shown_as = {one.subject: one.shown_as for one in copies}
    return AddScansBody(
        subjects=tuple(shown_as.values()),
        timepoints=tuple(
            VisitOfSubject(subject=shown_as[one.subject], label=one.label, position=one.position)
            for one in study.file.rows(Timepoint)
            if one.subject in shown_as
        ),
        scans=tuple(scan for one in copies for scan in _in_order(one)),
    )


def _in_order(copy: SecondCopy) -> list[ScanRecord]:
    """Return the records of copies in the order of their places."""
    return sorted(copy.records.values(), key=lambda scan: scan.path)


def _assigned(rereads: Sequence[RereadBody]) -> Body:
    """Return that the reader is to read them, as anything else that is assigned."""
    reads = tuple(
        AssignedRead(subject=one.shown_as, reader=one.reader, role="reader") for one in rereads
    )
    return AssignBody(reads=reads)
