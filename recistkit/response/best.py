"""Best response of each row, unconfirmed and confirmed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from recistkit.model.batch import NEVER, Bools, Codes, Days
from recistkit.response.codes import CR, NA, NE, PD, PERSISTS, PR, SD
from recistkit.response.confirmation import Confirmation, first_confirmed
from recistkit.response.options import ResponseOptions
from recistkit.terms import BEST_ORDER, RESPONSES

__all__ = ["Best", "Course", "best_response", "stable_from"]

RANK = np.array([BEST_ORDER.index(word) for word in RESPONSES], np.int8)
CODE_OF_RANK = np.array([RESPONSES.index(word) for word in BEST_ORDER], np.int8)
NO_VISIT = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """The responses of rows over time, as far as the best response needs them.

    Attributes
    ----------
    response : ndarray of int8, shape (n_rows, n_visits)
        The baseline stands first; its word is not used.
    sustained, counts : ndarray of bool, shape (n_rows, n_visits)
        Sustained PR; visits that count (C24).
    day : ndarray of int32, shape (n_rows, n_visits)
        Last scan of each visit.
    stable_from : ndarray of int32, shape (n_rows,)
        Day from which SD counts.
    has_targets, has_disease : ndarray of bool, shape (n_rows,)
        Whether targets, or any lesions, were followed.
    """

    response: Codes
    sustained: Bools
    counts: Bools
    day: Days
    stable_from: Days
    has_targets: Bools
    has_disease: Bools


@dataclass(frozen=True, slots=True, kw_only=True)
class Best:
    """Best responses; arrays of shape (n_rows,), visits are -1 where there is none.

    Attributes
    ----------
    unconfirmed, confirmed : ndarray of int8
    response_visit : ndarray of int64
        First visit with PR or CR.
    confirmed_visit, confirming_visit : ndarray of int64
        The pair that makes the confirmed response.
    progression_visit, last_visit : ndarray of int64
        The PD that counts; the last visit that counts (0, the baseline, if none).
    """

    unconfirmed: Codes
    confirmed: Codes
    response_visit: npt.NDArray[np.int64]
    confirmed_visit: npt.NDArray[np.int64]
    confirming_visit: npt.NDArray[np.int64]
    progression_visit: npt.NDArray[np.int64]
    last_visit: npt.NDArray[np.int64]


def best_response(course: Course, options: ResponseOptions, confirmation_days: int) -> Best:
    """Return the best response of every row.

    References
    ----------
    Eisenhauer 2009, 4.6 and Table 3; conventions C24 to C28.
    """
    response = np.where(course.counts, course.response, NA)
    confirmation = first_confirmed(
        response, course.sustained, course.day, options, confirmation_days
    )
    responded = (response == CR) | (response == PR)
    responded &= ~course.sustained
    return Best(
        unconfirmed=_named(course, _unconfirmed(course, response)),
        confirmed=_named(course, _confirmed(course, response, confirmation)),
        response_visit=_first(responded),
        confirmed_visit=confirmation.first,
        confirming_visit=confirmation.second,
        progression_visit=_first(response == PD),
        last_visit=_last(course.counts),
    )


def _unconfirmed(course: Course, response: Codes) -> Codes:
    """Return the best word; SD and NON-CR/NON-PD only from their day on.

    A sustained PR is SD here: it is the best only where the response that it
    continues does not count.
    """
    response = np.where(course.sustained & (response == PR), np.int8(SD), response)
    too_early = course.day < course.stable_from[:, None]
    too_early &= (response == SD) | (response == PERSISTS)
    return _best_word(np.where(too_early, NE, response))


def _confirmed(course: Course, response: Codes, confirmation: Confirmation) -> Codes:
    """Return the confirmed response, or what an unconfirmed one comes down to."""
    stands_for = np.where(course.has_targets, SD, PERSISTS)[:, None]
    at_least_stable = (
        (response == CR) | (response == PR) | (response == SD) | (response == PERSISTS)
    )
    too_early = course.day < course.stable_from[:, None]
    lowered = np.where(at_least_stable, np.where(too_early, NE, stands_for), response)
    lowered = np.where((response == PERSISTS) & ~too_early, PERSISTS, lowered)
    return np.where(confirmation.first == NO_VISIT, _best_word(lowered), confirmation.word)


def _best_word(response: npt.NDArray[np.integer]) -> Codes:
    best: Codes = CODE_OF_RANK[RANK[response].min(axis=1)]
    return best


def _named(course: Course, word: Codes) -> Codes:
    """Without disease NA, unless it progressed; with disease and no visit NE (C27)."""
    word = np.where(course.has_disease & (word == NA), NE, word)
    return np.where(~course.has_disease & (word != PD), NA, word).astype(np.int8)


def _first(mask: Bools) -> npt.NDArray[np.int64]:
    return np.where(mask.any(axis=1), mask.argmax(axis=1), NO_VISIT)


def _last(mask: Bools) -> npt.NDArray[np.int64]:
    last = mask.shape[1] - 1 - mask[:, ::-1].argmax(axis=1)
    return np.where(mask.any(axis=1), last, 0)


def stable_from(start: Days, minimum_days: int | None) -> Days:
    """Return the first day on which SD counts; always, where there is no minimum.

    Parameters
    ----------
    start : ndarray of int32, shape (n_rows,)
        Reference date, or baseline.
    """
    if not minimum_days:
        return np.full(len(start), -NEVER, np.int32)
    first = start.astype(np.int64) + minimum_days
    return np.where(start == NEVER, NEVER, first).astype(np.int32)
