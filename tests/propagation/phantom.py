"""A patient scanned twice: turned, breathing, with noise, and where each lesion is in both scans.

The follow-up is made by pulling back: each of its places is taken to the
baseline by a motion that has a formula (a rotation, a shift, and a sum of
Gaussian displacements; no B-spline, so that no method is favoured). Where a
lesion is in the follow-up then follows by solving that formula.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import SimpleITK
from scipy.spatial.transform import Rotation

from recistkit.model.series import Series, Vector
from recistkit.propagation import Scan
from tests.propagation.phantom_body import Body, Lesion, Values, body

__all__ = ["Lesion", "Pair", "Warp", "body", "pair", "scan", "warp"]

PUSHES = 6
ALONG_THE_BODY = (0.35, 0.5, 1.0)


def _no_places() -> Values:
    return np.zeros((0, 3))


@dataclass(frozen=True)
class Warp:
    """From places of the follow-up to places of the baseline (LPS, mm)."""

    rotation: Values = field(default_factory=lambda: np.eye(3))
    shift_mm: Vector = (0.0, 0.0, 0.0)
    centres_mm: Values = field(default_factory=_no_places)
    widths_mm: Values = field(default_factory=lambda: np.zeros(0))
    pushes_mm: Values = field(default_factory=_no_places)

    def back(self, places: Values) -> Values:
        """Return places of the baseline, shape (..., 3)."""
        moved: Values = places @ self.rotation.T + np.asarray(self.shift_mm)
        pushed = moved.copy()
        for centre, width, push in zip(
            self.centres_mm, self.widths_mm, self.pushes_mm, strict=True
        ):
            squares = ((moved - centre) ** 2).sum(axis=-1)
            pushed += np.exp(-squares / (2 * width**2))[..., None] * push
        return pushed

    def forth(self, place: Vector) -> Vector:
        """Return the place of the follow-up, by fixed-point steps."""
        wanted = np.asarray(place)
        guess = wanted
        for _ in range(200):
            guess = guess + (wanted - self.back(guess)) @ self.rotation
        assert np.linalg.norm(self.back(guess) - wanted) < 1e-6
        return (float(guess[0]), float(guess[1]), float(guess[2]))


def warp(
    seed: int,
    *,
    turn_degrees: float = 5.0,
    shift_mm: float = 15.0,
    push_mm: float = 9.0,
    length_mm: float = 240.0,
) -> Warp:
    """Return a motion: rigid, and breathing (pushes that lie mostly along the body)."""
    rng = np.random.default_rng(10_000 + seed)
    turn = np.radians(turn_degrees) * rng.uniform(-1, 1, 3)
    pushes = rng.uniform(-1, 1, (PUSHES, 3)) * ALONG_THE_BODY * push_mm
    x, y, z = (float(value) for value in shift_mm * rng.uniform(-1, 1, 3))
    return Warp(
        rotation=Rotation.from_rotvec(turn).as_matrix(),
        shift_mm=(x, y, z),
        centres_mm=rng.uniform((-120.0, -80.0, 0.0), (120.0, 80.0, length_mm), (PUSHES, 3)),
        widths_mm=rng.uniform(35, 70, PUSHES),
        pushes_mm=pushes,
    )


def scan(
    patient: Body,
    lesions: Sequence[Lesion],
    motion: Warp | None = None,
    *,
    spacing_mm: Vector,
    uid: str,
    modality: str | None = "CT",
    frame: str | None = None,
    from_mm: float = 0.0,
    to_mm: float | None = None,
    noise: float = 15.0,
) -> Scan:
    """Return a scan of a patient who lies as a motion says; its noise is another for each UID."""
    low = np.array([-165.0, -120.0, from_mm])
    high = np.array([165.0, 120.0, patient.length_mm if to_mm is None else to_mm])
    size = [int(count) for count in np.floor((high - low) / spacing_mm) + 1]
    axes = [
        first + step * np.arange(count)
        for first, step, count in zip(low, spacing_mm, size, strict=True)
    ]
    z, y, x = np.meshgrid(axes[2], axes[1], axes[0], indexing="ij")
    values = patient.hounsfield((motion or Warp()).back(np.stack([x, y, z], axis=-1)), lesions)
    rng = np.random.default_rng([patient.seed, *uid.encode()])
    values = values + noise * rng.normal(size=values.shape)
    series = Series(
        uid=uid,
        columns=size[0],
        rows=size[1],
        slices=size[2],
        column_spacing_mm=spacing_mm[0],
        row_spacing_mm=spacing_mm[1],
        slice_spacing_mm=spacing_mm[2],
        origin_mm=(float(low[0]), float(low[1]), float(low[2])),
        row_direction=(1.0, 0.0, 0.0),
        column_direction=(0.0, 1.0, 0.0),
        slice_direction=(0.0, 0.0, 1.0),
        modality=modality,
        frame_of_reference=frame,
    )
    image = SimpleITK.GetImageFromArray(np.rint(values).clip(-1024, 3000).astype(np.int16))
    image.SetOrigin(series.origin_mm)
    image.SetSpacing(series.spacing_mm)
    return series, image


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A baseline, a follow-up, and where each lesion is in both."""

    patient: Body
    motion: Warp
    baseline: Scan
    follow_up: Scan
    later: tuple[Lesion, ...]

    @property
    def lesions(self) -> tuple[Lesion, ...]:
        """As they are at the baseline."""
        return self.patient.lesions

    @property
    def truth_mm(self) -> tuple[Vector, ...]:
        """Where they are in the follow-up."""
        return tuple(self.motion.forth(one.centre_mm) for one in self.lesions)


def pair(
    seed: int,
    *,
    lesions: int,
    spacing_mm: Vector = (2.0, 2.0, 3.0),
    length_mm: float = 240.0,
    grown: float | None = None,
    push_mm: float = 9.0,
) -> Pair:
    """Return a patient twice, with lesions that grow or shrink by up to a third, or as is said."""
    patient = body(seed, lesions=lesions, length_mm=length_mm)
    motion = warp(seed, push_mm=push_mm, length_mm=length_mm)
    rng = np.random.default_rng(20_000 + seed)
    later = tuple(
        replace(one, radius_mm=one.radius_mm * (grown or float(rng.uniform(0.67, 1.33))))
        for one in patient.lesions
    )
    return Pair(
        patient=patient,
        motion=motion,
        baseline=scan(patient, patient.lesions, spacing_mm=spacing_mm, uid="2.25.1"),
        follow_up=scan(patient, later, motion, spacing_mm=spacing_mm, uid="2.25.2"),
        later=later,
    )
