"""What a series is loaded in spite of: it stands beside the series, and measuring stays true."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

__all__ = ["SERIES_FINDINGS", "SeriesFinding"]

SERIES_FINDINGS: Final[dict[str, str]] = {
    "gantry-tilt": "the slices are stacked aslant, not along their normal; lengths within a slice "
    "hold, and the true slice direction is kept",
    "split-series": "one series UID holds several stacks at the same places (echoes, phases, "
    "acquisitions, sizes, orientations); this is one of them",
    "duplicate-instances": "files that hold the same slice with the same pixels were counted once",
    "instance-order": "the instance numbers do not follow the slices; the positions were used",
    "rescale-varies": "slope or intercept differ between slices; each slice has its own",
    "anisotropic-pixels": "rows and columns are not equally far apart; both distances are used",
    "thickness-varies": "the slices state different thicknesses; the largest is taken",
    "lossy-compression": "pixels were compressed with loss: edges may have moved a little",
}
"""What each code means, in one sentence; the only codes that there are."""


@dataclass(frozen=True, slots=True)
class SeriesFinding:
    """One thing to know about a series that could be loaded.

    Parameters
    ----------
    code : str
        One of `SERIES_FINDINGS`, kebab-case.
    message : str
        What was found, with its numbers, as the end of a sentence that begins
        with the series: ``"has a gantry tilt of 12.0 degrees"``.

    Raises
    ------
    ValueError
        If there is no such code.
    """

    code: str
    message: str

    def __post_init__(self) -> None:
        if self.code not in SERIES_FINDINGS:
            raise ValueError(f"there is no finding {self.code}")
