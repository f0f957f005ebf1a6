"""Where each lesion truly is on each scan, and how long."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from phantom.canvas import Geometry, Posture
from phantom.shapes import Array, Shape, ellipsoid
from phantom.study import LesionPlan

__all__ = ["HEADER", "Placed", "place_lesion"]

TOO_SMALL_MM = 3.0

HEADER = (
    "subject", "timepoint", "lesion", "role", "organ", "nodal", "compartment", "state", "date",
    "modality", "series", "slice", "longest_mm", "short_mm", "depth_mm", "x_mm", "y_mm", "z_mm",
    "long_start_x_mm", "long_start_y_mm", "long_start_z_mm",
    "long_end_x_mm", "long_end_y_mm", "long_end_z_mm",
    "short_start_x_mm", "short_start_y_mm", "short_start_z_mm",
    "short_end_x_mm", "short_end_y_mm", "short_end_z_mm",
)  # fmt: skip


@dataclass(frozen=True)
class Placed:
    """A lesion on one scan, in patient coordinates (LPS, mm).

    Parameters
    ----------
    slice_index : int
        From 0, by position along the normal; the centre lies on it.
    axes : array, shape (3, 3)
        Rows: unit vectors of long axis, short axis and normal.
    """

    plan: LesionPlan
    state: str
    centre_mm: Array
    slice_index: int
    size_mm: tuple[float, float]
    depth_mm: float
    axes: Array

    @property
    def shape(self) -> Shape:
        """The lesion's body in patient coordinates."""
        return self.grown(0.0)

    def grown(self, rim_mm: float) -> Shape:
        """Return the lesion's body, larger by a rim."""
        long, short = self.size_mm
        radii = (long / 2 + rim_mm, short / 2 + rim_mm, self.depth_mm / 2 + rim_mm)
        x, y, z = map(float, self.centre_mm)
        return ellipsoid((x, y, z), radii, axes=self.axes)

    @property
    def is_seen(self) -> bool:
        """Whether there is anything to paint."""
        return self.size_mm[0] > 0

    def ends(self, which: int) -> tuple[Array, Array]:
        """Return the ends of the long (0) or the short (1) axis."""
        half = self.axes[which] * self.size_mm[which] / 2
        return self.centre_mm - half, self.centre_mm + half

    def row(self, subject: str, visit: str, date: dt.date, modality: str, series: str) -> list[str]:
        """Return the lesion's row of the truth table."""
        plan = self.plan
        row = [subject, visit, plan.name, plan.role, plan.organ, str(plan.nodal).lower(),
               plan.compartment, self.state, date.isoformat(), modality, series]  # fmt: skip
        if not self.is_seen:
            return row + [""] * (len(HEADER) - len(row))
        ends = [*self.ends(0), *self.ends(1)]
        numbers = [*self.size_mm, self.depth_mm, *self.centre_mm, *np.concatenate(ends)]
        return [*row, str(self.slice_index), *(f"{float(value) + 0.0:.3f}" for value in numbers)]


def place_lesion(
    plan: LesionPlan, visit: int, geometry: Geometry, posture: Posture, *, spoilt: bool
) -> Placed:
    """Return a lesion on a scan, its centre moved to the nearest slice.

    Parameters
    ----------
    visit : int
        Which visit, from 0.
    spoilt : bool
        Whether an artefact lies over the organ.
    """
    at_rest = posture if plan.scan == "ct" else Posture(posture.shift_mm, posture.turn_degrees)
    index = geometry.index(at_rest.patient_mm(plan.place_mm))
    nearest = round(float(index[2]))
    centre = np.round(geometry.point_mm((float(index[0]), float(index[1]), float(nearest))), 3)
    directions = geometry.directions
    angle = np.radians(plan.angle_degrees)
    long = np.cos(angle) * directions[0] + np.sin(angle) * directions[1]
    short = -np.sin(angle) * directions[0] + np.cos(angle) * directions[1]
    size = plan.sizes_mm[visit] or (0.0, 0.0)
    state = "measured" if plan.role == "target" else "present"
    if size[0] == 0.0:
        state = "absent"
    elif spoilt:
        state = "not-evaluable"
    elif size[0] <= TOO_SMALL_MM:
        state = "too-small"
    depth = round(0.95 * (size[0] + size[1]) / 2, 3)
    return Placed(plan, state, centre, nearest, size, depth, np.stack([long, short, directions[2]]))
