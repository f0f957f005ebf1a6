"""The four criteria as numbers, each with its source, and the options in force."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MM: Final = 1_000
"""Grid steps in a millimetre."""

MM2: Final = 1_000_000
"""Grid steps in a square millimetre."""


@dataclass(frozen=True)
class Parameters:
    """What one set of criteria counts and where its limits are.

    Sizes are whole numbers of 0.001 mm, products of 1e-6 mm2.
    """

    product: bool
    """The size of a lesion is longest diameter x perpendicular."""
    steps: int
    """Grid steps in one unit (mm or mm2) of a size."""
    normal_node_below: int | None
    """A node with a shorter short axis is normal; None where there is no such rule."""
    stand_in: int
    """What a lesion counts that is too small to measure."""
    response_percent: int
    """PR when the sum is at most this part of the baseline sum."""
    progression_percent: int
    """PD when the sum (or the lesion) is at least this part of the smallest earlier one."""
    least_increase: int
    """PD needs at least this increase too."""
    stable: str
    """The word for neither."""
    min_sd_days: int | None
    """Minimum time of SD where the options do not say."""


CRITERIA: Final = {
    # Eisenhauer 2009, 4.3.1, 4.3.2: short axis of nodes, -30 %, +20 % and 5 mm, 5 mm stand-in.
    "recist-1.1": Parameters(
        product=False,
        steps=MM,
        normal_node_below=10 * MM,
        stand_in=5 * MM,
        response_percent=70,
        progression_percent=120,
        least_increase=5 * MM,
        stable="SD",
        min_sd_days=None,
    ),
    # Therasse 2000: longest diameters only, no nodal rule, no 5 mm rule.
    "recist-1.0": Parameters(
        product=False,
        steps=MM,
        normal_node_below=None,
        stand_in=5 * MM,
        response_percent=70,
        progression_percent=120,
        least_increase=0,
        stable="SD",
        min_sd_days=None,
    ),
    # WHO handbook 1979, Miller 1981: products, -50 %, +25 % of one or more lesions.
    "who-1979": Parameters(
        product=True,
        steps=MM2,
        normal_node_below=None,
        stand_in=25 * MM2,
        response_percent=50,
        progression_percent=125,
        least_increase=0,
        stable="NC",
        min_sd_days=None,
    ),
    # Zhu 2013: products with the limits of Therasse 2000.
    "zhu-2013": Parameters(
        product=True,
        steps=MM2,
        normal_node_below=None,
        stand_in=25 * MM2,
        response_percent=70,
        progression_percent=120,
        least_increase=0,
        stable="SD",
        min_sd_days=42,
    ),
}


@dataclass(frozen=True)
class Options:
    """The choices that a study makes (rules A1, A13-A16, A24, A26, A29)."""

    confirmation_days: int = 28
    max_intervening_ne: int = 1
    accept_sd_between: bool = False
    sustain_pr: bool = False
    compartment_stop: str = "first"
    min_sd_days: int | None = None
    sd_from: str = "reference"
    imputed_can_progress: bool = True
    by_lesion: bool = False
    """Progression is tested lesion by lesion (WHO), not on the sum."""
