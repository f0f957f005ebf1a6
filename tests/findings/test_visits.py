"""Findings about the dates of visits."""

from __future__ import annotations

import datetime as dt

from recistkit.findings import check_reads
from tests.findings.tables import RECIST_1_1, found, lesion, reads_of, visits_of


def test_a_baseline_scan_after_the_reference_date_is_named() -> None:
    assert found(lesion(), reference_date=dt.date(2020, 2, 20)) == [
        (
            "baseline",
            None,
            "baseline-after-reference",
            "last baseline scan 2020-03-01 lies after the reference date 2020-02-20",
        )
    ]


def test_a_baseline_scan_on_the_reference_date_is_fine() -> None:
    assert found(lesion(), reference_date=dt.date(2020, 3, 1)) == []


def test_a_visit_that_begins_before_the_last_scan_of_the_one_before_is_named() -> None:
    reads = reads_of(lesion(), lesion(timepoint="month-2"))
    late, early = dt.date(2020, 5, 2), dt.date(2020, 5, 1)
    visits = visits_of(reads, date_last=late)
    findings = check_reads(reads, visits, RECIST_1_1).select("timepoint", "code", "message")
    assert findings.rows() == [
        (
            "month-2",
            "visits-overlap",
            f"begins {early}, not after the last scan {late} of the visit before",
        )
    ]


def test_visits_that_follow_each_other_are_fine() -> None:
    assert found(lesion(), lesion(timepoint="month-2"), lesion(timepoint="month-4")) == []
