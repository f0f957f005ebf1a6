"""ViewGrid: a volume turned to the nearest body axes for display, and the way back.

What is displayed is indexed [S, P, L]: slices count towards the head, rows
towards the back, columns to the left. Only whole axes are swapped or mirrored,
never resampled, so that an oblique series stays a stack of its own slices;
every place and every length comes from the geometry of the series itself.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from recistkit.errors import GeometryError
from recistkit.model.mark import ImagePlace
from recistkit.model.series import PLANE_TOLERANCE_DEGREES, Series, Vector, cross

if TYPE_CHECKING:
    import SimpleITK
    from numpy.typing import NDArray

__all__ = ["BODY_PLANES", "PLANE_AXES", "BodyPlane", "EdgeLetters", "ViewGrid"]

BodyPlane = Literal["axial", "coronal", "sagittal"]
BODY_PLANES: Final[tuple[BodyPlane, ...]] = ("axial", "coronal", "sagittal")

PLANE_AXES: Final[dict[BodyPlane, tuple[int, int, int]]] = {
    "axial": (0, 1, 2),
    "coronal": (1, 0, 2),
    "sagittal": (2, 0, 1),
}
"""Display axes of each plane: the one that is scrolled, the rows', the columns'."""

_DISPLAY_DIRECTIONS: Final[tuple[int, int, int]] = (2, 1, 0)
"""The patient coordinate (x, y, z) that each display axis lies nearest to: S, P, L."""

_LETTERS: Final = (("R", "L"), ("A", "P"), ("F", "H"))
"""Towards smaller and larger x, y, z (DICOM PS3.3, C.7.6.1.1.1)."""

_SECOND_LETTER: Final = math.sin(math.radians(PLANE_TOLERANCE_DEGREES))
_STEP_MM: Final = Decimal("0.001")
_THICKEST_MM: Final = 1000


@dataclass(frozen=True, slots=True)
class EdgeLetters:
    """Orientation letters of the four edges of a displayed plane."""

    top: str
    bottom: str
    left: str
    right: str


@dataclass(frozen=True, slots=True, eq=False)
class ViewGrid:
    """A volume as it is displayed.

    Parameters
    ----------
    series : Series
        The grid as it is stored.
    voxels : ndarray
        Shape [S, P, L]; read-only, and the memory of the image itself.
    stored_axes : tuple of int
        For each display axis the axis of the stored index (column, row, slice).
    mirrored : tuple of bool
        Whether a display axis counts against the stored one.
    image : SimpleITK.Image or None
        The volume as it was loaded; None where there are only voxels.
    """

    series: Series
    voxels: NDArray[Any]
    stored_axes: tuple[int, int, int]
    mirrored: tuple[bool, bool, bool]
    image: SimpleITK.Image | None = field(default=None, repr=False)

    @classmethod
    def of(cls, series: Series, image: SimpleITK.Image) -> ViewGrid:
        """Return a series and its image as they are displayed.

        Raises
        ------
        GeometryError
            If the image does not have the size of the series.
        """
        stored = _stored_voxels(image)
        if stored.shape != series.size[::-1]:
            raise GeometryError("the image does not have the size of its series")
        axes = _nearest_axes(series)
        mirrored = tuple(
            _axis_direction(series, axis)[coordinate] < 0
            for axis, coordinate in zip(axes, _DISPLAY_DIRECTIONS, strict=True)
        )
        turned = stored.transpose([2 - axis for axis in axes])
        voxels = turned[tuple(slice(None, None, -1 if one else 1) for one in mirrored)]
        return cls(series, voxels, axes, (mirrored[0], mirrored[1], mirrored[2]), image)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Number of voxels along the display axes."""
        first, second, third = (self.series.size[axis] for axis in self.stored_axes)
        return (first, second, third)

    @property
    def spacing_mm(self) -> Vector:
        """Distance between neighbouring voxels along the display axes."""
        first, second, third = (self.series.spacing_mm[axis] for axis in self.stored_axes)
        return (first, second, third)

    def patient_mm(self, display_index: Vector) -> Vector:
        """Return the place (LPS, mm) of a display index [S, P, L], with fractions."""
        return self.series.point_mm(self._exchanged(display_index))

    def display_index(self, patient_mm: Vector) -> Vector:
        """Return the display index [S, P, L], with fractions, of a place (LPS, mm)."""
        stored = self.series.index(patient_mm)
        first, second, third = (
            count - 1 - stored[axis] if flip else stored[axis]
            for axis, count, flip in zip(self.stored_axes, self.shape, self.mirrored, strict=True)
        )
        return (first, second, third)

    def direction(self, axis: int) -> Vector:
        """Return the unit vector (LPS) in which a display axis counts up."""
        x, y, z = _axis_direction(self.series, self.stored_axes[axis])
        return (-x, -y, -z) if self.mirrored[axis] else (x, y, z)

    def normal(self, plane: BodyPlane) -> Vector:
        """Return the unit vector (LPS) perpendicular to a displayed plane."""
        _, rows, columns = PLANE_AXES[plane]
        x, y, z = cross(self.direction(rows), self.direction(columns))
        length = math.hypot(x, y, z)
        return (x / length, y / length, z / length)

    def slice_count(self, plane: BodyPlane) -> int:
        """Return how many slices a plane can be scrolled through."""
        return self.shape[PLANE_AXES[plane][0]]

    def slice_of(self, plane: BodyPlane, patient_mm: Vector) -> int:
        """Return the slice of a plane that is nearest to a place (LPS, mm)."""
        nearest = round(self.display_index(patient_mm)[PLANE_AXES[plane][0]])
        return min(max(nearest, 0), self.slice_count(plane) - 1)

    def contains(self, patient_mm: Vector) -> bool:
        """Tell whether a place (LPS, mm) lies in the volume."""
        places = zip(self.display_index(patient_mm), self.shape, strict=True)
        return all(abs(place - (count - 1) / 2) <= count / 2 for place, count in places)

    def letters(self, plane: BodyPlane) -> EdgeLetters:
        """Return the orientation letters of a plane's edges, head up and left on the right.

        The letter of the nearest body axis; a second one where the edge points
        more than `PLANE_TOLERANCE_DEGREES` towards another.
        """
        _, rows, columns = PLANE_AXES[plane]
        down, right = self.direction(rows), self.direction(columns)
        if plane != "axial":
            down = _opposite(down)
        return EdgeLetters(
            top=_letters(_opposite(down)),
            bottom=_letters(down),
            left=_letters(_opposite(right)),
            right=_letters(right),
        )

    def acquired_plane(self) -> BodyPlane:
        """Return the displayed plane that shows the slices as they were acquired."""
        scrolled = self.stored_axes.index(2)
        return next(plane for plane in BODY_PLANES if PLANE_AXES[plane][0] == scrolled)

    def image_place(self, plane: BodyPlane, slice_number: int) -> ImagePlace:
        """Return what a mark says of the image that it was set on.

        Parameters
        ----------
        plane : str
            Displayed plane.
        slice_number : int
            Of that plane, as displayed.

        Returns
        -------
        ImagePlace
            With the stored slice where the plane is the acquired one, else
            without: the plane cuts across the slices.
        """
        acquired = plane == self.acquired_plane()
        flip = self.mirrored[PLANE_AXES[plane][0]]
        stored = self.slice_count(plane) - 1 - slice_number if flip else slice_number
        return ImagePlace(
            series=self.series.uid,
            slice=stored if acquired else None,
            frame_of_reference=self.series.frame_of_reference,
            modality=self.series.modality,
            slice_thickness_mm=_thickness(self.series.slice_thickness_mm),
            plane=self.series.plane if acquired or self.series.plane == "oblique" else plane,
            contrast=self.series.contrast,
        )

    def _exchanged(self, display_index: Vector) -> Vector:
        """Return the stored index (column, row, slice) of a display index."""
        stored = [0.0, 0.0, 0.0]
        for place, axis, count, flip in zip(
            display_index, self.stored_axes, self.shape, self.mirrored, strict=True
        ):
            stored[axis] = count - 1 - place if flip else place
        return (stored[0], stored[1], stored[2])


class _ImageMemory:
    """Keeps an image alive as long as any array looks into its memory."""

    def __init__(self, image: SimpleITK.Image) -> None:
        import SimpleITK

        self.image = image
        self.__array_interface__ = SimpleITK.GetArrayViewFromImage(image).__array_interface__


def _stored_voxels(image: SimpleITK.Image) -> NDArray[Any]:
    """Return the voxels of an image without a copy, shape (slices, rows, columns)."""
    return np.asarray(_ImageMemory(image))


def _axis_direction(series: Series, axis: int) -> Vector:
    """Return the unit vector (LPS) of a stored axis: column, row, slice."""
    return (series.row_direction, series.column_direction, series.slice_direction)[axis]


def _nearest_axes(series: Series) -> tuple[int, int, int]:
    """Return the stored axis nearest to each display axis, all three together."""

    def nearness(axes: tuple[int, ...]) -> float:
        return sum(
            abs(_axis_direction(series, axis)[coordinate])
            for axis, coordinate in zip(axes, _DISPLAY_DIRECTIONS, strict=True)
        )

    first, second, third = max(itertools.permutations((2, 1, 0)), key=nearness)
    return (first, second, third)


def _letters(direction: Vector) -> str:
    """Return the one or two letters of a direction, the nearest body axis first."""
    order = sorted(range(3), key=lambda axis: -abs(direction[axis]))
    letters = [_LETTERS[axis][direction[axis] > 0] for axis in order[:2]]
    return "".join(letters if abs(direction[order[1]]) > _SECOND_LETTER else letters[:1])


def _opposite(direction: Vector) -> Vector:
    """Return the opposite direction."""
    return (-direction[0], -direction[1], -direction[2])


def _thickness(thickness_mm: float | None) -> Decimal | None:
    """Return a slice thickness with the decimals that a document holds; None if it has none."""
    if thickness_mm is None or not _STEP_MM <= thickness_mm <= _THICKEST_MM:
        return None
    rounded = Decimal(thickness_mm).quantize(_STEP_MM, ROUND_HALF_UP).normalize()
    return rounded if rounded != rounded.to_integral() else rounded.quantize(Decimal("0.1"))
