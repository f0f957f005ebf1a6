"""A small part of ``make oracle``: both engines give the same answers."""

from __future__ import annotations

import pytest

from tests.oracle.compare import compare, compare_counting
from tests.oracle.generate import generate
from tests.oracle.parameters import CRITERIA


@pytest.mark.parametrize("criteria", list(CRITERIA))
def test_both_engines_agree_on_two_thousand_reads(criteria: str) -> None:
    reads, seed = 0, 0
    differences: list[str] = []
    while reads < 2_000:
        found = compare_counting(generate(seed, 40, criteria))
        differences += found.differences
        reads += found.reads
        seed += 1
    assert differences == []


@pytest.mark.parametrize(
    ("seed", "criteria_id"),
    [
        # A non-target seen at a visit that ends after local therapy, gone at one that does not.
        (20261314, "recist-1.0"),
        # A node in fragments seen on two days, one of them without a size, after a CR.
        (5000141, "recist-1.1"),
    ],
)
def test_cases_that_once_differed_agree(seed: int, criteria_id: str) -> None:
    assert compare(generate(seed, 150, criteria_id)) == []
