"""Lesions of many phantoms, and how far off proposals are: ``python -m tests.propagation.study``.

Every patient is scanned again after breathing and turning, once with lesions
that grow or shrink a little, once with deep breathing, once with lesions that
are gone; and once the follow-up is that of somebody else.
"""

from __future__ import annotations

import argparse
import math
import statistics
import sys
from dataclasses import dataclass
from functools import partial
from typing import Final

from recistkit.errors import RegistrationError
from recistkit.propagation import LesionPlace, propagate
from tests.propagation.phantom import Pair, pair

__all__ = ["CASES", "Outcome", "outcomes", "verdict"]

MEDIAN_MM: Final = 2.0
FAR_MM: Final = 10.0

CASES: Final = {
    "usual": partial(pair),
    "deep breathing": partial(pair, push_mm=22.0),
    "halved": partial(pair, grown=0.5),
    "gone": partial(pair, grown=1e-3),
    "somebody else": partial(pair),
}
FOUND: Final = ("usual", "deep breathing", "halved")
"""In which the lesion is there to be found."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one lesion; the error is infinite where it is nowhere."""

    case: str
    seed: int
    error_mm: float
    is_sure: bool


def outcomes(case: str, seed: int, lesions: int, step_mm: float) -> list[Outcome]:
    """Return the outcomes of one patient."""
    spacing_mm = (step_mm, step_mm, step_mm + 1)
    patient = CASES[case](seed, lesions=lesions, spacing_mm=spacing_mm)
    follow_up, truth_mm = patient.follow_up, patient.truth_mm
    if case == "somebody else":
        other = pair(seed + 1000, lesions=lesions, spacing_mm=spacing_mm)
        follow_up, truth_mm = other.follow_up, ((math.inf,) * 3,) * lesions
    try:
        proposals = propagate(patient.baseline, follow_up, _places(patient))
    except RegistrationError:
        return [Outcome(case, seed, math.inf, is_sure=False)] * lesions
    return [
        Outcome(case, seed, math.dist(one.point_mm, truth), one.confidence == "high")
        for one, truth in zip(proposals, truth_mm, strict=True)
    ]


def _places(patient: Pair) -> list[LesionPlace]:
    return [
        LesionPlace(point_mm=one.centre_mm, longest_mm=2 * one.radius_mm) for one in patient.lesions
    ]


def verdict(case: str, found: list[Outcome]) -> tuple[bool, str]:
    """Return whether a case holds what is asked, and its figures in words.

    Where the lesion is there: half of the errors within `MEDIAN_MM`, and none
    above `FAR_MM` that is sure. Where it is not: none is sure.
    """
    sure = [one.error_mm for one in found if one.is_sure]
    if case not in FOUND:
        return not sure, f"{case}: {len(found)} lesions, {len(sure)} sure"
    errors = [one.error_mm for one in found]
    median, far = statistics.median(errors), sum(error > FAR_MM for error in sure)
    words = (
        f"{case}: {len(found)} lesions, median error {median:.2f} mm, "
        f"largest {max(errors):.1f} mm; "
        f"{len(sure)} sure, the largest error of these {max(sure, default=0.0):.1f} mm"
    )
    return median <= MEDIAN_MM and not far, words


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--first-seed", type=int, default=100)
    parser.add_argument("--lesions", type=int, default=5)
    parser.add_argument("--step-mm", type=float, default=2.0)
    given = parser.parse_args()
    verdicts = []
    for case in CASES:
        found = [
            one
            for seed in range(given.first_seed, given.first_seed + given.seeds)
            for one in outcomes(case, seed, given.lesions, given.step_mm)
        ]
        holds, words = verdict(case, found)
        verdicts.append(holds)
        print(f"{words}: {'held' if holds else 'MISSED'}", flush=True)
    return 0 if all(verdicts) else 1


if __name__ == "__main__":
    sys.exit(main())
