"""Canvas: a grid in the patient on which shapes are painted with soft edges."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import product

import numpy as np

from phantom.shapes import Array, Point, Shape

__all__ = ["Canvas", "Geometry", "Posture"]

_SUBSLICES = 3
_BREATH_MIDDLE_MM, _BREATH_WIDTH_MM = 290.0, 75.0


@dataclass(frozen=True)
class Geometry:
    """The grid of an image: LPS, mm; slices along the normal of rows and columns."""

    columns: int
    rows: int
    slices: int
    column_spacing_mm: float
    row_spacing_mm: float
    slice_spacing_mm: float
    centre_mm: Point
    row_direction: Point = (1.0, 0.0, 0.0)
    column_direction: Point = (0.0, 1.0, 0.0)

    @property
    def directions(self) -> Array:
        """Unit vectors of row, column and normal, one a row; shape (3, 3)."""
        row, column = np.array(self.row_direction), np.array(self.column_direction)
        return np.stack([row, column, np.cross(row, column)])

    @property
    def spacing_mm(self) -> Array:
        """Distance between columns, rows and slices; shape (3,)."""
        return np.array([self.column_spacing_mm, self.row_spacing_mm, self.slice_spacing_mm])

    @property
    def origin_mm(self) -> Array:
        """Centre of the first voxel, to 0.001 mm; shape (3,)."""
        middle = (np.array([self.columns, self.rows, self.slices]) - 1) / 2
        start: Array = np.array(self.centre_mm) - (middle * self.spacing_mm) @ self.directions
        return np.round(start, 3) + 0.0

    def point_mm(self, index: tuple[float, float, float]) -> Array:
        """Return the place of an index (column, row, slice)."""
        place: Array = self.origin_mm + (np.array(index) * self.spacing_mm) @ self.directions
        return place

    def index(self, point_mm: Array) -> Array:
        """Return the index (column, row, slice), with fractions, of a place."""
        offset: Array = (self.directions @ (point_mm - self.origin_mm)) / self.spacing_mm
        return offset


@dataclass(frozen=True)
class Posture:
    """How the patient lay and breathed: anatomy to patient coordinates."""

    shift_mm: Point = (0.0, 0.0, 0.0)
    turn_degrees: float = 0.0
    breath_mm: float = 0.0

    @property
    def rotation(self) -> Array:
        """Rotation about the long axis of the body; shape (3, 3)."""
        angle = np.radians(self.turn_degrees)
        cos, sin = np.cos(angle), np.sin(angle)
        return np.array([[cos, -sin, 0.0], [sin, cos, 0.0], [0.0, 0.0, 1.0]])

    def breathed(self, z: Array) -> Array:
        """Return the height that the organs at height `z` have at rest."""
        away = (z - _BREATH_MIDDLE_MM) / _BREATH_WIDTH_MM
        rest: Array = z - self.breath_mm * np.exp(-(away**2))
        return rest

    def patient_mm(self, anatomy: Point) -> Array:
        """Return where a place of the resting anatomy is in the patient."""
        z = anatomy[2]
        for _ in range(20):
            z += anatomy[2] - float(self.breathed(np.array(z)))
        turned = self.rotation @ np.array([anatomy[0], anatomy[1], z])
        place: Array = turned + np.array(self.shift_mm)
        return place


@dataclass
class Canvas:
    """Values on a grid of thin slices, and where its voxels are in the anatomy."""

    geometry: Geometry
    posture: Posture
    soft_mm: float
    values: Array = field(init=False)

    def __post_init__(self) -> None:
        grid = self.geometry
        self.values = np.zeros((grid.slices * _SUBSLICES, grid.rows, grid.columns))

    def _affine(self, *, anatomy: bool) -> tuple[Array, Array]:
        """Return steps (rows: column, row, thin slice) and origin of the fine grid."""
        grid = self.geometry
        steps = grid.directions * grid.spacing_mm[:, None]
        steps[2] /= _SUBSLICES
        origin = grid.origin_mm - steps[2] * (_SUBSLICES - 1) / 2
        if not anatomy:
            return steps, origin
        rotation = self.posture.rotation
        return steps @ rotation, (origin - np.array(self.posture.shift_mm)) @ rotation

    def places(
        self, low: Point, high: Point, *, anatomy: bool = True
    ) -> tuple[tuple[slice, slice, slice], Array, Array, Array] | None:
        """Return the part of the grid around a box, and its x, y and z; None if there is none."""
        steps, origin = self._affine(anatomy=anatomy)
        corners = np.array(list(product(*zip(low, high, strict=True))))
        indices = (corners - origin) @ np.linalg.inv(steps)
        first = np.maximum(np.floor(indices.min(axis=0)).astype(int) - 1, 0)
        counts = np.array(self.values.shape[::-1])
        last = np.minimum(np.ceil(indices.max(axis=0)).astype(int) + 2, counts)
        if (last <= first).any():
            return None
        i, j, k = (np.arange(a, b, dtype=np.float64) for a, b in zip(first, last, strict=True))
        axes = (i[None, None, :], j[None, :, None], k[:, None, None])
        x, y, z = (
            origin[axis] + sum(steps[way][axis] * axes[way] for way in range(3))
            for axis in range(3)
        )
        part = (
            slice(int(first[2]), int(last[2])),
            slice(int(first[1]), int(last[1])),
            slice(int(first[0]), int(last[0])),
        )
        return part, x, y, z

    def paint(
        self,
        shapes: Shape | Iterable[Shape],
        value: float | Callable[[Array, Array, Array], Array],
        *,
        breathing: bool = False,
        anatomy: bool = True,
        soft_mm: float | None = None,
        strength: float = 1.0,
    ) -> None:
        """Paint bodies over what is there.

        Parameters
        ----------
        shapes : Shape or several
            In anatomy coordinates, or with ``anatomy=False`` in the patient's.
        value : float or callable
            What to paint: a number, or what it is at x, y, z.
        breathing : bool
            Whether the bodies move with the breath.
        anatomy : bool
            Whether the shapes are in anatomy coordinates.
        soft_mm : float, optional
            Width of the edge; the canvas's own if not given.
        strength : float
            1 covers what is there, less lets it shine through.
        """
        for shape in [shapes] if isinstance(shapes, Shape) else shapes:
            margin = abs(self.posture.breath_mm) + self.soft_mm if breathing else self.soft_mm
            low = tuple(side - margin for side in shape.low)
            high = tuple(side + margin for side in shape.high)
            found = self.places(low, high, anatomy=anatomy)  # type: ignore[arg-type]
            if found is None:
                continue
            part, x, y, z = found
            if breathing:
                z = self.posture.breathed(z)
            x, y, z = (np.broadcast_to(a, self.values[part].shape) for a in (x, y, z))
            edge = soft_mm or self.soft_mm
            cover = strength * np.clip(0.5 + shape.distance(x, y, z) / edge, 0.0, 1.0)
            colour = value(x, y, z) if callable(value) else value
            self.values[part] += cover * (colour - self.values[part])

    def slices(self) -> Array:
        """Return the image: thin slices averaged; shape (slices, rows, columns)."""
        count, rows, columns = self.values.shape
        fine = self.values.reshape(count // _SUBSLICES, _SUBSLICES, rows, columns)
        image: Array = fine.mean(axis=1)
        return image
