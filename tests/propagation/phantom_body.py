"""A body for phantoms: wall, organs, bones, vessels and lesions, as grey values in Hounsfield."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from recistkit.model.series import Vector

__all__ = ["Body", "Lesion", "body"]

Values: TypeAlias = NDArray[np.float64]

STEP_MM: Final = 2.0
BEYOND_MM: Final = 40.0
"""How far the body goes on above and below what is scanned."""

APART_MM: Final = 40.0
END_MM: Final = 35.0
LUNG: Final = -820.0


@dataclass(frozen=True)
class Organ:
    """An ellipsoid of one grey value, with what its texture weighs."""

    centre_mm: Vector
    half_mm: Vector
    hounsfield: float
    texture: float = 12.0


@dataclass(frozen=True)
class Lesion:
    """An ellipsoid that differs from what is around it."""

    centre_mm: Vector
    radius_mm: float
    contrast: float

    @property
    def half_mm(self) -> Vector:
        return (self.radius_mm, 0.85 * self.radius_mm, 0.9 * self.radius_mm)


@dataclass(frozen=True)
class Body:
    """What is in the patient: everything but the lesions on a grid, the lesions as they are."""

    organs: tuple[Organ, ...]
    lesions: tuple[Lesion, ...]
    half_mm: tuple[float, float]
    seed: int
    length_mm: float

    @cached_property
    def tissue(self) -> Values:
        """Grey values at every `STEP_MM`, axes x, y, z."""
        x, y, _ = np.meshgrid(*self._axes, indexing="ij", sparse=True)
        radius = np.sqrt((x / self.half_mm[0]) ** 2 + (y / self.half_mm[1]) ** 2)
        texture = self._texture()
        values: Values = np.where(
            radius < 1, np.where(radius < 0.9, 30.0, -100.0) + 8.0 * texture, -1000.0
        )
        for organ in self.organs:
            part, share = self._share(organ)
            filled = organ.hounsfield + organ.texture * texture[part]
            values[part] = values[part] * (1 - share) + share * filled
        return values

    def hounsfield(self, places: Values, lesions: Sequence[Lesion]) -> Values:
        """Return the grey values at some places (LPS, mm), shape (..., 3)."""
        at = [(places[..., axis] - grid[0]) / STEP_MM for axis, grid in enumerate(self._axes)]
        values: Values = ndimage.map_coordinates(self.tissue, at, order=1, mode="nearest")
        for lesion in lesions:
            share = _filled(radii(places, lesion.centre_mm, lesion.half_mm), lesion.radius_mm)
            values += share * lesion.contrast
        return values

    @cached_property
    def _axes(self) -> tuple[Values, ...]:
        ends = ((-170.0, 170.0), (-125.0, 125.0), (-BEYOND_MM, self.length_mm + BEYOND_MM))
        return tuple(np.arange(low, high, STEP_MM) for low, high in ends)

    def _share(self, organ: Organ) -> tuple[tuple[slice, ...], Values]:
        """Return the part of the grid that an organ lies in, and what it fills of each voxel."""
        sides = zip(self._axes, organ.centre_mm, organ.half_mm, strict=True)
        part = tuple(
            slice(
                *(int(at) for at in np.searchsorted(axis, (middle - half - 3, middle + half + 3)))
            )
            for axis, middle, half in sides
        )
        grid = np.meshgrid(
            *(axis[one] for axis, one in zip(self._axes, part, strict=True)), indexing="ij"
        )
        places = np.stack(grid, axis=-1)
        return part, _filled(radii(places, organ.centre_mm, organ.half_mm), min(organ.half_mm))

    def _texture(self) -> Values:
        """Return noise of two sizes, fixed in the body, each of standard deviation 1."""
        rng = np.random.default_rng(self.seed)
        shape = [axis.size for axis in self._axes]
        total = np.zeros(shape)
        for width in (1.0, 3.0):
            part = ndimage.gaussian_filter(rng.normal(size=shape).astype(np.float32), width)
            total += part / part.std()
        return total


def body(seed: int, *, lesions: int, length_mm: float = 240.0) -> Body:
    """Return a patient; another seed is another patient."""
    rng = np.random.default_rng(seed)
    half_mm = (float(rng.uniform(130, 155)), float(rng.uniform(92, 112)))
    organs = [
        *_large_organs(rng, length_mm),
        *_bones(rng, half_mm, length_mm),
        *_small_organs(rng, length_mm),
    ]
    placed: list[Lesion] = []
    while len(placed) < lesions:
        x, y = _within(rng, 115.0, 80.0, 0.6)
        centre = (x, y, float(rng.uniform(END_MM, length_mm - END_MM)))
        if all(math.dist(centre, one.centre_mm) > APART_MM for one in placed):
            in_lung = any(
                organ.hounsfield == LUNG
                and radii(np.array(centre), organ.centre_mm, organ.half_mm) < 0.95
                for organ in organs
            )
            contrast = 850.0 if in_lung else float(rng.choice([-45, 45, 60]))
            placed.append(Lesion(centre, float(rng.uniform(6, 20)), contrast))
    return Body(tuple(organs), tuple(placed), half_mm, seed, length_mm)


def _large_organs(rng: Any, length_mm: float) -> list[Organ]:  # noqa: ANN401  numpy's generator
    def near(value: float, spread: float) -> float:
        return float(value + rng.uniform(-spread, spread))

    def along(share: float, spread: float) -> float:
        return near(share, spread) * length_mm

    right, left = (
        Organ((near(side * 70, 8), near(0, 8), along(0.6, 0.05)), (near(54, 6), 74, 95), LUNG, 25)
        for side in (-1, 1)
    )
    liver = Organ((near(-55, 8), near(-5, 8), along(0.12, 0.04)), (80, 68, near(60, 6)), 105)
    spleen = Organ((near(75, 6), near(35, 6), along(0.12, 0.04)), (30, 40, near(40, 5)), 120)
    heart = Organ((near(5, 6), near(-30, 6), along(0.5, 0.05)), (35, 32, near(40, 5)), 60)
    return [right, left, liver, spleen, heart]


def _bones(
    rng: Any,  # noqa: ANN401  numpy's generator
    half_mm: tuple[float, float],
    length_mm: float,
) -> list[Organ]:
    """Spine and ribs: how far they are apart is the patient's own."""
    x, y = float(rng.uniform(-6, 6)), float(rng.uniform(0.58, 0.7)) * half_mm[1]
    first, apart = float(rng.uniform(-20, 0)), float(rng.uniform(22, 30))
    spine = [
        Organ((x, y, float(z + rng.uniform(-1, 1))), (18, 16, 9), 260, 30)
        for z in np.arange(first, length_mm + 20, apart)
    ]
    slope, turn = float(rng.uniform(2, 14)), float(rng.uniform(0, 0.6))
    ribs = [
        Organ(
            (
                0.88 * half_mm[0] * math.cos(angle + turn),
                0.86 * half_mm[1] * math.sin(angle + turn),
                float(z + slope * math.sin(angle)),
            ),
            (9, 9, 4),
            350,
            20,
        )
        for z in np.arange(first, length_mm, 0.9 * apart)
        for angle in np.arange(0, 2 * math.pi, math.pi / 5)
    ]
    return spine + ribs


def _small_organs(rng: Any, length_mm: float) -> list[Organ]:  # noqa: ANN401  numpy's generator
    """Vessels, bowel, nodes."""
    made = []
    for _ in range(40):
        x, y = _within(rng, 112.0, 78.0, 0.8)
        centre = (x, y, float(rng.uniform(0, length_mm)))
        half = tuple(float(value) for value in rng.uniform(4, 14, 3))
        made.append(Organ(centre, (half[0], half[1], half[2]), float(rng.choice([-90, 60, 160]))))
    return made


def _within(rng: Any, wide: float, deep: float, share: float) -> tuple[float, float]:  # noqa: ANN401  numpy's generator
    """Return a place across the body, evenly spread over a share of its section."""
    angle, radius = rng.uniform(0, 2 * math.pi), math.sqrt(rng.uniform(0, share))
    return float(wide * radius * math.cos(angle)), float(deep * radius * math.sin(angle))


def radii(places: Values, centre_mm: Vector, half_mm: Vector) -> Values:
    """Return how far places are from the middle of an ellipsoid: 1 on its surface."""
    squares = ((places - np.asarray(centre_mm)) / np.asarray(half_mm)) ** 2
    found: Values = np.sqrt(squares.sum(axis=-1))
    return found


def _filled(radius: Values, size_mm: float) -> Values:
    """Return how much of a voxel an ellipsoid fills: its rim is 2 mm broad."""
    return np.clip(0.5 + (1 - radius) * size_mm / 2.0, 0.0, 1.0)
