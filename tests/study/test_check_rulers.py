"""Rulers against the scans that they name: findings, never exceptions."""

from __future__ import annotations

import dataclasses
import datetime as dt
from decimal import Decimal

import pytest

from recistkit.measure.ruler import commit_ruler
from recistkit.model.finding import Finding
from recistkit.model.mark import ImagePlace, Mark, Ruler
from recistkit.model.read import Read
from recistkit.model.series import Series, Vector
from recistkit.study.check_rulers import check_rulers
from tests.exchange.read_documents import example
from tests.model.test_series import tilted

START, END = (1.0, 2.0, 7.0), (9.0, 12.0, 7.0)
"""Ends of the long axis by index, in a grid of 0.5 x 0.8 x 5 mm: 4 mm across and 8 mm down."""
SHORT_START, SHORT_END = (3.0, 9.0, 7.0), (7.0, 7.75, 7.0)
"""Ends of the short axis: 2 mm across and 1 mm up, perpendicular to the long one."""


def scan(**changes: object) -> Series:
    grid = dataclasses.replace(
        tilted(33.0), modality="MR", date=dt.date(2011, 3, 2), frame_of_reference="1.9"
    )
    return dataclasses.replace(grid, **changes)  # type: ignore[arg-type]


def ruler(start: Vector, end: Vector) -> Ruler:
    return Ruler(start_mm=scan().point_mm(start), end_mm=scan().point_mm(end))


def read_of(**changes: object) -> Read:
    """Return a read of one mark on slice 7 that fits its scan, except for the changes."""
    rulers = {"longest": ruler(START, END), "short": ruler(SHORT_START, SHORT_END)} | changes
    lengths = {
        f"{name}_mm": commit_ruler(item, Decimal("0.1"))
        for name, item in rulers.items()
        if isinstance(item, Ruler)
    }
    mark = Mark.model_validate(
        {
            "lesion": "T1",
            "timepoint": "baseline",
            "date": dt.date(2011, 3, 2),
            "state": "measured",
            "image": ImagePlace(series="1.2.3", slice=7, modality="MR", frame_of_reference="1.9"),
        }
        | lengths
        | rulers
    )
    return example().model_copy(update={"marks": (mark,)})


def found(read: Read, *scans: Series) -> list[tuple[str, str]]:
    return [(item.code, item.message) for item in check_rulers(read, scans or [scan()])]


def test_a_ruler_that_fits_its_scan_is_no_finding() -> None:
    assert check_rulers(read_of(), [scan(uid="1.1"), scan()]) == []


def test_marks_without_a_ruler_are_not_looked_at() -> None:
    read = example()
    marks = tuple(mark for mark in read.marks if not mark.longest)
    assert check_rulers(read.model_copy(update={"marks": marks}), []) == []


def test_a_finding_says_whose_ruler_it_is() -> None:
    (finding,) = check_rulers(read_of(), [])
    assert finding == Finding(
        subject="RK-001",
        reader="A",
        timepoint="baseline",
        lesion="T1",
        code="ruler-on-another-series",
        message="the series 1.2.3 is not among the scans",
    )


@pytest.mark.parametrize("image", [None, ImagePlace(slice=7)])
def test_a_ruler_that_names_no_series_is_found(image: ImagePlace | None) -> None:
    assert found(read_of(image=image)) == [("ruler-on-another-series", "the ruler names no series")]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"frame_of_reference": "1.8"},
            "the ruler and the series it names have different frames of reference",
        ),
        ({"modality": "CT"}, "the ruler was set on MR, and the series it names is CT"),
        (
            {"date": dt.date(2011, 5, 3)},
            "the mark is dated 2011-03-02, and the series it names 2011-05-03",
        ),
    ],
)
def test_a_series_that_contradicts_the_mark_is_found(
    changes: dict[str, object], message: str
) -> None:
    assert found(read_of(), scan(**changes)) == [("ruler-on-another-series", message)]


def test_what_a_header_does_not_say_contradicts_nothing() -> None:
    silent = scan(frame_of_reference=None, modality=None, date=None)
    assert found(read_of(), silent) == []
    assert found(read_of(image=ImagePlace(series="1.2.3", slice=7))) == []


def test_a_ruler_outside_its_image_is_found() -> None:
    longest = ruler(START, (9.0, 20.5, 7.0))
    assert found(read_of(longest=longest, short=None)) == [
        ("ruler-outside-image", "the long axis ends 0.80 mm outside the image")
    ]


@pytest.mark.parametrize(("offset", "findings"), [(0.49, 0), (0.5, 0), (0.51, 1)])
def test_a_ruler_nearer_to_another_slice_is_found(offset: float, findings: int) -> None:
    longest = ruler((1.0, 2.0, 7 + offset), (9.0, 12.0, 7 + offset))
    codes = [code for code, _ in found(read_of(longest=longest, short=None))]
    assert codes == ["ruler-off-slice"] * findings


def test_a_ruler_off_its_slice_is_told_with_its_distance() -> None:
    short = ruler((3.0, 9.0, 9.0), (7.0, 7.75, 9.0))
    assert found(read_of(short=short)) == [
        ("ruler-off-slice", "the short axis lies 10.00 mm off slice 7")
    ]


def test_a_slice_that_the_series_does_not_have_is_found() -> None:
    image = ImagePlace(series="1.2.3", slice=30)
    message = "the mark names slice 30, and the last one is 29"
    assert found(read_of(image=image, short=None)) == [("ruler-off-slice", message)]


def test_without_a_slice_the_ends_must_lie_in_one() -> None:
    image = ImagePlace(series="1.2.3")
    assert found(read_of(image=image)) == []
    longest = ruler(START, (9.0, 12.0, 8.0))
    assert found(read_of(image=image, longest=longest, short=None)) == [
        ("ruler-off-slice", "the ends of the long axis lie 5.00 mm apart across slices")
    ]


def test_a_length_that_is_not_its_rulers_is_found() -> None:
    message = "the long axis is 8.9 mm long between its ends, and 9.1 mm is committed"
    assert found(read_of(longest_mm=Decimal("9.1"))) == [("committed-length-differs", message)]
    message = "the short axis is 2.2 mm long between its ends, and none is committed"
    assert found(read_of(short_mm=None)) == [("committed-length-differs", message)]


def test_a_short_axis_askew_is_found() -> None:
    short = ruler((3.0, 9.0, 7.0), (7.0, 9.0, 7.0))
    assert found(read_of(short=short)) == [
        (
            "short-axis-not-perpendicular",
            "the short axis is 26.6 degrees off the perpendicular of the long axis",
        )
    ]


def test_a_ruler_without_length_has_no_angle() -> None:
    point = ruler(START, START)
    assert found(read_of(short=point)) == []
    assert found(read_of(longest=point)) == []


def test_a_short_axis_alone_is_checked() -> None:
    assert found(read_of(longest=None)) == []
    assert found(read_of(longest=None), scan(modality="CT")) == [
        ("ruler-on-another-series", "the ruler was set on MR, and the series it names is CT")
    ]
