"""Best response of every sequence of up to five visits with every option, in both engines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import accumulate, cycle, islice, product
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from recistkit.response.best import Best, Course, best_response, stable_from
from recistkit.response.options import ResponseOptions
from recistkit.terms import RESPONSES
from tests.oracle.best import best_from_sequence
from tests.response.patients import START

CONFIRMATION_DAYS = 28
GAPS = ((14,), (27,), (28,), (56,), (28, 7), (7, 28))
"""Days between visits, one after the other, again from the first."""
WITH_TARGETS = ("CR", "PR", "sustained", "SD", "NE")
NON_TARGETS_ONLY = ("CR", "NON-CR/NON-PD", "NE")
# Sequences without a PD and sequences that end with one; with targets, then non-targets only.
EXPECTED = {
    1: 5 + 1 + 3 + 1,
    2: 25 + 5 + 9 + 3,
    3: 125 + 25 + 27 + 9,
    4: 625 + 125 + 81 + 27,
    5: 3125 + 625 + 243 + 81,
}
OPTIONS = [
    {"max_intervening_ne": most, "accept_sd_between": accept, "min_sd_days": days}
    for most, accept, days in product((0, 1, 2), (False, True), (None, 42))
]

Words = tuple[str, ...]


@dataclass(frozen=True)
class Rows:
    """Sequences of one length, each with every spacing of its visits."""

    words: list[Words]
    days: list[list[int]]
    """Of the visits after the baseline, which is day 0."""
    has_targets: bool


def sequences(length: int, words: Sequence[str]) -> Iterator[Words]:
    """Return every sequence; visits after a PD do not count and are left out."""
    yield from product(words, repeat=length)
    yield from ((*before, "PD") for before in product(words, repeat=length - 1))


def rows_of(length: int, *, has_targets: bool) -> Rows:
    words = WITH_TARGETS if has_targets else NON_TARGETS_ONLY
    pairs = list(product(sequences(length, words), GAPS))
    days: dict[tuple[int, ...], list[int]] = {
        gaps: list(accumulate(islice(cycle(gaps), length))) for gaps in GAPS
    }
    return Rows([one for one, _ in pairs], [days[gaps] for _, gaps in pairs], has_targets)


def first_engine(rows: Rows, options: dict[str, Any]) -> Best:
    """Return the best responses of all rows at once; visit 0 is the baseline."""
    count, visits = len(rows.words), len(rows.words[0]) + 1
    response = np.full((count, visits), -1, np.int8)
    codes = {word: RESPONSES.index(word) for word in RESPONSES} | {"sustained": 1}
    response[:, 1:] = [[codes[word] for word in words] for words in rows.words]
    sustained = np.zeros((count, visits), bool)
    sustained[:, 1:] = [[word == "sustained" for word in words] for words in rows.words]
    counts = np.ones((count, visits), bool)
    counts[:, 0] = False
    day = np.zeros((count, visits), np.int32)
    day[:, 1:] = rows.days
    course = Course(
        response=response,
        sustained=sustained,
        counts=counts,
        day=day,
        stable_from=stable_from(day[:, 0], options["min_sd_days"]),
        has_targets=np.full(count, rows.has_targets),
        has_disease=np.ones(count, bool),
    )
    return best_response(course, ResponseOptions(**options), CONFIRMATION_DAYS)


def second_engine(
    words: Words, days: Sequence[int], rows: Rows, options: dict[str, Any]
) -> tuple[Any, ...]:
    """Return the answer as `answers_of` does, with visits counted from 1."""
    found = best_from_sequence(
        ["PR" if word == "sustained" else word for word in words],
        [START + timedelta(days=number) for number in days],
        sustained=[word == "sustained" for word in words],
        has_targets=rows.has_targets,
        confirmation_days=CONFIRMATION_DAYS,
        reference=START,
        **options,
    )
    pair = found["confirmed_pair"] or (-2, -2)
    visits = (found["response_index"], *pair, found["progression_index"])
    return (
        found["best_response"],
        found["best_response_confirmed"],
        *(-1 if visit is None else visit + 1 for visit in visits),
    )


def answers_of(best: Best) -> Iterator[tuple[Any, ...]]:
    """Return words, first response, confirming pair and progression of each row."""
    columns: list[npt.NDArray[Any]] = [
        best.response_visit,
        best.confirmed_visit,
        best.confirming_visit,
        best.progression_visit,
    ]
    words = np.array(RESPONSES)
    yield from zip(
        words[best.unconfirmed].tolist(),
        words[best.confirmed].tolist(),
        *(column.tolist() for column in columns),
        strict=True,
    )


@pytest.mark.parametrize("length", [1, 2, 3, 4, 5])
def test_every_sequence_of_visits_with_every_option(length: int) -> None:
    compared, differences = 0, []
    for has_targets, options in product((True, False), OPTIONS):
        rows = rows_of(length, has_targets=has_targets)
        answers = answers_of(first_engine(rows, options))
        for words, days, answer in zip(rows.words, rows.days, answers, strict=True):
            compared += 1
            expected = second_engine(words, days, rows, options)
            if answer != expected:
                differences.append((words, days, options, answer, expected))
    assert differences == []
    assert compared == EXPECTED[length] * len(GAPS) * len(OPTIONS)
    print(f"{length} visits: {compared} best responses in both engines, no difference")
