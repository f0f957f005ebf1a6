"""Reads that stand in a reader's file already, so that no document is put in their place."""

from __future__ import annotations

from dataclasses import dataclass

from recistkit.store.bodies import ImportBody
from recistkit.store.chain import read_chain
from recistkit.store.journal import Journal
from recistkit.study.folder import StudyFolder

__all__ = ["BegunRead", "begun_reads"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BegunRead:
    """A read that somebody has begun, signed or imported.

    Attributes
    ----------
    said : str
        Why no other document can be imported.
    original_sha256 : str or None
        Of the file that it was imported from, if it was and nothing came after that.
    """

    said: str
    original_sha256: str | None = None


def begun_reads(study: StudyFolder, reader: str) -> dict[str, BegunRead]:
    """Return the reads in a reader's file by subject; none where there is no file yet.

    Raises
    ------
    RoleError
        If this login manages nothing here.
    StoreError
        If the file cannot be read.
    """
    study.acting("manager")
    path = study.reader_path(reader)
    if not path.is_file():
        return {}
    with Journal.open_to_look(path, reader, study=study.file.study) as journal:
        found = {
            subject: BegunRead(said=f"reader {reader} has opened {subject} in the reading room")
            for subject in journal.commands()
        }
        for record in journal.records():
            content = record.content()
            subject = record.chain.removeprefix(read_chain(""))
            original = content.reads[0].original_sha256 if isinstance(content, ImportBody) else None
            said = f"reader {reader} has signed {subject} already"
            found[subject] = BegunRead(said=said, original_sha256=original)
    return found
