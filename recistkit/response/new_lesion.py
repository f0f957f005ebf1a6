"""New lesions: what was seen, since when, and what the reader stated of the visit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recistkit.model.batch import NEVER, Bools, Codes, Days
from recistkit.model.timelines import Timelines
from recistkit.response.codes import EQUIVOCAL, NONE, NOT_ASSESSABLE, UNEQUIVOCAL

__all__ = ["NewLesions", "assess_new_lesions"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLesions:
    """New lesions of each visit; arrays ``[row, visit]``.

    Attributes
    ----------
    word : ndarray of int8
        Code of ``terms.NEW_LESION_STATEMENTS``: the strongest of the visit.
    unequivocal : ndarray of bool
        New disease at this visit, from its onset on.
    back_dated : ndarray of bool
        Unequivocal only in the light of a later visit.
    not_placed : ndarray of bool
        Stated for the patient, but in no compartment.
    not_assessable : ndarray of bool
    day : ndarray of int32
        Earliest scan of the visit that shows it.
    """

    word: Codes
    unequivocal: Bools
    back_dated: Bools
    not_placed: Bools
    not_assessable: Bools
    day: Days


def assess_new_lesions(reads: Timelines) -> NewLesions:
    """Return new lesions of every visit.

    References
    ----------
    Eisenhauer 2009, 4.3.5; conventions C17 to C19.
    """
    visit = np.arange(reads.statement.shape[1])
    overall = reads.is_overall[:, None]
    onset, declared = reads.facts.new_onset[:, None], reads.facts.new_declared[:, None]
    unplaced = (reads.statement == UNEQUIVOCAL) & (visit < onset[reads.overall])
    stated = np.where(unplaced.any(axis=1), unplaced.argmax(axis=1), NEVER)[:, None]
    stated_here = np.where(overall, stated, NEVER)
    since = np.minimum(onset, stated_here)
    unequivocal = visit >= since
    declared_since = np.minimum(declared, stated_here)
    not_assessable = reads.statement == NOT_ASSESSABLE
    equivocal = reads.cells.equivocal | (overall & (reads.statement == EQUIVOCAL))
    word = np.select(
        [unequivocal, equivocal, not_assessable],
        [np.int8(UNEQUIVOCAL), np.int8(EQUIVOCAL), np.int8(NOT_ASSESSABLE)],
        np.int8(NONE),
    )
    only_stated = unequivocal & (reads.cells.new_day == NEVER)
    return NewLesions(
        word=word,
        unequivocal=unequivocal,
        back_dated=unequivocal & (visit < declared_since),
        not_placed=unplaced & _has_compartments(reads)[:, None],
        not_assessable=not_assessable,
        day=np.where(only_stated, reads.first_day, reads.cells.new_day).astype(np.int32),
    )


def _has_compartments(reads: Timelines) -> Bools:
    own = reads.overall
    inner = np.zeros(len(own), bool)
    inner[own[~reads.is_overall]] = True
    return inner[own]
