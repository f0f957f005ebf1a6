"""From a case of a folder to the session in which it is read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from recistkit.errors import ReadingError
from recistkit.reading.case import Case
from recistkit.reading.cases import find_case
from recistkit.reading.evaluation import SideTables
from recistkit.reading.paths import journal_path, reads_folder
from recistkit.reading.read_chain import ReadChain
from recistkit.reading.session import ReadSession
from recistkit.store.journal import Journal
from recistkit.study.folder import settings_in_force
from recistkit.study.settings import StudySettings
from recistkit.study.study_files import table_path

__all__ = ["open_journal", "open_session", "opened_read"]


def open_journal(folder: Path, reader: str) -> Journal:
    """Open the journal of a reader, which in a study belongs to it.

    Raises
    ------
    JournalError
        If it cannot be used.
    RoleError, OptionError
        If this login may not read as this reader.
    """
    chain = ReadChain.of(folder, reader)
    study = None if chain is None else chain.study
    return Journal.open(journal_path(folder, reader), reader, study=study)


def open_session(
    folder: Path, case: Case, journal: Journal, settings: StudySettings
) -> ReadSession:
    """Open a case where the reader left it.

    Parameters
    ----------
    folder : Path
        Of the study, with maybe ``subjects.csv`` and ``events.csv``.
    case : Case
    journal : Journal
        The reader's own.
    settings : StudySettings
        Of the folder.

    Raises
    ------
    JournalError
        If the journal is damaged.
    ReadingError, DocumentError, TableError, CriteriaError
        If what is there cannot be used.
    """
    tables = [table_path(folder, name) for name in ("subjects", "events")]
    return ReadSession.open(
        journal,
        settings.charter(folder),
        subject=case.subject,
        visits=case.facts,
        unusable=case.unusable,
        reads_folder=reads_folder(folder, journal.reader),
        side=SideTables.of(case.subject, *tables),
        chain=ReadChain.of(folder, journal.reader),
    )


@contextmanager
def opened_read(folder: Path, subject: str, reader: str) -> Iterator[ReadSession]:
    """Give the read of one subject of a study, as its reader left it, until the block ends.

    Raises
    ------
    OptionError, RoleError
        If this login does not read as this reader, or not this subject.
    ReadingError
        If its scans cannot be read.
    RecistkitError
        If what is there cannot be used; see `open_session`.
    """
    case = find_case(folder, reader, subject)
    if not case.can_be_read:
        raise ReadingError(f"{subject} cannot be read: {'; '.join(case.faults)}")
    with open_journal(folder, reader) as journal:
        yield open_session(folder, case, journal, settings_in_force(folder))
