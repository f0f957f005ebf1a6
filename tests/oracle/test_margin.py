"""The second engine's margins, against trying every change."""

from __future__ import annotations

from fractions import Fraction

import pytest

from tests.oracle.build import column, courses, products
from tests.oracle.parameters import CRITERIA, Options
from tests.oracle.response import Facts, answer, margin


@pytest.mark.parametrize(
    ("course", "value"),
    [
        ("100 75", Fraction("-5")),
        ("100 70", Fraction("0.001")),
        ("100 119", Fraction("1")),
        ("100 120", Fraction("-0.001")),
        ("20 20", Fraction("5")),
        ("100 94", Fraction("-24")),
        ("100 96", Fraction("24")),
        ("10 13", Fraction("2")),
        ("100 0", None),
    ],
)
def test_margin_is_the_smallest_change_that_alters_the_response(
    course: str, value: Fraction | None
) -> None:
    assert column(courses(course), "margin") == [value]


def test_margin_takes_the_increase_of_two_equal_changes() -> None:
    assert column(courses("100 95"), "margin") == [Fraction(25)]
    who = products("10x10 10x8.75")
    assert column(who, "margin", criteria="who-1979", who_pd="sum") == [Fraction("37.5")]


@pytest.mark.parametrize("criteria", ["recist-1.1", "recist-1.0"])
@pytest.mark.parametrize("sustain", [False, True])
def test_margin_agrees_with_trying_every_change(criteria: str, sustain: bool) -> None:
    parameters = CRITERIA[criteria]
    options = Options(sustain_pr=sustain, imputed_can_progress=sustain)
    for nadir, complete, imputed in ((0, True, 0), (40, True, 7), (55, False, 0), (80, True, 5)):
        facts = Facts(
            has_targets=True,
            complete=complete,
            all_gone=False,
            imputed=imputed,
            baseline_sum=80,
            nadir_sum=nadir,
            lesion_progresses=False,
            lesion_progresses_as_measured=False,
            had_response=sustain,
            non_target="NA",
            new_lesion=False,
            comes_back=False,
        )
        for total in (0, 30, 41, 56, 57, 66, 80, 95, 96, 97, 200):
            today = answer(total, facts, parameters, options).response
            altering = [
                change
                for change in range(-total, 6000)
                if answer(total + change, facts, parameters, options).response != today
            ]
            smallest = min(altering, key=lambda change: (abs(change), -change), default=None)
            assert margin(total, facts, parameters, options) == smallest
