"""One run of adding scans: plan, copy, place, have it recorded; see `add_scans`."""

from __future__ import annotations

import contextlib
import itertools
import shutil
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from recistkit.errors import ScanError
from recistkit.model.scan_record import ScanRecord
from recistkit.scans.places import Places
from recistkit.study.adding.copy import copied_scan
from recistkit.study.adding.folder import place_all, settle, staged
from recistkit.study.adding.key_file import KeyDocument, save_key
from recistkit.study.adding.mapping import MappingRow
from recistkit.study.adding.problems import Problem, ScansRefusedError
from recistkit.study.adding.records import CopiedScan, numbered_records, patient_links, series_links
from recistkit.study.adding.search import SearchResult, search_scans
from recistkit.study.adding.subjects import SubjectScan, subject_problems, subject_scans
from recistkit.study.adding.timepoints import PlacedScan, placed_scans, placing_problems

__all__ = ["AddedScans", "Job", "Progress", "StudyScans", "added", "looked_at"]

Progress = Callable[[str, int, int], None]
_SPARE_BYTES: Final = 64 * 1024**2
_BYTES_PER_VOXEL: Final = 4
_BYTES_PER_HEADER: Final = 8192
_MEGABYTE: Final = 10**6


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyScans:
    """How a study is asked for its scans, and told of new ones.

    Attributes
    ----------
    existing : callable
        Returns the scans that the study has; called when nobody else adds any.
    record : callable
        Takes the records of the new scans when their files are in place and on
        disk. They are part of the study when it returns; if it raises, they are
        not, and the next run removes the files.
    is_locked : callable
        Whether a timepoint of a subject is part of a signed read.
    rereads : callable
        Returns the ids of re-reads, which no patient can have; called when
        nobody else adds any.
    """

    existing: Callable[[], Sequence[ScanRecord]]
    record: Callable[[Sequence[ScanRecord]], None]
    is_locked: Callable[[str, str], bool]
    rereads: Callable[[], Collection[str]] = frozenset


@dataclass(frozen=True, slots=True, kw_only=True)
class AddedScans:
    """What was added.

    Attributes
    ----------
    records : tuple of ScanRecord
        By subject, timepoint and number.
    left_out : tuple of Problem
        What was found beside them and is no scan to measure on, or is bad.
    key_file : Path
        Where the link to the patients is now.
    """

    records: tuple[ScanRecord, ...]
    left_out: tuple[Problem, ...]
    key_file: Path = field(repr=False)


@dataclass(frozen=True, slots=True)
class Job:
    """What a run knows about the study, and what it was asked for."""

    study: Path
    key: KeyDocument
    key_path: Path
    existing: tuple[ScanRecord, ...]
    mapping: tuple[MappingRow, ...] | None
    scans: StudyScans
    visit_days: int
    skip_bad: bool
    on_progress: Progress


def looked_at(source: Path, on_progress: Progress) -> SearchResult:
    """Return what is in the folder, by headers."""
    total, done = Places(source).files(), itertools.count(1)
    return search_scans(
        source, on_file=lambda: on_progress("looking", min(next(done), total), total)
    )


def added(job: Job, found: SearchResult) -> AddedScans:
    """Copy what was found, place it, and have it recorded.

    Raises
    ------
    ScansRefusedError
        If anything speaks against it.
    """
    named, problems = _planned(job, found)
    if problems:
        # Everything at once: also what only decoding shows, of scans that nothing is said about.
        told = {problem.where for problem in problems}
        rest = [one for one in named if one.scan.where not in told]
        copies, bad = _copied(job, rest, None)
        problems += [*(() if job.skip_bad else bad), *_same_pixels(copies, job.existing)]
        raise ScansRefusedError(problems)
    with staged(job.study) as stage:
        copies, bad = _copied(job, named, stage)
        problems = [*(() if job.skip_bad else bad), *_same_pixels(copies, job.existing)]
        if problems or not copies:
            raise ScansRefusedError(problems or [Problem(reason="there is no scan to be added")])
        records = _placed(job, copies, stage)
        job.scans.record(records)
    with contextlib.suppress(OSError):  # they are recorded; the next run clears up
        settle(job.study, {one.path for one in (*job.existing, *records)})
    left_out = (*found.left_out, *(found.bad if job.skip_bad else ()), *bad)
    return AddedScans(records=records, left_out=left_out, key_file=job.key_path)


def _planned(job: Job, found: SearchResult) -> tuple[list[SubjectScan], list[Problem]]:
    """Return the scans with their subjects, and everything that headers say against adding them."""
    named, unnamed = subject_scans(found.scans, job.mapping, job.key, job.existing)
    problems = [*found.mixed, *(() if job.skip_bad else found.bad), *unnamed]
    problems += subject_problems(
        named,
        job.key,
        job.existing,
        mapped=job.mapping is not None,
        rereads=job.scans.rereads(),
    )
    problems += _with_timepoints(job, named)[1]
    problems += _space_problems(job.study, named)
    if not found.scans and not problems:
        problems = [Problem(reason="there is no scan to be added"), *found.left_out]
    return named, problems


def _with_timepoints(
    job: Job, named: Sequence[SubjectScan]
) -> tuple[list[PlacedScan], list[Problem]]:
    """Return the scans with their timepoints, and why they may not be added there."""
    placed, problems = placed_scans(named, job.existing, job.visit_days)
    problems += placing_problems(placed, job.key, job.existing, job.scans.is_locked)
    return placed, problems


def _space_problems(study: Path, named: Sequence[SubjectScan]) -> Iterator[Problem]:
    """Yield whether there is too little room on the disk."""
    needed = _SPARE_BYTES
    for one in named:
        columns, rows, slices = one.scan.series.size
        needed += columns * rows * slices * _BYTES_PER_VOXEL + slices * _BYTES_PER_HEADER
    free = shutil.disk_usage(study).free
    if free < needed:
        sizes = f"needs up to {needed // _MEGABYTE} MB, and {free // _MEGABYTE} MB are free"
        yield Problem(reason=f"there is too little room on the disk of the study: {sizes}")


def _copied(
    job: Job, named: Sequence[SubjectScan], stage: Path | None
) -> tuple[list[CopiedScan], list[Problem]]:
    """Copy the scans (or, without a folder, only decode them); return why some cannot be."""
    total, done = sum(len(one.scan.paths) for one in named), itertools.count(1)
    copies: list[CopiedScan] = []
    problems: list[Problem] = []
    for index, one in enumerate(named):
        folder = stage / str(index) if stage else None
        try:
            copy = copied_scan(
                one.scan,
                one.subject,
                job.key.pseudonyms,
                folder,
                on_file=lambda: job.on_progress("copying", min(next(done), total), total),
            )
        except ScanError as error:
            problems.append(one.scan.problem(error.reason))
        else:
            copies.append(CopiedScan(one, copy, folder))
    return copies, problems


def _same_pixels(copies: Sequence[CopiedScan], existing: Sequence[ScanRecord]) -> Iterator[Problem]:
    """Yield scans whose grey values are those of another one: it comes twice, under other UIDs."""
    known = {record.pixels_sha256 for record in existing}
    for one in copies:
        if one.copy.pixels_sha256 in known:
            yield one.named.scan.problem(
                "has the grey values of a scan that is in the study or comes before it"
            )
        known.add(one.copy.pixels_sha256)


def _placed(job: Job, copies: Sequence[CopiedScan], stage: Path) -> tuple[ScanRecord, ...]:
    """Move the copies to their places; return their records.

    Raises
    ------
    ScansRefusedError
        If the scans that were left out leave the others another timepoint,
        to which they may not be added.
    """
    named = [one.named for one in copies]
    placed, problems = _with_timepoints(job, named)
    if problems:
        raise ScansRefusedError(problems)
    records = numbered_records(job.study, copies, placed, job.key, job.existing)
    links = series_links(named, job.key)
    save_key(job.key.extended(patient_links(named, job.key), links), job.key_path)
    place_all(job.study, stage, {folder: record.path for folder, record in records.items()})
    return tuple(sorted(records.values(), key=_place))


def _place(record: ScanRecord) -> tuple[str, str, int]:
    """Return what records are ordered by."""
    return (record.subject, record.timepoint, int(record.path.rpartition("/")[2]))
