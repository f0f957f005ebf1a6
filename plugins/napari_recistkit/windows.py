"""Windows: which grey values are shown between black and white."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from recistkit.reading.grid import ViewGrid

__all__ = [
    "PRESETS",
    "Window",
    "dragged",
    "first_window",
    "narrowest_width",
    "preset_window",
    "spread_window",
]

_OF_ONE_VALUE: Final = 1.0
"""Width over a volume that is the same everywhere."""
_NARROWEST_OF_CT: Final = 1.0
_NARROWEST_SHARE: Final = 1 / 1000
"""Of the grey values of a volume without HU."""
_DRAG_SHARE: Final = 1 / 300
"""Share of the width by which one pixel of a drag changes a window."""
_DARKEST_PERCENT: Final = 1.0
_BRIGHTEST_PERCENT: Final = 99.5
_SAMPLES: Final = 200_000


@dataclass(frozen=True, slots=True)
class Window:
    """A window of grey values.

    Parameters
    ----------
    level : float
        Grey value in the middle (HU for CT).
    width : float
        From black to white, above zero.
    """

    level: float
    width: float

    @property
    def limits(self) -> tuple[float, float]:
        """The grey values that are black and white."""
        return (self.level - self.width / 2, self.level + self.width / 2)

    @classmethod
    def between(cls, black: float, white: float) -> Window:
        """Return the window from black to white, however small the grey values are."""
        return cls((black + white) / 2, white - black if white > black else _OF_ONE_VALUE)


PRESETS: Final[dict[str, Window]] = {
    "soft tissue": Window(40.0, 400.0),
    "lung": Window(-600.0, 1500.0),
    "liver": Window(60.0, 160.0),
    "bone": Window(400.0, 1800.0),
    "brain": Window(40.0, 80.0),
    "mediastinum": Window(50.0, 350.0),
}
"""Windows for CT in HU, in the order of the keys 1 to 6."""


def spread_window(grid: ViewGrid) -> Window:
    """Return a window over nearly all grey values of a volume, for what has no HU."""
    step = max(1, round((grid.voxels.size / _SAMPLES) ** (1 / 3)))
    sample = grid.voxels[::step, ::step, ::step]
    finite = sample[np.isfinite(sample)]
    if not finite.size:
        return Window(0.0, _OF_ONE_VALUE)
    black, white = np.percentile(finite, (_DARKEST_PERCENT, _BRIGHTEST_PERCENT))
    return Window.between(float(black), float(white))


def preset_window(grid: ViewGrid, name: str) -> Window:
    """Return a preset for a volume; without HU (MRI) a window over its own grey values.

    Raises
    ------
    KeyError
        If there is no such preset.
    """
    preset = PRESETS[name]
    return preset if grid.series.modality == "CT" else spread_window(grid)


def first_window(grid: ViewGrid) -> Window:
    """Return the window that a volume is shown in at first."""
    return preset_window(grid, "soft tissue")


def narrowest_width(grid: ViewGrid) -> float:
    """Return the width below which a window of a volume shows noise, or nothing: of CT one HU."""
    if grid.series.modality == "CT":
        return _NARROWEST_OF_CT
    return spread_window(grid).width * _NARROWEST_SHARE


def dragged(window: Window, right_px: float, down_px: float, narrowest: float) -> Window:
    """Return a window after a drag: to the right is wider, upwards is brighter.

    Parameters
    ----------
    window : Window
        As it was when the drag began.
    right_px, down_px : float
        How far it went.
    narrowest : float
        The width that is left at least; see `narrowest_width`.
    """
    step = max(window.width * _DRAG_SHARE, narrowest)
    width = max(window.width + right_px * step, narrowest)
    return Window(window.level + down_px * step, width)
