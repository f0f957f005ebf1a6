"""RigidMotion: how a place in one scan is turned and moved to its place in another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import SimpleITK
    from numpy.typing import NDArray

    from recistkit.model.series import Vector

__all__ = ["RigidMotion"]


@dataclass(frozen=True, slots=True)
class RigidMotion:
    """A rotation, then a shift: LPS, mm, from one scan to another.

    Parameters
    ----------
    rotation : tuple of float
        Nine numbers, row by row.
    shift_mm : Vector
    """

    rotation: tuple[float, ...] = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)
    shift_mm: Vector = (0.0, 0.0, 0.0)

    @classmethod
    def of(cls, transform: SimpleITK.Euler3DTransform) -> RigidMotion:
        """Return the motion of a rigid transform, whatever its centre."""
        matrix = np.reshape(transform.GetMatrix(), (3, 3))
        centre = np.asarray(transform.GetCenter())
        shift = np.asarray(transform.GetTranslation()) + centre - matrix @ centre
        return cls._from(matrix, shift)

    @classmethod
    def _from(cls, matrix: NDArray[np.float64], shift: NDArray[np.float64]) -> RigidMotion:
        x, y, z = (float(value) for value in shift)
        return cls(tuple(float(value) for value in matrix.ravel()), (x, y, z))

    def point_mm(self, point_mm: Vector) -> Vector:
        """Return where a place goes to."""
        x, y, z = (float(value) for value in self._matrix() @ point_mm + np.asarray(self.shift_mm))
        return (x, y, z)

    def inverse(self) -> RigidMotion:
        """Return the way back."""
        back = self._matrix().T
        return self._from(back, -back @ np.asarray(self.shift_mm))

    def after(self, first: RigidMotion) -> RigidMotion:
        """Return the motion that is `first`, then this one."""
        mine = self._matrix()
        shift = mine @ np.asarray(first.shift_mm) + np.asarray(self.shift_mm)
        return self._from(mine @ np.reshape(first.rotation, (3, 3)), shift)

    def transform(self, centre_mm: Vector) -> SimpleITK.Euler3DTransform:
        """Return the same as a transform that turns about a centre."""
        import SimpleITK

        transform = SimpleITK.Euler3DTransform()
        transform.SetCenter(centre_mm)
        transform.SetMatrix(self.rotation)
        moved = np.asarray(self.point_mm(centre_mm)) - np.asarray(centre_mm)
        transform.SetTranslation([float(value) for value in moved])
        return transform

    def _matrix(self) -> NDArray[np.float64]:
        return np.reshape(np.asarray(self.rotation), (3, 3))
