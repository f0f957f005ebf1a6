"""What comes into a reader's file from elsewhere: documents, and what another file has more."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from recistkit.store.bodies import ImportBody, ImportedRead, text_hash
from recistkit.store.chain import Entry
from recistkit.store.journal import Journal
from recistkit.store.study_file import StudyFile
from recistkit.store.taking_over import ReaderContent, content_of, take_over
from tests.store.studies import MANAGER, document, journal_of, signed

__all__ = ["LONG", "imported", "merged"]

LONG = "x" * 12_288


def imported(_study: StudyFile, journal: Journal) -> None:
    """Import the documents of two reads."""
    journal.append_first_records({name: _entry(name) for name in ("S002", "S003")})


def merged(_study: StudyFile, journal: Journal) -> None:
    """Take over what a reader has signed elsewhere, with another draft than the one here."""
    take_over(journal, _elsewhere(), without_work=())


def _entry(subject: str) -> Entry:
    text = document(subject, "A", LONG)
    read = ImportedRead(
        subject=subject,
        reader="A",
        timepoint="visit-1",
        document=text,
        document_hash=text_hash(text),
        original_sha256=text_hash("as it came"),
    )
    return Entry(actor=MANAGER, body=ImportBody(reads=(read,)), charter=1)


@cache
def _elsewhere() -> ReaderContent:
    """Return what a copy of the reader's file holds in which reads were signed and purged."""
    with tempfile.TemporaryDirectory() as name, journal_of(Path(name), "A") as journal:
        journal.append("S001", 1, "measure", {"said": LONG}, {"slice": 1})
        signed(journal, "S001")
        signed(journal, "S001", LONG)
        journal.purge("S001")
        journal.append("S001", 1, "import", {"said": LONG}, {"slice": 9})
        signed(journal, "S002", LONG)
        return content_of(journal)
