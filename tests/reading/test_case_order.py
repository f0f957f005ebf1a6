"""Which case comes next: the first one after this that can be read and is not signed."""

from __future__ import annotations

import pytest

from recistkit.reading.case import Case, next_to_read

CASES = (
    Case(subject="S1", state="signed"),
    Case(subject="S2"),
    Case(subject="S3", faults=("no scan has a date",)),
    Case(subject="S4", state="draft"),
)


@pytest.mark.parametrize(
    ("subject", "expected"),
    [(None, "S2"), ("S1", "S2"), ("S2", "S4"), ("S3", "S4"), ("S4", "S2"), ("S9", "S2")],
)
def test_the_next_case_is_the_next_that_can_be_read(subject: str | None, expected: str) -> None:
    found = next_to_read(CASES, subject)
    assert found is not None
    assert found.subject == expected


def test_there_is_no_next_case_where_all_others_are_signed() -> None:
    assert next_to_read(CASES[:2], "S2") is None
