"""Flip bits of the files of a study: each is found by verify, or alters nothing that is read."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from recistkit.errors import StoreError
from recistkit.store.anchoring import catch_up
from recistkit.store.journal import Journal
from recistkit.store.rows import Anchor
from recistkit.store.schema import EVENT, PROJECTION
from recistkit.store.study_file import StudyFile
from recistkit.store.verify import verify_reader_file, verify_study_file
from tests.store.studies import READERS, STUDY, adjudicated, journal_of, new_study, signed

__all__ = ["FILES", "content_of", "flip_bytes", "problems_of", "study_with_reads"]

FILES: Final = ("study.db", "readers/A.db")


def study_with_reads(folder: Path) -> Path:
    """Make a study with two signed reads of both readers and a decision, all files closed."""
    with new_study(folder) as study:
        for reader, actor in READERS.items():
            with journal_of(folder, reader) as journal:
                journal.append("S001", 1, "measure", {"length": "12.3"})
                for subject in ("S001", "S002"):
                    signed(journal, subject)
                catch_up(journal, study, actor)
        adjudicated(study, "S001", "A")
    return folder


def problems_of(folder: Path) -> tuple[str, ...]:
    """Return what is wrong with the study's file and with that of reader A."""
    found = verify_study_file(folder / "study.db")
    try:
        with StudyFile.open(folder / "study.db", to_look=True) as study:
            anchors = study.rows(Anchor)
    except StoreError:
        anchors = ()
    path = folder / "readers" / "A.db"
    return found + verify_reader_file(path, "A", study=STUDY, anchors=anchors)


def content_of(folder: Path) -> tuple[object, ...]:
    """Return all that a study holds: records, events, and the tables."""
    with StudyFile.open(folder / "study.db", to_look=True) as study:
        with study.looking() as connection:
            tables = [connection.execute(sa.select(one)).all() for one in PROJECTION]
        chain = study.records()
    with Journal.open_to_look(folder / "readers" / "A.db", "A", study=STUDY) as journal:
        with journal.looking() as connection:
            events = connection.execute(sa.select(EVENT)).all()
        return study.study, tables, chain, journal.records(), events


def flip_bytes(folder: Path, flips: int, chance: random.Random) -> dict[str, int]:
    """Flip one bit at a time, half of them where something is written.

    Returns
    -------
    dict
        How many flips of each file verify found; the others altered nothing.
    """
    expected, found = content_of(study_with_reads(folder)), dict.fromkeys(FILES, 0)
    for file in FILES:
        sound = (folder / file).read_bytes()
        written = [place for place, byte in enumerate(sound) if byte]
        for number in range(flips):
            place = chance.choice(written) if number % 2 else chance.randrange(len(sound))
            flipped = bytearray(sound)
            flipped[place] ^= 1 << chance.randrange(8)
            (folder / file).write_bytes(bytes(flipped))
            if problems_of(folder):
                found[file] += 1
            else:
                assert content_of(folder) == expected, f"{file}, byte {place}"
        (folder / file).write_bytes(sound)
    return found
