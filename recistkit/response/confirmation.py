"""Confirmation: a response holds when a later visit says so again (C25)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from recistkit.model.batch import Bools, Codes, Days
from recistkit.response.codes import CR, NA, NE, PR, SD
from recistkit.response.options import ResponseOptions

__all__ = ["Confirmation", "first_confirmed"]


@dataclass(frozen=True, slots=True)
class Confirmation:
    """The first pair of visits that makes the confirmed response of each row.

    Attributes
    ----------
    word : ndarray of int8, shape (n_rows,)
        CR or PR; meaningless where `first` is -1.
    first, second : ndarray of int64, shape (n_rows,)
        Visits of the pair, -1 without one.
    """

    word: Codes
    first: npt.NDArray[np.int64]
    second: npt.NDArray[np.int64]


def first_confirmed(
    response: Codes,
    sustained: Bools,
    day: Days,
    options: ResponseOptions,
    confirmation_days: int,
) -> Confirmation:
    """Return the first confirmed CR of each row, else its first confirmed PR.

    Parameters
    ----------
    response : ndarray of int8, shape (n_rows, n_visits)
        NA at visits that do not count.
    sustained : ndarray of bool, shape (n_rows, n_visits)
    day : ndarray of int32, shape (n_rows, n_visits)
        Last scan of each visit.
    options : ResponseOptions
    confirmation_days : int
    """
    n_rows, n_visits = response.shape
    first = np.full(n_rows, -1, np.int64)
    second = np.full(n_rows, -1, np.int64)
    word = np.full(n_rows, CR, np.int8)
    for wanted in (CR, PR):
        for visit in range(1, n_visits):
            begins = _at_least(wanted, response[:, visit]) & ~sustained[:, visit] & (first < 0)
            rows = np.flatnonzero(begins)
            if not len(rows):
                continue
            found = _confirmed_at(
                (wanted, visit),
                response[rows],
                sustained[rows],
                day[rows],
                options,
                confirmation_days,
            )
            rows, found = rows[found >= 0], found[found >= 0]
            first[rows], second[rows], word[rows] = visit, found, wanted
    return Confirmation(word, first, second)


def _confirmed_at(
    begin: tuple[int, int],
    response: Codes,
    sustained: Bools,
    day: Days,
    options: ResponseOptions,
    confirmation_days: int,
) -> npt.NDArray[np.int64]:
    """Return the visit that confirms the response (word, visit), -1 where none does."""
    wanted, visit = begin
    n_rows, n_visits = response.shape
    found = np.full(n_rows, -1, np.int64)
    open_ = np.ones(n_rows, bool)
    missing = np.zeros(n_rows, np.int64)
    stable = np.zeros(n_rows, np.int64)
    for later in range(visit + 1, n_visits):
        word = response[:, later]
        counts = word != NA
        late = day[:, later] - day[:, visit] >= confirmation_days
        confirms = _at_least(wanted, word)
        missing += (word == NE) & late
        stable += word == SD
        accepted = (word == SD) & options.accept_sd_between & (stable <= 1)
        broken = counts & ~confirms & (word != NE) & ~accepted
        broken |= missing > options.max_intervening_ne
        open_ &= ~broken
        here = open_ & confirms & late & ~sustained[:, later]
        found[here & (found < 0)] = later
        open_ &= ~here
    return found


def _at_least(wanted: int, word: Codes) -> Bools:
    """Return where a visit says CR, or for a PR also PR."""
    return np.isin(word, (CR, PR) if wanted == PR else (CR,))
