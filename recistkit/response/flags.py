"""Flags of a visit: what a reader of the table should know besides the response."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from recistkit.model.batch import Bools
from recistkit.model.timelines import Timelines
from recistkit.response.codes import PD
from recistkit.response.new_lesion import NewLesions
from recistkit.response.non_target import NonTargets
from recistkit.response.overall import Overall
from recistkit.response.target import Targets

__all__ = ["FLAGS", "flag_bits", "flag_text"]

FLAGS: Final = (
    "pre-baseline",
    "sustained",
    "back-dated",
    "progression-by-imputed-size",
    "partial-sum-progression",
    "reappeared",
    "marker-not-normal",
    "compartment-progression",
    "new-lesion-not-placed",
    "new-lesions-not-assessable",
    "coverage-incomplete",
    "after-progression",
    "after-new-therapy",
    "after-local-therapy",
)
"""In the order in which a table prints them; bit *n* stands for the *n*-th."""


@dataclass(frozen=True, slots=True, kw_only=True)
class After:
    """Where a visit lies later than something that ends the assessment; arrays ``[row, visit]``."""

    progression: Bools
    new_therapy: Bools
    local_therapy: Bools


def flag_bits(
    reads: Timelines,
    targets: Targets,
    non_targets: NonTargets,
    new: NewLesions,
    overall: Overall,
    after: After,
) -> npt.NDArray[np.int32]:
    """Return the flags of every visit as bits; the baseline's are its coverage only."""
    follow_up = np.arange(overall.response.shape[1]) > 0
    holds = {
        "sustained": overall.sustained,
        "back-dated": new.back_dated,
        "progression-by-imputed-size": targets.by_imputed_size,
        "partial-sum-progression": targets.by_partial_sum,
        "reappeared": overall.reappeared,
        "marker-not-normal": non_targets.marker_not_normal,
        "compartment-progression": _compartment_progression(reads, overall),
        "new-lesion-not-placed": new.not_placed,
        "new-lesions-not-assessable": new.not_assessable,
        "after-progression": after.progression,
        "after-new-therapy": after.new_therapy,
        "after-local-therapy": after.local_therapy,
    }
    bits = reads.coverage_incomplete.astype(np.int32) << FLAGS.index("coverage-incomplete")
    for name, mask in holds.items():
        bits |= (mask & follow_up).astype(np.int32) << FLAGS.index(name)
    return bits


def flag_text(bits: int) -> str:
    """Return the flags as words joined by ``;``.

    Examples
    --------
    >>> flag_text(0b110)
    'sustained;back-dated'
    """
    return ";".join(name for position, name in enumerate(FLAGS) if bits >> position & 1)


def _compartment_progression(reads: Timelines, overall: Overall) -> Bools:
    """Return where the patient is not PD although a compartment is."""
    progressed: Bools = overall.response == PD
    inner = ~reads.is_overall
    below: Bools = np.zeros_like(progressed)
    np.logical_or.at(below, reads.overall[inner], progressed[inner])
    below &= ~progressed
    return below
