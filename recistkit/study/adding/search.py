"""What is in a folder that scans are to be added from: scans with their patients, and what is none.

Only headers are looked at here.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from recistkit.errors import ScanError
from recistkit.model.series import Series
from recistkit.scans import FolderContents, FoundSeries, find_series
from recistkit.scans.deidentification.identity import (
    Identity,
    Patient,
    dicom_identity,
    nifti_identity,
)
from recistkit.scans.dicom.header import slice_headers
from recistkit.scans.dicom.stack import stacked
from recistkit.scans.places import Places
from recistkit.scans.volume_files.by_ending import is_volume_file
from recistkit.scans.volume_files.nifti import is_nifti
from recistkit.scans.volume_files.sidecar import sidecar_path
from recistkit.study.adding.problems import Problem

__all__ = ["FoundScan", "SearchResult", "search_scans"]

Identities = Mapping[Path, Identity]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class FoundScan:
    """One scan that can be measured on, and whose it is.

    Attributes
    ----------
    where : str
        Where it is, without names.
    series : Series
        Its grid, with the UIDs that it came with.
    paths : tuple of Path
        Its files, in slice order.
    nifti : bool
        Whether it is a NIfTI file.
    identity : Identity
        Of its first file; patient and study are the same in all of them.
    sop_uids : tuple of str
        Former UIDs of the slices.
    folders : tuple of tuple of PurePosixPath
        For each of its folders: that folder and those above it, relative to
        where the search began.
    """

    where: str
    series: Series
    paths: tuple[Path, ...]
    nifti: bool
    identity: Identity
    sop_uids: tuple[str, ...]
    folders: tuple[tuple[PurePosixPath, ...], ...]

    @property
    def patient(self) -> Patient | None:
        """Whose it is; None where it does not say."""
        return self.identity.patient

    @property
    def visit_date(self) -> dt.date | None:
        """The date that tells which visit it is of: that of the study, else its own."""
        return self.identity.study_date or self.series.date

    def problem(self, reason: str) -> Problem:
        """Return a problem of this scan."""
        return Problem(where=self.where, reason=reason, path=self.paths[0])


@dataclass(slots=True)
class SearchResult:
    """What a search found.

    Attributes
    ----------
    scans : list of FoundScan
        In the order of their places.
    left_out : list of Problem
        What is no scan to measure on; nobody misses it.
    bad : list of Problem
        Scans that cannot be measured on, or not be understood.
    mixed : list of Problem
        Files of several patients where those of one belong.
    """

    scans: list[FoundScan] = field(default_factory=list)
    left_out: list[Problem] = field(default_factory=list)
    bad: list[Problem] = field(default_factory=list)
    mixed: list[Problem] = field(default_factory=list)


def search_scans(source: Path, *, on_file: Callable[[], None] = lambda: None) -> SearchResult:
    """Return the scans below a folder.

    Parameters
    ----------
    source : Path
        A folder of DICOM and NIfTI files, at any depth.
    on_file : callable
        Called before each file is looked at.

    Raises
    ------
    ScanError
        If there is no such folder.
    """
    places, result = Places(source), SearchResult()
    contents = find_series(source, on_file=on_file)
    result.bad += [
        Problem(where=one.where, reason=one.reason, path=one.path) for one in places.closed
    ]
    for error in contents.unreadable:
        result.bad.append(_problem(places, error.path, error.reason))
    identities: dict[Path, Identity] = {}
    for found in contents.series:
        _add_series(result, places, found, identities)
    result.mixed += _mixed_folders(places, identities)
    result.left_out += _passed_by(contents)
    result.scans.sort(key=lambda scan: scan.paths)
    return result


def _problem(places: Places, path: Path, reason: str) -> Problem:
    """Return a problem of one file."""
    return Problem(where=places.of_file(path), reason=reason, path=path)


def _passed_by(contents: FolderContents) -> Iterator[Problem]:
    """Yield how many files are no scans at all: one of them might have been meant to be one."""
    niftis = (found.paths[0] for found in contents.series if is_nifti(found.paths[0]))
    described = sum(sidecar_path(path).is_file() for path in niftis)
    count = contents.other_files - described
    if count > 0:
        noun = "file is" if count == 1 else "files are"
        yield Problem(reason=f"{count} {noun} neither DICOM nor NIfTI by name or content")


def _add_series(
    result: SearchResult, places: Places, found: FoundSeries, identities: dict[Path, Identity]
) -> None:
    """Put one series where it belongs; note whose its files are."""
    where, path = places.of_series(found.paths), found.paths[0]
    nifti = is_nifti(path)
    if is_volume_file(path) and not nifti:
        result.bad.append(_problem(places, path, "is NRRD or MetaImage; expected DICOM or NIfTI"))
        return
    files = (*found.paths, *found.duplicates)
    try:
        known = {path: (nifti_identity if nifti else dicom_identity)(path) for path in files}
    except ScanError as error:
        result.bad.append(_problem(places, error.path, error.reason))
        return
    identities.update(known)
    kept = tuple(path for path in found.paths if not known[path].left_out)
    result.left_out += _left_out(places, found.paths, known)
    if not kept:
        return
    problem = _mixture([known[path] for path in (*kept, *found.duplicates)])
    if problem:
        result.mixed.append(Problem(where=where, reason=problem, path=path))
        return
    try:
        series, paths = _placed(found, kept)
    except ValueError as error:
        reason = error.reason if isinstance(error, ScanError) else str(error)
        result.bad.append(Problem(where=where, reason=reason, path=path))
        return
    reasons = sorted({known[path].refused or "" for path in kept} - {""})
    if reasons:
        result.bad += [Problem(where=where, reason=reason, path=path) for reason in reasons]
        return
    result.scans.append(
        FoundScan(
            where=where,
            series=series,
            paths=paths,
            nifti=nifti,
            identity=known[paths[0]],
            sop_uids=tuple(known[path].sop_uid or "" for path in paths if not nifti),
            folders=tuple({path.parent: tuple(places.below(path)) for path in paths}.values()),
        )
    )


def _placed(found: FoundSeries, kept: tuple[Path, ...]) -> tuple[Series, tuple[Path, ...]]:
    """Return the grid and the files of a series, in slice order, without what is left out of it.

    Raises
    ------
    ValueError
        If it cannot be placed; the text says why.
    """
    if kept == found.paths:
        if found.series is None:
            raise ValueError(found.reason or "cannot be placed")
        return found.series, found.paths
    stack = stacked([header for path in kept for header in slice_headers(path)])
    uid = found.series.uid if found.series else stack.series.uid
    files = dict.fromkeys(header.path for header in stack.headers)
    return replace(stack.series, uid=uid), tuple(files)


def _left_out(places: Places, paths: Sequence[Path], known: Identities) -> list[Problem]:
    """Return why files of a series are left out, once for each reason."""
    by_reason: dict[str, list[Path]] = defaultdict(list)
    for path in paths:
        reason = known[path].left_out
        if reason:
            by_reason[reason].append(path)
    return [
        Problem(
            where=places.of_series(tuple(sorted(found))),
            reason=f"{reason} ({len(found)} file{'' if len(found) == 1 else 's'})",
            path=found[0],
        )
        for reason, found in by_reason.items()
    ]


def _mixture(identities: Sequence[Identity]) -> str | None:
    """Return what is wrong with a series that is not of one patient and one study."""
    if len({one.patient for one in identities}) > 1:
        return "holds files of two patients in one series"
    if len({one.birth_date for one in identities}) > 1:
        return "states two birth dates in one series"
    if len({(one.study_uid, one.study_date) for one in identities}) > 1:
        return "holds files of two imaging studies in one series"
    if (
        len({one.sop_uid for one in identities} - {None}) < len(identities)
        and identities[0].sop_uid
    ):
        return "is there twice, or has files that are copies of each other"
    return None


def _mixed_folders(places: Places, identities: Identities) -> list[Problem]:
    """Return the folders that hold files of more than one patient."""
    patients: dict[Path, set[Patient]] = defaultdict(set)
    for path, identity in identities.items():
        if identity.patient:
            patients[path.parent].add(identity.patient)
    reason = "holds files of two patients; each belongs into a folder of its own"
    return [
        Problem(where=places.of_folder(folder), reason=reason, path=folder)
        for folder, found in sorted(patients.items())
        if len(found) > 1
    ]
