"""What a document or the tables refuse is said of visits and lesions, never of places in a file."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from recistkit.model.read import Read
from recistkit.reading.document import document_of
from recistkit.reading.refusals import refusals
from tests.reading.sessions import charter, complete_visit, open_session, read_baseline, sign


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """T1, the node T2 and NT1 at two visits, as they would be signed."""
    session = open_session(tmp_path)
    read_baseline(session)
    sign(session)
    session.go_to_visit("month-2")
    complete_visit(session)
    return document_of(session.draft, charter(), "RK-001", "A", ("baseline", "month-2"))


def said(read: Read) -> list[str]:
    return [str(item) for item in refusals(read)]


def test_nothing_is_said_of_a_sound_read(read: Read) -> None:
    assert said(read) == []


def test_a_mark_is_named_by_visit_and_lesion(read: Read) -> None:
    moved = read.marks[4].model_copy(update={"date": dt.date(2011, 4, 1)})
    marks = (*read.marks[:4], moved, *read.marks[5:])
    (sentence,) = said(read.model_copy(update={"marks": marks}))
    assert sentence == (
        "month-2, T2: date of the scan: 2011-04-01 lies outside the timepoint 'month-2', "
        "2011-03-11 to 2011-03-11"
    )


def test_a_length_is_named_by_its_axis(read: Read) -> None:
    shorter = read.marks[0].model_copy(update={"longest_mm": Decimal("45.0")})
    marks = (shorter, *read.marks[1:])
    assert said(read.model_copy(update={"marks": marks})) == [
        "baseline, T1: long axis: 45.0 mm is given, and its ruler is 50.0 mm long"
    ]


def test_a_visit_is_named_by_its_label(read: Read) -> None:
    before = dt.date(2011, 3, 1)
    turned = read.timepoints[1].model_copy(update={"date_last": before})
    timepoints = (read.timepoints[0], turned)
    assert said(read.model_copy(update={"timepoints": timepoints})) == [
        "month-2: last scan: 2011-03-01 is before first scan 2011-03-11",
    ]


def test_a_lesion_is_named_by_its_id(read: Read) -> None:
    given = read.lesions[0].model_copy(update={"compartment": "primary"})
    lesions = (given, *read.lesions[1:])
    assert said(read.model_copy(update={"lesions": lesions}))[:2] == [
        "T2: compartment: is missing, while other lesions have one",
        "NT1: compartment: is missing, while other lesions have one",
    ]
