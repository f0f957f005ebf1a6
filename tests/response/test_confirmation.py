"""Confirmation: a response holds when a later visit says so again (Eisenhauer 2009, 4.6; C25)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.response.patients import best, course

CONFIRMED = ("best_response_confirmed", "confirmed_response_date", "confirmed_on")


def confirmed(
    text: str,
    **options: Any,  # noqa: ANN401 - those of `classify`
) -> tuple[str, int | None, int | None]:
    """Return the confirmed response, its day, and the day on which it was confirmed."""
    answer: tuple[str, int | None, int | None] = best(text, *CONFIRMED, **options)
    return answer


@pytest.mark.parametrize(("day", "expected"), [(27, "SD"), (28, "PR"), (29, "PR"), (900, "PR")])
def test_day_28_confirms_day_27_does_not_and_there_is_no_latest_day(
    day: int, expected: str
) -> None:
    text = f"days 0 50 {50 + day}\nT1 100 60 60"
    assert best(text, "best_response_confirmed") == expected


def test_confirmation_counts_from_last_scan_to_last_scan() -> None:
    text = """
        T1 100 60@50 60@80
        T2 100 60@53 60@80
    """
    assert confirmed(text)[0] == "SD"
    assert confirmed(text.replace("60@80\n    ", "60@81\n    "))[0] == "PR"


def test_confirmation_days_are_an_option() -> None:
    text = "days 0 50 70\nT1 100 60 60"
    assert confirmed(text, confirmation_days=20) == ("PR", 50, 70)
    assert confirmed(text, confirmation_days=21) == ("SD", None, None)
    assert confirmed("days 0 50 51\nT1 100 60 60", confirmation_days=0) == ("PR", 50, 51)


def test_a_scan_too_early_neither_confirms_nor_stands_in_the_way() -> None:
    text = "days 0 50 60 78\nT1 100 60 60 60"
    assert confirmed(text) == ("PR", 50, 78)


def test_not_only_the_next_visit_can_confirm() -> None:
    text = "days 0 28 35 42 49 56\nT1 100 60 60 60 60 60"
    assert confirmed(text) == ("PR", 28, 56)


def test_a_cr_confirms_a_pr() -> None:
    assert confirmed("T1 100 60 gone") == ("PR", 28, 56)


def test_a_pr_confirms_no_cr_but_with_it_makes_a_pr() -> None:
    text = """
        L1 x30 x9 x9
        X1 seen gone gone
        marker elevated normal elevated
    """
    # The marker turns the second CR into PR: less is known, no disease is seen.
    assert course(text) == ["CR", "PR"]
    assert confirmed(text) == ("PR", 28, 56)


def test_a_cr_outranks_an_earlier_confirmed_pr() -> None:
    assert confirmed("T1 100 60 60 gone gone") == ("CR", 84, 112)


def test_the_first_pair_is_reported() -> None:
    assert confirmed("T1 100 60 60 60 60") == ("PR", 28, 56)
    assert confirmed("T1 100 gone gone gone") == ("CR", 28, 56)


@pytest.mark.parametrize(
    ("words", "most", "expected"),
    [
        ("60 NE 60", 0, "SD"),
        ("60 NE 60", 1, "PR"),
        ("60 NE NE 60", 1, "SD"),
        ("60 NE NE 60", 2, "PR"),
        ("60 NE NE NE 60", 2, "SD"),
        ("gone NE gone", 1, "CR"),
        ("gone NE gone", 0, "SD"),
        ("gone NE NE gone", 1, "SD"),
        ("60 NE gone", 1, "PR"),
    ],
)
def test_not_evaluable_visits_between(words: str, most: int, expected: str) -> None:
    found = best(f"T1 100 {words}", "best_response_confirmed", max_intervening_ne=most)
    assert found == expected


def test_a_visit_not_evaluable_before_day_28_is_not_counted() -> None:
    text = "days 0 50 60 70 77 80 110\nT1 100 60 NE NE NE NE 60"
    # Days 60, 70 and 77 lie before day 78: one NE is left.
    assert confirmed(text) == ("PR", 50, 110)
    assert confirmed(text.replace("77", "78")) == ("SD", None, None)
    assert confirmed(text, max_intervening_ne=0) == ("SD", None, None)


def test_an_sd_between_breaks_the_response_unless_accepted() -> None:
    text = "T1 100 69 75 69"
    assert course(text) == ["PR", "SD", "PR"]
    assert confirmed(text) == ("SD", None, None)
    assert confirmed(text, accept_sd_between=True) == ("PR", 28, 84)


def test_two_sd_between_are_one_too_many() -> None:
    text = "T1 100 69 75 75 69"
    assert confirmed(text, accept_sd_between=True) == ("SD", None, None)


def test_two_sd_need_not_be_neighbours_to_be_one_too_many() -> None:
    text = "T1 100 69 75 NE 75 69"
    assert confirmed(text, accept_sd_between=True) == ("SD", None, None)


def test_an_sd_before_day_28_breaks_the_response() -> None:
    text = "days 0 50 60 90\nT1 100 69 75 69"
    assert confirmed(text) == ("SD", None, None)
    assert confirmed(text, accept_sd_between=True) == ("PR", 50, 90)


def test_an_sd_is_accepted_between_two_cr() -> None:
    text = """
        L1 x12 x9 x11 x9
        T1 30 gone gone gone
    """
    # A node of 11 mm after CR is PD by reappearance, so no SD can stand there.
    assert course(text)[1] == "PD"
    assert confirmed(text, accept_sd_between=True) == ("SD", None, None)


def test_a_broken_response_may_begin_again() -> None:
    assert confirmed("T1 100 69 75 69 69") == ("PR", 84, 112)


def test_a_pr_after_a_cr_confirms_a_pr() -> None:
    text = """
        days   0  28   35   63
        T1     50 30   gone gone
        X1     seen seen gone NE
    """
    assert course(text) == ["PR", "CR", "PR"]
    assert confirmed(text) == ("PR", 28, 63)


def test_a_cr_that_comes_early_still_lets_a_later_cr_confirm() -> None:
    text = """
        days   0  28   35   63
        T1     50 30   gone gone
        X1     seen seen gone gone
    """
    assert confirmed(text) == ("CR", 35, 63)
    text = text.replace("63", "56")
    assert confirmed(text) == ("PR", 28, 56)


def test_progression_breaks_a_response() -> None:
    assert confirmed("T1 100 60 90 60") == ("SD", None, None)


def test_visits_after_new_therapy_confirm_nothing() -> None:
    assert confirmed("T1 100 60 60", events="new-therapy@55") == ("SD", None, None)
    assert confirmed("T1 100 60 60", events="new-therapy@56") == ("PR", 28, 56)


def test_the_baseline_neither_begins_nor_confirms() -> None:
    assert confirmed("T1 100 100 60") == ("SD", None, None)


def test_a_sustained_pr_neither_begins_nor_confirms_but_stands_on_the_way() -> None:
    options = {"sustain_pr": True}
    assert confirmed("T1 100 69 75 75", **options) == ("SD", None, None)
    assert confirmed("T1 100 69 75 69", **options) == ("PR", 28, 84)
    assert confirmed("T1 100 69 75 75 69", **options) == ("PR", 28, 112)
    # After an unconfirmed PR, the sustained visit is no start: the next PR has none to confirm.
    assert confirmed("days 0 28 56 60\nT1 100 69 75 69", confirmation_days=40, **options) == (
        "SD",
        None,
        None,
    )


def test_a_sustained_pr_breaks_a_cr() -> None:
    text = """
        L1 x12  x9   x10  x9
        X1 seen gone gone gone
    """
    # A node of 10 mm after a CR is PD; the targets alone make no case for it.
    assert course(text, sustain_pr=True)[1] == "PD"
    assert confirmed(text, sustain_pr=True) == ("SD", None, None)


def test_non_targets_only_confirm_like_targets() -> None:
    assert confirmed("X1 seen gone seen gone") == ("NON-CR/NON-PD", None, None)
    assert confirmed("X1 seen gone NE gone") == ("CR", 28, 84)
    assert confirmed("X1 seen seen gone gone") == ("CR", 56, 84)
