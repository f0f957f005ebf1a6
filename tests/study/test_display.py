"""Numbers as a radiologist sees them."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recistkit.study.display import date_text, percent_text, sum_text

LIMITS = (-30.0, 20.0)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (None, ""),
        (0.0, "0.0"),
        (-0.0, "0.0"),
        (0.04, "0.0"),
        (-0.04, "0.0"),
        (12.34, "+12.3"),
        (-38.94, "-38.9"),
        (-30.0, "-30.0"),
        (-30.000000000000004, "-30.0"),
        (-29.96, "-29.96"),
        (-29.9996, "-29.9996"),
        (-30.04, "-30.04"),
        (-29.94, "-29.9"),
        (20.0, "+20.0"),
        (19.97, "+19.97"),
        (20.04, "+20.04"),
        (-100.0, "-100.0"),
        (-99.97, "-99.97"),
        (1234.56, "+1234.6"),
    ],
)
def test_a_change_is_rounded_but_never_to_another_story(change: float | None, text: str) -> None:
    assert percent_text(change, LIMITS) == text


@given(
    baseline_um=st.integers(1, 500_000),
    change_um=st.integers(-500_000, 500_000),
)
def test_the_text_meets_a_limit_exactly_when_the_change_does(
    baseline_um: int, change_um: int
) -> None:
    exact = Fraction(100 * change_um, baseline_um)
    shown = Fraction(percent_text(100 * change_um / baseline_um, LIMITS))
    assert (shown <= -30) == (exact <= -30)
    assert (shown >= 20) == (exact >= 20)
    assert (shown <= -100) == (exact <= -100)
    assert abs(shown - exact) <= Fraction(1, 20) + Fraction(1, 10**9)


@pytest.mark.parametrize(
    ("length", "text"), [(57.4, "57.4"), (0.0, "0.0"), (57.125, "57.125"), (None, "")]
)
def test_a_sum_keeps_its_digits(length: float | None, text: str) -> None:
    assert sum_text(length) == text


def test_a_day_is_an_iso_date_or_nothing() -> None:
    assert (date_text(date(2011, 3, 1)), date_text(None)) == ("2011-03-01", "")
