"""Cases: the subjects of a folder and their visits, by the headers of their scans.

A folder holds ``<subject>/<visit>/`` with scans. Of what readers wrote, only
this reader's own journal and documents are ever opened.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from recistkit.errors import OptionError, ScanError
from recistkit.reading.case import Case, CaseState, CaseVisit
from recistkit.reading.case_state import with_state, with_states
from recistkit.reading.paths import SUBJECT_FREE, fit_for_file_name, scans_folder
from recistkit.reading.worklist import role_of, with_adjudications
from recistkit.scans import FoundSeries, find_series
from recistkit.store.rows import Assignment
from recistkit.study.charter import Role
from recistkit.study.folder import StudyFolder
from recistkit.study.own_files import require_own
from recistkit.study.study_files import is_study

__all__ = [
    "Case",
    "CaseState",
    "CaseVisit",
    "find_case",
    "find_cases",
    "require_cases",
    "with_state",
]

Progress = Callable[[int, int], None]
OnFile = Callable[[], None]


def find_cases(
    folder: Path | str,
    reader: str,
    *,
    on_progress: Progress = lambda _done, _total: None,
    on_file: OnFile = lambda: None,
) -> tuple[Case, ...]:
    """Return the cases of a folder in order of their subjects.

    Only headers are looked at. A subject whose scans have faults says so and
    does not hinder the others.

    Parameters
    ----------
    folder : Path or str
        ``<subject>/<visit>/`` with scans, ``reads/``, ``readers/``.
    reader : str
        Id of the reader; in a study it may be that of an adjudicator.
    on_progress : callable
        Called with the number of visits that were looked at, and of all.
    on_file : callable
        Called before each file and folder is looked at; what it raises ends
        the search.

    Raises
    ------
    OptionError, RoleError
        If the reader's id cannot be part of a file name, or is not this login's.
    ScanError
        If there is no such folder.
    JournalError
        If the reader's journal cannot be used.
    """
    folder = Path(folder)
    require_own(folder)
    fit_for_file_name(reader, of="reader")
    role = role_of(folder, reader)
    subjects = _assigned(folder, reader, role, _subject_folders(scans_folder(folder), on_file))
    total, done = sum(_visit_count(path, on_file) for path in subjects), itertools.count(1)

    def step() -> None:
        on_progress(next(done), total)

    found = (_found_case(path, step, on_file) for path in subjects)
    cases = [case for case in found if case is not None]
    if role == "adjudicator":
        return with_adjudications(folder, cases)
    return with_states(folder, reader, cases, on_file=on_file)


def find_case(folder: Path | str, reader: str, subject: str) -> Case:
    """Return one case of a reader of a study; no other subject's scans are looked at.

    Raises
    ------
    OptionError
        If the subject is not assigned to the reader: there may be none of this name.
    RoleError
        If this login may not read as this reader.
    ScanError, JournalError
        If its scans or the reader's journal cannot be used.
    """
    folder = Path(folder)
    place = scans_folder(folder) / fit_for_file_name(subject, of="subject")
    with StudyFolder.opened(folder, to_look=True) as study:
        study.require_reader(reader)
    if not _assigned(folder, reader, "reader", [place]):
        raise OptionError(f"{subject} is not assigned to {reader}")
    case = _found_case(place, lambda: None, lambda: None)
    if case is None:
        raise ScanError(place, "holds no scans")
    return with_state(folder, reader, case)


def _assigned(folder: Path, person: str, role: Role, subjects: list[Path]) -> list[Path]:
    """Return the folders of the subjects that somebody was given; all where there is no study."""
    if not is_study(folder):
        return subjects
    with StudyFolder.opened(folder, to_look=True) as study:
        given = {one.subject for one in study.file.rows(Assignment, reader=person, role=role)}
    return [path for path in subjects if path.name in given]


def require_cases(folder: Path | str) -> None:
    """Refuse a folder without any case; ends at the first scan that it finds.

    Raises
    ------
    ScanError
        If there is no such folder, or no scan where one is expected.
    """
    folder = Path(folder)
    require_own(folder)
    subjects = _subject_folders(scans_folder(folder))
    visits = (visit for subject in subjects for visit in _folders(subject))
    found = map(find_series, visits)
    if not any(contents.series or contents.unreadable for contents in found):
        raise ScanError(folder, "holds no cases: expected scans in <subject>/<visit>/")


def _subject_folders(folder: Path, on_file: OnFile = lambda: None) -> list[Path]:
    """Return the folders that can be those of subjects.

    Raises
    ------
    ScanError
        If there is no such folder, or it cannot be opened.
    """
    if not folder.is_dir():
        raise ScanError(folder, "there is no such folder")
    return list(_folders(folder, on_file, without=SUBJECT_FREE))


def _folders(
    folder: Path, on_file: OnFile = lambda: None, *, without: frozenset[str] = frozenset()
) -> Iterator[Path]:
    """Yield the folders in a folder in order of their names, without hidden ones.

    Raises
    ------
    ScanError
        If it cannot be opened.
    """
    for path in _entries(folder):
        on_file()
        known = path.name.casefold() in without or path.name.startswith((".", "__"))
        if path.is_dir() and not known:
            yield path


def _visit_count(subject_folder: Path, on_file: OnFile) -> int:
    """Return how many visits a subject may have; 0 where its folder cannot be opened."""
    try:
        return sum(1 for _ in _folders(subject_folder, on_file))
    except ScanError:
        return 0


def _found_case(subject_folder: Path, step: Callable[[], None], on_file: OnFile) -> Case | None:
    """Return the case in a folder; None if it holds no scans."""
    try:
        loose, found = _holds_scans(subject_folder, on_file), []
        for visit_folder in _folders(subject_folder, on_file):
            found.append(_visit(visit_folder, on_file))
            step()
    except ScanError as error:
        return Case(subject=subject_folder.name, faults=(str(error),))
    if not loose and not any(visit.series or visit.refused for visit in found):
        return None
    return _case(subject_folder.name, found, loose=loose)


def _entries(folder: Path) -> list[Path]:
    """Return what is in a folder in order of the names.

    Raises
    ------
    ScanError
        If it cannot be opened.
    """
    try:
        return sorted(folder.iterdir())
    except OSError as error:
        raise ScanError(folder, f"cannot be opened: {type(error).__name__}") from None


def _holds_scans(folder: Path, on_file: OnFile) -> bool:
    """Return whether a scan lies in a folder itself, beside the folders in it."""
    files = (path for path in _entries(folder) if path.is_file())
    named = (path for path in files if not path.name.startswith("."))
    contents = (find_series(path, on_file=on_file) for path in named)
    return any(one.series or one.unreadable for one in contents)


def _visit(folder: Path, on_file: OnFile) -> CaseVisit:
    """Return a visit with the series of its folder."""
    contents = find_series(folder, on_file=on_file)
    refused = [f"a file: {error.reason}" for error in contents.unreadable]
    refused += [
        f"{_series_said(found)}: {found.reason}"
        for found in contents.series
        if found.series is None
    ]
    return CaseVisit(
        label=folder.name,
        folder=folder,
        series=tuple(found for found in contents.series if found.series is not None),
        refused=tuple(refused),
    )


def _series_said(found: FoundSeries) -> str:
    """Return what a series is called on the screen: by no file, whose name may be a patient's."""
    count = len(found.paths)
    return f"{found.modality or 'a scan'} of {count} file{'' if count == 1 else 's'}"


def _case(subject: str, visits: Sequence[CaseVisit], *, loose: bool) -> Case:
    """Return a case with its visits in order, and what is wrong with it."""
    filled = [visit for visit in visits if visit.series or visit.refused]
    empty = [visit.label for visit in visits if visit not in filled]
    ordered = tuple(sorted(filled, key=_date_order))
    undated = [f"{visit.label}: no scan states its date" for visit in ordered if not visit.dates]
    faults = [*_name_faults(subject, ordered), *_same_day_faults(ordered)]
    faults += undated if len(undated) == len(ordered) else []
    notes = [] if faults else [f"{reason}, and it is left out" for reason in undated]
    notes += [f"{visit.label}: {reason}" for visit in ordered for reason in visit.refused]
    notes += [f"{label}: holds no scans" for label in empty]
    notes += [*_date_notes(ordered)]
    if loose:
        faults.append("scans lie beside the folders of the visits; each belongs into one of them")
    return Case(subject=subject, visits=ordered, faults=tuple(faults), notes=tuple(notes))


def _date_order(visit: CaseVisit) -> tuple[dt.date, dt.date, str]:
    """Return what visits are ordered by: the order that the responses have too."""
    dates = visit.dates or (dt.date.max,)
    return (dates[0], dates[-1], visit.label)


def _name_faults(subject: str, visits: Sequence[CaseVisit]) -> Iterator[str]:
    """Yield which names of folders cannot be those of a subject or a visit."""
    for name, noun in [(subject, "subject"), *((visit.label, "visit") for visit in visits)]:
        try:
            fit_for_file_name(name, of=noun)
        except OptionError as error:
            yield str(error)


def _same_day_faults(visits: Sequence[CaseVisit]) -> Iterator[str]:
    """Yield which visits begin on the same day: a read document knows only one of them."""
    dated = [visit for visit in visits if visit.dates]
    for one, other in itertools.pairwise(dated):
        if one.dates[0] == other.dates[0]:
            yield (
                f"{one.label} and {other.label}: scans of the same day, {one.dates[0]}; "
                "put them into the folder of one visit"
            )


def _date_notes(visits: Sequence[CaseVisit]) -> Iterator[str]:
    """Yield what is odd about the dates of the scans."""
    for visit in visits:
        undated = [found for found in visit.series if found.series and found.series.date is None]
        for found in undated if visit.dates else ():
            yield f"{visit.label}: {_series_said(found)}: states no date"
    dated = [visit for visit in visits if visit.dates]
    for earlier, later in itertools.pairwise(dated):
        if earlier.dates[0] < later.dates[0] <= earlier.dates[-1]:
            yield f"{earlier.label} and {later.label}: their scan dates overlap"
