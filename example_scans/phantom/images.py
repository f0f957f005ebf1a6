"""The images of a visit: geometry, anatomy, lesions, noise and artefact."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from phantom.canvas import Canvas, Geometry
from phantom.organs import LUNG_LESION, METASTASIS, paint_organs
from phantom.pelvis import MASS, NODE, Rectum, paint_pelvis
from phantom.randomness import Dice
from phantom.shapes import Array, Shape
from phantom.study import VISITS, Subject
from phantom.trunk import cavity_mm, dome_mm, paint_trunk
from phantom.truth import Placed, place_lesion

__all__ = ["CT_SLICE_MM", "MRI_SLICE_MM", "ct_image", "mri_image"]

CT_SLICE_MM, MRI_SLICE_MM = 5.0, 4.0


def ct_geometry(subject: Subject) -> Geometry:
    """Return the grid of a subject's CT: chest and abdomen."""
    row_mm, column_mm = subject.ct_spacing_mm
    rows = 8 * round(384.0 / row_mm / 8)
    columns = 8 * round(384.0 / column_mm / 8)
    return Geometry(columns, rows, 80, column_mm, row_mm, CT_SLICE_MM, (0.0, 14.0, 382.5))


def mri_geometry(subject: Subject) -> Geometry:
    """Return the grid of a subject's MRI: slices across the rectum."""
    about_x, _, about_z = np.radians(subject.mri_tilt_degrees)
    row = np.array([np.cos(about_z), np.sin(about_z), 0.0])
    ahead = np.array([-np.sin(about_z), np.cos(about_z), 0.0])
    column = np.cos(about_x) * ahead + np.array([0.0, 0.0, np.sin(about_x)])
    # Six decimals, as a header would have them; unit vectors all the same.
    row, column = np.round(row, 6), np.round(column, 6)
    return Geometry(
        184, 160, 26, 1.5, 1.5, MRI_SLICE_MM, (0.0, 10.0, 24.0),
        (float(row[0]), float(row[1]), float(row[2])),
        (float(column[0]), float(column[1]), float(column[2])),
    )  # fmt: skip


def ct_image(subject: Subject, visit: str) -> tuple[Geometry, Array, list[Placed]]:
    """Return grid, Hounsfield units (slices, rows, columns) and lesions of a CT."""
    number = VISITS.index(visit)
    geometry, posture = ct_geometry(subject), subject.exams[number].ct_posture
    canvas = Canvas(geometry, posture, soft_mm=2.0)
    anatomy = Dice(subject.name, "trunk")
    paint_trunk(canvas, subject.build, anatomy)
    paint_organs(canvas, anatomy)
    if subject.effusion:
        canvas.paint(_effusion(), 12.0, breathing=True)
    spoilt = visit in subject.artefact_visits
    lesions = [
        place_lesion(plan, number, geometry, posture, spoilt=spoilt and plan.organ == "liver")
        for plan in subject.lesions
        if plan.scan == "ct"
    ]
    for lesion in lesions:
        if lesion.is_seen:
            value = METASTASIS if lesion.plan.organ == "liver" else LUNG_LESION
            canvas.paint(lesion.shape, value, anatomy=False, soft_mm=1.6)
    image = canvas.slices()
    dice = Dice(subject.name, visit, "ct")
    in_body = np.clip((image + 990.0) / 60.0, 0.0, 1.0)
    if spoilt:
        image = _moved(image, in_body, geometry, dice)
    # The scanner's own softness, in the plane of the slices.
    image = ndimage.gaussian_filter(image, (0.0, 0.55, 0.55), mode="nearest")
    # Fine grain, and a slow mottle that lets no organ look like one colour.
    grain = dice.noise(image.shape, (0.3, 0.95, 0.95))
    mottle = dice.noise(image.shape, (1.0, 3.0, 3.0))
    return geometry, image + in_body * (6.5 * grain + 2.5 * mottle), lesions


def _effusion() -> Shape:
    """Return fluid that lies behind the right lung."""

    def distance(x: Array, y: Array, z: Array) -> Array:
        level = 46.0 + 0.10 * (z - 330.0) + 8.0 * ((x + 66.0) / 60.0) ** 2
        free = np.minimum(cavity_mm(x, y, z) - 4.0, dome_mm(x, y, z))
        return np.minimum(np.minimum(free, y - level), -x - 27.0)

    return Shape((-140.0, 30.0, 250.0), (-27.0, 100.0, 420.0), distance)


def _moved(image: Array, in_body: Array, geometry: Geometry, dice: Dice) -> Array:
    """Return a CT during which the patient moved and breathed: ghosts and streaks."""
    z = geometry.origin_mm[2] + CT_SLICE_MM * np.arange(image.shape[0])
    share = (np.clip((z - 195.0) / 15.0, 0.0, 1.0) * np.clip((362.0 - z) / 15.0, 0.0, 1.0))[
        :, None, None
    ]
    ghosts = 0.46 * image
    for offset, weight in (
        ((0.0, 3.0, -4.0), 0.22),
        ((1.0, -3.0, 5.0), 0.18),
        ((-1.0, 2.0, 9.0), 0.14),
    ):
        ghosts = ghosts + weight * ndimage.shift(image, offset, order=1, mode="nearest")
    rows, columns = np.meshgrid(*(np.arange(n) - n / 2 for n in image.shape[1:]), indexing="ij")
    streaks = np.zeros_like(image)
    for number in range(image.shape[0]):
        for _ in range(18):
            angle = dice.between(0.0, np.pi)
            away = rows * np.cos(angle) + columns * np.sin(angle) - dice.between(-55.0, 55.0)
            width = dice.between(1.5, 4.5)
            streaks[number] += dice.between(-125.0, 125.0) * np.exp(-((away / width) ** 2))
    spoilt: Array = image + share * (ghosts - image + in_body * streaks)
    return spoilt


def mri_image(subject: Subject, visit: str) -> tuple[Geometry, Array, list[Placed]]:
    """Return grid, signal (slices, rows, columns) and lesions of an MRI."""
    number = VISITS.index(visit)
    geometry, posture = mri_geometry(subject), subject.exams[number].mri_posture
    canvas = Canvas(geometry, posture, soft_mm=1.5)
    plans = [plan for plan in subject.lesions if plan.scan == "mri"]
    lesions = [place_lesion(plan, number, geometry, posture, spoilt=False) for plan in plans]
    paint_pelvis(
        canvas, _rectum(subject, lesions), Dice(subject.name, "pelvis"), woman=subject.sex == "F"
    )
    dice = Dice(subject.name, visit, "mri")
    for lesion in lesions:
        if lesion.is_seen:
            # Fat around a node, the dark outer wall of the bowel around the mass.
            value, rim, rim_mm = (NODE, 110.0, 2.5) if lesion.plan.nodal else (MASS, 24.0, 2.0)
            canvas.paint(lesion.grown(rim_mm), rim, anatomy=False, soft_mm=1.2)
            canvas.paint(lesion.shape, value, anatomy=False, soft_mm=1.2)
    image = canvas.slices()
    rows, columns = np.meshgrid(
        *(np.linspace(-1.0, 1.0, n) for n in image.shape[1:]), indexing="ij"
    )
    image = image * (0.93 + 0.13 * rows**2 + 0.05 * columns)
    mottle = dice.noise(image.shape, (0.6, 2.0, 2.0))
    grain = dice.noise(image.shape, (0.0, 0.6, 0.6))
    other = dice.noise(image.shape, (0.0, 0.6, 0.6))
    tissue = np.clip(image / 40.0, 0.0, 1.0)
    return geometry, np.hypot(image + 2.4 * grain + 1.4 * tissue * mottle, 1.6 * other), lesions


def _rectum(subject: Subject, lesions: list[Placed]) -> Rectum:
    """Return how the rectum runs past its mass."""
    for lesion in lesions:
        if lesion.plan.organ == "rectum":
            seen = lesion.size_mm[0] if lesion.is_seen else 0.0
            side = 1.0 if lesion.plan.place_mm[0] < 0 else -1.0
            bulge = max(0.0, (seen - 30.0) * 0.35) if seen else 0.0
            return Rectum(
                bulge_mm=bulge,
                lumen_aside_mm=side * (4.0 + 0.28 * seen) if seen else 0.0,
                height_mm=lesion.plan.place_mm[2],
                scar=subject.mass_scar and not seen,
            )
    return Rectum(0.0, 0.0, 0.0)
