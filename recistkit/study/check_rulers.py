"""Check the rulers of a read against the scans that they name.

A ruler that does not fit its scan is a finding, never an exception: the read
stays what the reader signed, and somebody has to look at it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Final

from recistkit.measure.placement import (
    PLACE_TOLERANCE_MM,
    off_slice_mm,
    outside_mm,
    slice_span_mm,
)
from recistkit.measure.ruler import commit_ruler, off_perpendicular_degrees, ruler_length_mm
from recistkit.model.finding import Finding
from recistkit.model.mark import ImagePlace, Mark, Ruler
from recistkit.model.read import Read
from recistkit.model.series import Series

__all__ = ["PERPENDICULAR_TOLERANCE_DEGREES", "check_rulers"]

PERPENDICULAR_TOLERANCE_DEGREES: Final = 5.0
"""How far the angle of the two axes may be from a right angle; drawn by hand, it never is one."""

_Words = Iterator[tuple[str, str]]


def check_rulers(read: Read, series: Iterable[Series]) -> list[Finding]:
    """Return what does not fit between the rulers of a read and its scans.

    Parameters
    ----------
    read : Read
        One reader's evaluation; marks without a ruler are not looked at.
    series : iterable of Series
        The scans that there are, of this subject or of all.

    Returns
    -------
    list of Finding
        In order of the marks, with the codes ``ruler-on-another-series`` (the
        series is not there, or is of another frame of reference, modality or
        date), ``ruler-outside-image``, ``ruler-off-slice`` (an end is nearer
        to another slice, by more than half the slice spacing),
        ``committed-length-differs`` and ``short-axis-not-perpendicular``.
    """
    scans = {item.uid: item for item in series}
    return [
        Finding(
            subject=read.subject,
            reader=read.reader,
            timepoint=mark.timepoint,
            lesion=mark.lesion,
            code=code,
            message=message,
        )
        for mark in read.marks
        if mark.longest or mark.short
        for code, message in _mark_words(mark, scans, read.resolution_mm)
    ]


def _rulers(mark: Mark) -> Iterator[tuple[str, Ruler, Decimal | None]]:
    """Yield the rulers of a mark, in words, with their committed lengths."""
    if mark.longest:
        yield "long axis", mark.longest, mark.longest_mm
    if mark.short:
        yield "short axis", mark.short, mark.short_mm


def _mark_words(mark: Mark, scans: Mapping[str, Series], resolution_mm: Decimal) -> _Words:
    """Yield code and message of everything about one mark."""
    scan = scans.get(mark.image.series) if mark.image and mark.image.series else None
    others = list(_series_words(mark, scan))
    yield from others
    for name, ruler, length in _rulers(mark):
        if scan is not None and mark.image is not None and not others:
            yield from _place_words(name, ruler, scan, mark.image.slice)
        expected = commit_ruler(ruler, resolution_mm)
        if length != expected:
            stated = "none" if length is None else f"{length} mm"
            words = f"the {name} is {expected} mm long between its ends, and {stated} is committed"
            yield "committed-length-differs", words
    yield from _angle_words(mark)


def _series_words(mark: Mark, scan: Series | None) -> _Words:
    """Yield findings of a ruler that is not on the series that it names."""
    code = "ruler-on-another-series"
    image = mark.image
    if image is None or image.series is None:
        yield code, "the ruler names no series"
    elif scan is None:
        yield code, f"the series {image.series} is not among the scans"
    else:
        yield from ((code, words) for words in _header_words(mark, image, scan))


def _header_words(mark: Mark, image: ImagePlace, scan: Series) -> Iterator[str]:
    """Yield how the header of a series contradicts the mark that names it."""
    frame = scan.frame_of_reference
    if image.frame_of_reference and frame and image.frame_of_reference != frame:
        yield "the ruler and the series it names have different frames of reference"
    if image.modality and scan.modality and image.modality != scan.modality:
        yield f"the ruler was set on {image.modality}, and the series it names is {scan.modality}"
    if scan.date and mark.date != scan.date:
        yield f"the mark is dated {mark.date}, and the series it names {scan.date}"


def _place_words(name: str, ruler: Ruler, scan: Series, slice_index: int | None) -> _Words:
    """Yield findings of a ruler outside its image or off its slice."""
    distance_mm = outside_mm(scan, ruler)
    if distance_mm:
        yield "ruler-outside-image", f"the {name} ends {distance_mm:.2f} mm outside the image"
    limit_mm = scan.slice_spacing_mm / 2 + PLACE_TOLERANCE_MM
    if slice_index is None:
        span_mm = slice_span_mm(scan, ruler)
        if span_mm > limit_mm:
            yield (
                "ruler-off-slice",
                f"the ends of the {name} lie {span_mm:.2f} mm apart across slices",
            )
    elif slice_index >= scan.slices:
        words = f"the mark names slice {slice_index}, and the last one is {scan.slices - 1}"
        yield "ruler-off-slice", words
    else:
        off_mm = off_slice_mm(scan, ruler, slice_index)
        if off_mm > limit_mm:
            yield "ruler-off-slice", f"the {name} lies {off_mm:.2f} mm off slice {slice_index}"


def _angle_words(mark: Mark) -> _Words:
    """Yield a finding where the short axis is not perpendicular to the long one."""
    if mark.longest is None or mark.short is None:
        return
    if not ruler_length_mm(mark.longest) or not ruler_length_mm(mark.short):
        return
    angle = off_perpendicular_degrees(mark.longest, mark.short)
    if angle > PERPENDICULAR_TOLERANCE_DEGREES:
        words = f"the short axis is {angle:.1f} degrees off the perpendicular of the long axis"
        yield "short-axis-not-perpendicular", words
