"""A few boundary-heavy patients of every kind: both engines give the same tables."""

from __future__ import annotations

import pytest

from recistkit import criteria
from tests.oracle.compare import compare_counting
from tests.oracle.generate import generate


@pytest.mark.parametrize("name", criteria.shipped())
@pytest.mark.parametrize("seed", [7001, 7002])
def test_both_engines_agree_on_a_few_dozen_patients(seed: int, name: str) -> None:
    found = compare_counting(generate(seed, 60, name))
    assert found.differences == []
    assert found.reads >= 60
