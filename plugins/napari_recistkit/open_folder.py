"""One folder that is open: its settings, its cases, the journal of its reader; no Qt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from recistkit.errors import ReadingError
from recistkit.reading.case import Case, next_to_read
from recistkit.reading.case_state import with_states
from recistkit.reading.cases import find_cases
from recistkit.reading.opening import open_journal
from recistkit.reading.paths import fit_for_file_name
from recistkit.reading.worklist import role_of, with_adjudications
from recistkit.study.charter import Role
from recistkit.study.folder import settings_in_force
from recistkit.study.settings import StudySettings

if TYPE_CHECKING:
    from napari_recistkit.background import Background, Job

__all__ = [
    "FoundFolder",
    "OpenFolder",
    "OpenWorklist",
    "ReadersFolder",
    "search_folder",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFolder:
    """What a search found; nothing of it is open."""

    path: Path
    reader: str
    settings: StudySettings
    cases: tuple[Case, ...]
    role: Role = "reader"


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
    settings, role = settings_in_force(path), role_of(path, reader)
    cases = find_cases(
        path,
        reader,
        on_progress=lambda done, total: job.tell(f"{looking}: {done} of {total} visits"),
        on_file=job.check,
    )
    return FoundFolder(path=path, reader=reader, settings=settings, cases=cases, role=role)


class OpenFolder:
    """Everything of a folder that stands between opening and closing it.

    Parameters
    ----------
    found : FoundFolder
    """

    who = "reader"

    def __init__(self, found: FoundFolder) -> None:
        self.path = found.path
        self.reader = found.reader
        self.settings = found.settings
        self.cases = found.cases
        self._opened: set[str] = set()

    @property
    def title(self) -> str:
        """What stands above its cases."""
        return f"{self.path.name}, {self.who} {self.reader}"

    def refresh_states(self) -> None:
        """Look how far the cases are now that were opened.

        No scan is looked at again, and no file of the others: on a network
        folder of thousands of cases that would take seconds.

        Raises
        ------
        RecistkitError
            If that cannot be told.
        """
        stale = [case for case in self.cases if self._is_stale(case)]
        now = {case.subject: case for case in self._stated(stale)}
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
        """Return the next subject after one whose case is not done.

        Raises
        ------
        ReadingError
            If there is none.
        """
        self.refresh_states()
        case = next_to_read(self.cases, subject)
        if case is None:
            raise ReadingError(self._all_done())
        return case.subject

    def close(self) -> None:
        """Let it go."""

    def _is_stale(self, case: Case) -> bool:
        return case.subject in self._opened

    def _stated(self, cases: Sequence[Case]) -> tuple[Case, ...]:
        """Return cases with their states as they are now."""
        raise NotImplementedError

    def _all_done(self) -> str:
        """Say that there is nothing more to do."""
        raise NotImplementedError


class ReadersFolder(OpenFolder):
    """A folder as its reader has it, with the journal.

    Raises
    ------
    JournalError
        If the reader's journal cannot be opened.
    """

    def __init__(self, found: FoundFolder) -> None:
        super().__init__(found)
        self.journal = open_journal(found.path, found.reader)

    def close(self) -> None:
        """Close the journal."""
        self.journal.close()

    def _stated(self, cases: Sequence[Case]) -> tuple[Case, ...]:
        return with_states(self.path, self.reader, cases)

    def _all_done(self) -> str:
        return "every other case is signed, or cannot be read"


class OpenWorklist(OpenFolder):
    """A study as its adjudicator has it."""

    who = "adjudicator"

    def _is_stale(self, case: Case) -> bool:
        """Tell whether a case may be otherwise now; those that wait cost nothing to look at."""
        return super()._is_stale(case) or case.state == "waiting for reads"

    def _stated(self, cases: Sequence[Case]) -> tuple[Case, ...]:
        return with_adjudications(self.path, cases)

    def _all_done(self) -> str:
        return "no other case is to be adjudicated now"
