"""The slices of one series UID to one series, or to several, each with its findings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from recistkit.errors import ScanError
from recistkit.model.series_finding import SeriesFinding
from recistkit.scans.dicom.copies import Copy, without_copies
from recistkit.scans.dicom.header import SliceHeader
from recistkit.scans.dicom.parts import Part, parts_of
from recistkit.scans.dicom.stack import stacked
from recistkit.scans.found_series import FoundSeries

__all__ = ["found_dicom"]


def found_dicom(headers: Sequence[SliceHeader]) -> list[FoundSeries]:
    """Return the series that slices make, or why they cannot be placed.

    Parameters
    ----------
    headers : sequence of SliceHeader
        All of one series UID, in the order of their files; at least one.

    Returns
    -------
    list of FoundSeries
        One; or one for each part, told apart by their headers. Where one part
        alone can be loaded it keeps the series UID of the headers; of several
        each has a UID of its own that follows from it.
    """
    try:
        kept, copies = without_copies(headers)
    except ValueError as error:
        return [_refused(headers, error)]
    parts = parts_of(kept)
    found = [_found(part) for part in parts]
    if sum(one.series is not None for one in found) > 1:
        found = [_with_uid(one, part) for one, part in zip(found, parts, strict=True)]
    if len(found) > 1:
        pairs = enumerate(zip(found, parts, strict=True), start=1)
        found = [_numbered(one, part, number, len(found)) for number, (one, part) in pairs]
    return [_with_duplicates(one, copies) for one in found]


def _found(part: Part) -> FoundSeries:
    """Return the series of one part."""
    first = part.headers[0]
    try:
        stack = stacked(part.headers)
    except ValueError as error:
        return _refused(part.headers, error)
    return FoundSeries(
        uid=first.series_uid,
        modality=first.modality,
        paths=_paths(stack.headers),
        series=stack.series,
        reason=None,
        findings=stack.findings,
        frames=tuple(header.stored for header in stack.headers),
    )


def _refused(headers: Sequence[SliceHeader], error: ValueError) -> FoundSeries:
    """Return a series that cannot be placed."""
    return FoundSeries(
        uid=headers[0].series_uid,
        modality=headers[0].modality,
        paths=_paths(headers),
        series=None,
        reason=error.reason if isinstance(error, ScanError) else str(error),
        where=getattr(error, "path", None),
    )


def _paths(headers: Iterable[SliceHeader]) -> tuple[Path, ...]:
    """Return the files of slices, each once."""
    return tuple(dict.fromkeys(header.path for header in headers))


def _with_uid(found: FoundSeries, part: Part) -> FoundSeries:
    """Return the series of a part under a UID of its own."""
    if found.series is None:
        return found
    return replace(found, series=replace(found.series, uid=part.uid()))


def _numbered(found: FoundSeries, part: Part, number: int, total: int) -> FoundSeries:
    """Return the series of a part that says which part it is."""
    said = f"is part {number} of {total} under one series UID: {part.said}"
    finding = SeriesFinding("split-series", said)
    findings = (finding, *found.findings) if found.series else ()
    return replace(found, part=number, findings=findings)


def _with_duplicates(found: FoundSeries, copies: Sequence[Copy]) -> FoundSeries:
    """Return a series with the copies that were left out of it."""
    own = set(found.paths)
    duplicates = tuple(dict.fromkeys(copy for kept, copy in copies if kept in own))
    if not duplicates:
        return found
    count = len(duplicates)
    said = f"has {count} file{'' if count == 1 else 's'} of slices that are there already"
    finding = SeriesFinding("duplicate-instances", f"{said}, with the same pixels")
    findings = (*found.findings, finding) if found.series else ()
    return replace(found, duplicates=duplicates, findings=findings)
