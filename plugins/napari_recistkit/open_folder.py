"""One folder that is open: its settings, its cases, the journal of its reader; no Qt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from recistkit.errors import ReadingError
from recistkit.reading.case import Case, next_to_read
from recistkit.reading.case_state import with_states
from recistkit.reading.cases import find_cases
from recistkit.reading.opening import open_journal
from recistkit.reading.paths import fit_for_file_name
from recistkit.study.folder import settings_in_force
from recistkit.study.settings import StudySettings

if TYPE_CHECKING:
    from napari_recistkit.background import Background, Job

__all__ = ["FoundFolder", "OpenFolder", "search_folder"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFolder:
    """What a search found; nothing of it is open."""

    path: Path
    reader: str
    settings: StudySettings
    cases: tuple[Case, ...]


def search_folder(
    background: Background,
    path: Path,
    reader: str,
    *,
    found: Callable[[FoundFolder], None],
    failed: Callable[[str], None],
) -> None:
    """Search a folder for cases in the background.

    Parameters
    ----------
    background : Background
    path : Path
    reader : str
        Who reads.
    found : callable
        Called with what was found.
    failed : callable
        Called with the reason why the folder cannot be read.
    """
    looking = f"looking for cases in {path.name or path}"
    background.start(
        looking, lambda job: _found(path, reader, job, looking), finished=found, failed=failed
    )


def _found(path: Path, reader: str, job: Job, looking: str) -> FoundFolder:
    """Return what is in a folder, and tell how far that is; in a thread.

    Raises
    ------
    RecistkitError
        If the folder, its settings or its journal cannot be used.
    Cancelled
        Before the next file, if the job was told to stop.
    """
    fit_for_file_name(reader, of="reader")
    settings = settings_in_force(path)
    cases = find_cases(
        path,
        reader,
        on_progress=lambda done, total: job.tell(f"{looking}: {done} of {total} visits"),
        on_file=job.check,
    )
    return FoundFolder(path=path, reader=reader, settings=settings, cases=cases)


class OpenFolder:
    """Everything of a folder that stands between opening and closing it.

    Parameters
    ----------
    found : FoundFolder

    Raises
    ------
    JournalError
        If the reader's journal cannot be opened.
    """

    def __init__(self, found: FoundFolder) -> None:
        self.path = found.path
        self.reader = found.reader
        self.settings = found.settings
        self.cases = found.cases
        self._opened: set[str] = set()
        self.journal = open_journal(found.path, found.reader)

    @property
    def title(self) -> str:
        """What stands above its cases."""
        return f"{self.path.name}, reader {self.reader}"

    def refresh_states(self) -> None:
        """Look how far the reader is now with the cases that were opened.

        No scan is looked at again, and no file of the others: on a network
        folder of thousands of cases that would take seconds.

        Raises
        ------
        JournalError
            If the reader's journal cannot be used.
        """
        opened = [case for case in self.cases if case.subject in self._opened]
        now = {case.subject: case for case in with_states(self.path, self.reader, opened)}
        self.cases = tuple(now.get(case.subject, case) for case in self.cases)

    def case(self, subject: str) -> Case:
        """Return the case of a subject, which is to be opened.

        Raises
        ------
        ReadingError
            If there is none, or it cannot be read.
        """
        case = next((one for one in self.cases if one.subject == subject), None)
        if case is None:
            raise ReadingError(f"there is no case {subject}")
        if not case.can_be_read:
            raise ReadingError(f"{subject} cannot be read: {'; '.join(case.faults)}")
        self._opened.add(subject)
        return case

    def subject_after(self, subject: str | None) -> str:
        """Return the next subject after one whose case is not signed.

        Raises
        ------
        ReadingError
            If there is none.
        """
        self.refresh_states()
        case = next_to_read(self.cases, subject)
        if case is None:
            raise ReadingError("every other case is signed, or cannot be read")
        return case.subject

    def close(self) -> None:
        """Close the journal."""
        self.journal.close()
