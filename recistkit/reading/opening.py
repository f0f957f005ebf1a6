"""From a case of a folder to the session in which it is read."""

from __future__ import annotations

from pathlib import Path

from recistkit.reading.case import Case
from recistkit.reading.evaluation import SideTables
from recistkit.reading.paths import reads_folder
from recistkit.reading.session import ReadSession
from recistkit.reading.settings import StudySettings
from recistkit.store.journal import Journal

__all__ = ["open_session"]

_SUBJECTS = "subjects.csv"
_EVENTS = "events.csv"


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
    tables = [folder / name if (folder / name).is_file() else None for name in (_SUBJECTS, _EVENTS)]
    return ReadSession.open(
        journal,
        settings.charter(folder),
        subject=case.subject,
        visits=case.facts,
        unusable=case.unusable,
        reads_folder=reads_folder(folder),
        side=SideTables.of(case.subject, *tables),
    )
