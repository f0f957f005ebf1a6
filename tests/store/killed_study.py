"""Two readers, an adjudicator and a manager who are killed while they work on one study."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

from recistkit.errors import RevisionTakenError
from recistkit.store.actor import Actor
from recistkit.store.anchoring import catch_up
from recistkit.store.bodies import AdjudicateBody, AmendBody, ComparedRead, SignBody, UnlockBody
from recistkit.store.chain import Entry, Record, read_chain
from recistkit.store.journal import Journal
from recistkit.store.rows import Adjudication, Anchor
from recistkit.store.study_file import StudyFile
from tests.store.studies import MANAGER, READERS, STUDY

__all__ = ["STUDY_FILE", "SUBJECTS", "WORKERS", "Said", "read_until_killed", "work_until_killed"]

SUBJECTS: Final = ("S001", "S002")
STUDY_FILE: Final = "study.db"

Said = tuple[str, int, str]
"""What was saved: its chain, or ``event:`` and the subject; its revision; its hash or body."""


def read_until_killed(folder: Path, reader: str, seed: int, said: Connection) -> None:
    """Draft, sign, amend, purge and anchor at random for ever, and say what was saved."""
    chance = random.Random(seed)
    said.send(("opening", 0, ""))
    path = folder / "readers" / f"{reader}.db"
    with (
        StudyFile.open(folder / STUDY_FILE) as study,
        Journal.open(path, reader, study=STUDY) as journal,
    ):
        say_anchored(said, catch_up(journal, study, READERS[reader]))
        while True:
            subject = chance.choice(SUBJECTS)
            step = chance.choice((draft, draft, draft, sign, sign, amend, purge))
            step(journal, subject, chance, said)
            if chance.random() < 0.7:
                say_anchored(said, catch_up(journal, study, READERS[reader]))


def say_anchored(said: Connection, records: tuple[Record, ...]) -> None:
    for record in records:
        said.send((record.chain, record.revision, record.hash))


def draft(journal: Journal, subject: str, chance: random.Random, said: Connection) -> None:
    """Save an event."""
    revision = len(journal.events(subject)) + 1
    word = str(chance.random())
    journal.append(subject, revision, "measure", {"said": word}, {"slice": revision})
    said.send((f"event:{subject}", revision, word))


def sign(journal: Journal, subject: str, chance: random.Random, said: Connection) -> None:
    """Save a signature with its event."""
    text = f"document {chance.random()} " * chance.randrange(1, 400)
    body = SignBody.of(subject=subject, reader=journal.reader, document=text)
    recorded(journal, subject, Entry(actor=READERS[journal.reader], body=body, charter=1), said)


def amend(journal: Journal, subject: str, _chance: random.Random, said: Connection) -> None:
    """Save an amendment with its event."""
    body = AmendBody(subject=subject, reader=journal.reader, timepoint="visit-1")
    entry = Entry(actor=READERS[journal.reader], body=body, charter=1, reason="a wrong node")
    recorded(journal, subject, entry, said)


def recorded(journal: Journal, subject: str, entry: Entry, said: Connection) -> None:
    revision = len(journal.events(subject)) + 1
    word = entry.body.action
    record = journal.append(subject, revision, word, {"said": word}, record=entry)
    assert record is not None
    said.send((record.chain, record.revision, record.hash))
    said.send((f"event:{subject}", revision, word))


def purge(journal: Journal, subject: str, _chance: random.Random, said: Connection) -> None:
    """Delete drafts, now and then, where all is signed."""
    chain = journal.records(read_chain(subject))
    events = journal.events(subject)
    if chain and events and chain[-1].action == "SIGN" and events[-1].command == "SIGN":
        said.send((f"purging:{subject}", 0, ""))
        journal.purge(subject)
        said.send((f"purged:{subject}", 0, ""))


def adjudicate_until_killed(folder: Path, _name: str, seed: int, said: Connection) -> None:
    """Decide at random each case that is ready, and make the tables anew, for ever."""
    chance, actor = random.Random(seed), Actor("judy", "room", "adjudicator")
    said.send(("opening", 0, ""))
    with StudyFile.open(folder / STUDY_FILE) as study:
        while True:
            if chance.random() < 0.2:
                study.rebuild()
            body = decision(study, chance)
            if body is None:
                time.sleep(chance.uniform(0, 0.005))
                continue
            try:
                expected = study.revision + 1
                record = study.append(actor, body, reason="the liver", expected_revision=expected)
            except RevisionTakenError:
                continue
            said.send((record.chain, record.revision, record.hash))


def decision(study: StudyFile, chance: random.Random) -> AdjudicateBody | None:
    """Return a decision on a case that both have signed and that is not decided; None for none."""
    signed: dict[str, list[ComparedRead]] = {subject: [] for subject in SUBJECTS}
    for one in study.rows(Anchor, superseded=0):
        read = ComparedRead(reader=one.reader, document_hash=one.document_hash)
        signed[one.subject].append(read)
    decided = {one.subject for one in study.rows(Adjudication, superseded=0) if not one.reopened}
    ready = [name for name in SUBJECTS if len(signed[name]) == len(READERS)]
    open_cases = [name for name in ready if name not in decided or chance.random() < 0.1]
    if not open_cases:
        return None
    subject = chance.choice(open_cases)
    first, second = signed[subject]
    accepted = chance.choice((None, "A", "B"))
    return AdjudicateBody(
        subject=subject, adjudicator="J", accepted_reader=accepted, reads=(first, second)
    )


def unlock_until_killed(folder: Path, _name: str, seed: int, said: Connection) -> None:
    """Let a reader change what is signed, now and then, for ever."""
    chance = random.Random(seed)
    said.send(("opening", 0, ""))
    with StudyFile.open(folder / STUDY_FILE) as study:
        while True:
            time.sleep(chance.uniform(0, 0.05))
            signed = study.rows(Anchor, superseded=0)
            if signed:
                read = chance.choice(signed)
                body = UnlockBody(subject=read.subject, reader=read.reader)
                record = study.append(MANAGER, body, reason="a query")
                said.send((record.chain, record.revision, record.hash))


WORKERS: Final[Mapping[str, Callable[[Path, str, int, Connection], None]]] = {
    "A": read_until_killed,
    "B": read_until_killed,
    "J": adjudicate_until_killed,
    "M": unlock_until_killed,
}


def work_until_killed(folder: Path, name: str, seed: int, said: Connection) -> None:
    """Work as one of `WORKERS` until killed."""
    WORKERS[name](folder, name, seed, said)
