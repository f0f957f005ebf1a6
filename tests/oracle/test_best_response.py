"""The second engine's best response: Table 3, confirmation to the day, minimum time of SD."""

from __future__ import annotations

from datetime import timedelta
from itertools import accumulate, combinations, product

import pytest

from tests.oracle.build import best, column, courses, day, products, row
from tests.oracle.engine import best_from_sequence


def test_continued_response_165_63_65() -> None:
    assert column(courses("165 63 65"), "response") == ["PR", "PR"]
    assert best(courses("165 63 65"))["best_response_confirmed"] == "PR"


def test_sustained_partial_response_is_a_label_and_confirms_nothing() -> None:
    reads = courses("100 69 75")
    assert column(reads, "response") == ["PR", "SD"]
    assert column(reads, "response", sustain_pr=True) == ["PR", "PR"]
    assert column(reads, "flags", sustain_pr=True) == ["", "sustained"]
    assert best(reads, sustain_pr=True)["best_response"] == "PR"
    assert best(reads, sustain_pr=True)["best_response_confirmed"] == "SD"
    longer = courses("100 70 70 80 80 80")
    assert column(longer, "response", sustain_pr=True) == ["PR"] * 5


def test_sustained_response_does_not_stand_between_two_real_ones() -> None:
    reads = courses("100 69 75 69")
    assert best(reads)["best_response_confirmed"] == "SD"
    assert best(reads, sustain_pr=True)["best_response_confirmed"] == "PR"
    assert best(reads, sustain_pr=True)["confirmed_on"] == day(84)


def test_sustained_partial_response_breaks_what_a_partial_response_breaks() -> None:
    dates = [day(28 * number) for number in range(3)]
    names = [False, True, False]
    broken = best_from_sequence(["CR", "PR", "CR"], dates, sustained=names)
    assert broken["best_response_confirmed"] == "PR"
    assert broken["confirmed_pair"] == (0, 2)
    never = best_from_sequence(["CR", "PR"], dates[:2], sustained=names[:2])
    assert never["best_response_confirmed"] == "SD"
    assert never["confirmed_pair"] is None
    held = best_from_sequence(["PR", "PR", "PR"], dates, sustained=names)
    assert held["confirmed_pair"] == (0, 2)


def test_sustained_label_does_not_outlive_a_progression() -> None:
    reads = [*courses("100 69 75 75"), row(1, "N1", "present")]
    assert column(reads, "target", sustain_pr=True) == ["PR", "PR", "SD"]


@pytest.mark.parametrize(
    ("words", "early", "late"),
    [
        ("CR CR", "CR", "CR"),
        ("CR PR", "PR", "PR"),
        ("CR SD", "NE", "SD"),
        ("CR PD", "PD", "SD"),
        ("CR NE", "NE", "SD"),
        ("PR CR", "PR", "PR"),
        ("PR PR", "PR", "PR"),
        ("PR SD", "NE", "SD"),
        ("PR PD", "PD", "SD"),
        ("PR NE", "NE", "SD"),
        ("NE NE", "NE", "NE"),
        ("PR NE PR", "PR", "PR"),
        ("PR NE NE PR", "NE", "SD"),
        ("PR SD PR", "NE", "SD"),
        ("PR CR PR", "PR", "PR"),
        ("CR NE CR", "CR", "CR"),
        ("PR PD PR", "PD", "SD"),
    ],
)
def test_confirmed_best_response(words: str, early: str, late: str) -> None:
    sequence = words.split()
    dates = [day(42 + 28 * number) for number in range(len(sequence))]
    first = dates[0] - timedelta(days=42)
    found = best_from_sequence(sequence, dates, min_sd_days=42, reference=first)
    assert found["best_response_confirmed"] == late
    found = best_from_sequence(sequence, dates, min_sd_days=400, reference=first)
    assert found["best_response_confirmed"] == early


@pytest.mark.parametrize(
    ("words", "days", "pair"),
    [
        ("PR PR", (0, 28), (0, 1)),
        ("PR PR", (0, 27), None),
        ("PR PR PR", (0, 27, 28), (0, 2)),
        ("PR SD PR", (0, 14, 28), None),
        ("PR NE NE PR", (0, 7, 14, 28), (0, 3)),
        ("PR NE NE PR", (0, 28, 35, 42), None),
        ("PR NE NE PR", (0, 27, 28, 42), (0, 3)),
        ("PR CR PR", (0, 14, 28), (0, 2)),
        ("CR PR", (0, 28), (0, 1)),
        ("CR PR", (0, 27), None),
        ("CR PR CR", (0, 28, 56), (0, 1)),
        ("CR SD PR", (0, 14, 28), None),
        ("CR PR PR", (0, 14, 28), (0, 2)),
        ("CR NE PR", (0, 28, 56), (0, 2)),
        ("PR CR CR", (0, 14, 42), None),
    ],
)
def test_confirmation_to_the_day(
    words: str, days: tuple[int, ...], pair: tuple[int, int] | None
) -> None:
    found = best_from_sequence(words.split(), [day(number) for number in days])
    if words == "PR CR CR":
        assert found["best_response_confirmed"] == "CR"
        assert found["confirmed_pair"] == (1, 2)
    else:
        assert found["confirmed_pair"] == pair


def test_one_stable_visit_between_is_accepted_when_asked_for() -> None:
    dates = [day(28 * number) for number in range(4)]
    accepted = best_from_sequence(["PR", "SD", "PR"], dates, accept_sd_between=True)
    assert accepted["best_response_confirmed"] == "PR"
    two = best_from_sequence(["PR", "SD", "SD", "PR"], dates, accept_sd_between=True)
    assert two["best_response_confirmed"] == "SD"


def test_unconfirmed_complete_response_without_targets_is_non_cr_non_pd() -> None:
    found = best_from_sequence(["CR", "PD"], [day(50), day(99)], has_targets=False)
    assert found["best_response_confirmed"] == "NON-CR/NON-PD"
    assert found["best_response"] == "CR"


@pytest.mark.parametrize(("minimum", "word"), [(42, "SD"), (43, "PD"), (0, "SD"), (None, "SD")])
def test_minimum_time_of_stable_disease_counts_its_last_day(minimum: int | None, word: str) -> None:
    reference = [{"subject": "S1", "reference_date": day(28 - 42), "group": None}]
    reads = courses("30 30 60")
    assert best(reads, subjects=reference, min_sd_days=minimum)["best_response"] == word


def test_zhu_2013_has_a_minimum_time_of_42_days() -> None:
    reads = products("20x20 20x20 40x40")
    for days, word in ((42, "SD"), (41, "PD")):
        subjects = [{"subject": "S1", "reference_date": day(28 - days), "group": None}]
        assert best(reads, subjects=subjects, criteria="zhu-2013")["best_response"] == word


def test_subject_with_a_baseline_only_is_not_evaluable() -> None:
    line = best(courses("30"))
    assert (line["best_response"], line["best_response_confirmed"]) == ("NE", "NE")
    assert line["last_date"] == day(0)


def is_confirmed(
    kind: str, words: tuple[str, ...], days: tuple[int, ...], most_ne: int, *, accept: bool
) -> bool:
    """Tell whether a pair confirms, by what may lie between the two (C25), without walking."""
    # A CR begins a PR and may stand in one, before a PR or after it.
    also = {"CR": ("CR",), "PR": ("PR", "CR")}[kind]
    for start, end in combinations(range(len(words)), 2):
        between = range(start + 1, end)
        if words[start] not in also or words[end] not in also or days[end] - days[start] < 28:
            continue
        late = [n for n in between if days[n] - days[start] >= 28]
        seen = [words[n] for n in range(start + 1, end + 1)]
        if (
            all(word in (*also, "NE", "SD") for word in seen)
            and seen.count("SD") <= (1 if accept else 0)
            and sum(words[n] == "NE" for n in late) <= most_ne
            and not any(words[n] in also for n in late)
        ):
            return True
    return False


@pytest.mark.parametrize("accept", [False, True])
@pytest.mark.parametrize("most_ne", [0, 1, 2])
@pytest.mark.parametrize("gaps", [(28, 28, 28, 28), (14, 14, 14, 14), (27, 1, 27, 28)])
def test_every_sequence_of_five_visits_is_confirmed_by_the_rule(
    gaps: tuple[int, ...], most_ne: int, accept: bool
) -> None:
    days = tuple(accumulate((0, *gaps)))
    dates = [day(number) for number in days]
    wrong = []
    for words in product(("CR", "PR", "SD", "NE", "PD"), repeat=5):
        found = best_from_sequence(
            words, dates, max_intervening_ne=most_ne, accept_sd_between=accept
        )
        upto = words[: words.index("PD") + 1] if "PD" in words else words
        expected = next(
            (
                kind
                for kind in ("CR", "PR")
                if is_confirmed(kind, upto, days, most_ne, accept=accept)
            ),
            "SD" if {"CR", "PR", "SD"} & set(upto) else "PD" if "PD" in upto else "NE",
        )
        if found["best_response_confirmed"] != expected:
            wrong.append((words, expected, found["best_response_confirmed"]))
    assert wrong == []
