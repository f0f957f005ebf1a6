"""The trunk on CT: skin, fat, muscle, ribs, lungs and spine, in Hounsfield units.

Anatomy coordinates: x to the left, y to the back, z to the head, in mm; z = 0 is
the middle of the femoral heads.
"""

from __future__ import annotations

import numpy as np

from phantom.canvas import Canvas
from phantom.randomness import Dice
from phantom.shapes import Array, Shape, column, ellipsoid, mirrored, tube, without

__all__ = ["BONE", "FAT", "MUSCLE", "cavity_mm", "dome_mm", "paint_trunk"]

AIR, LUNG, FAT, SKIN, MUSCLE, MARROW, BONE = -1000.0, -865.0, -102.0, 10.0, 58.0, 230.0, 620.0

_HEIGHTS = (150, 175, 250, 330, 400, 460, 510, 545, 575, 595, 620)
_OUTER_X = (170, 166, 164, 168, 173, 176, 174, 160, 132, 108, 90)
_OUTER_Y = (112, 112, 115, 118, 118, 117, 113, 108, 102, 98, 94)
_INNER_X = (132, 130, 136, 138, 133, 120, 100, 78, 48, 20, 12)
_INNER_Y = (82, 82, 88, 94, 92, 84, 72, 58, 38, 16, 10)
_CAVITY_Y_MM = -8.0
_RIB_STEP_MM = 27.0


def _radial(x: Array, y: Array, half_x: Array, half_y: Array) -> Array:
    """Return how far inside a rounded rectangle a place is, along the ray from its middle."""
    reach = np.hypot(x, y)
    rho = (np.abs(x / half_x) ** 2.3 + np.abs(y / half_y) ** 2.3) ** (1 / 2.3)
    inward: Array = reach / np.maximum(rho, 1e-6) - reach
    return inward


def cavity_mm(x: Array, y: Array, z: Array) -> Array:
    """Return how far inside the cavity of chest and abdomen a place is."""
    half_x, half_y = np.interp(z, _HEIGHTS, _INNER_X), np.interp(z, _HEIGHTS, _INNER_Y)
    return _radial(x, y - _CAVITY_Y_MM, half_x, half_y)


def dome_mm(x: Array, y: Array, z: Array) -> Array:
    """Return how far above the diaphragm a place is; `z` at rest."""
    right = _half_dome(x, y, -66.0, 354.0)
    left = _half_dome(x, y, 70.0, 340.0)
    above: Array = z - np.maximum(right, left)
    return above


def _half_dome(x: Array, y: Array, middle: float, top: float) -> Array:
    """Return the height of one half of the diaphragm: lower outside, lowest at the back."""
    away = ((x - middle) / 78.0) ** 2 + ((y + 22.0) / 92.0) ** 2
    height: Array = top - 95.0 * np.minimum(away, 1.6) ** 1.2
    return height


def _mediastinum_mm(x: Array, y: Array, z: Array) -> Array:
    """Return how far outside the mediastinum a place is."""
    half = np.interp(y, (-95, -62, -25, 20, 45, 85), (9, 8, 24, 27, 31, 33))
    half = half * np.interp(z, (520, 560), (1.0, 0.8))
    aside: Array = np.abs(x - 4.0) - half
    return aside


def paint_trunk(canvas: Canvas, build: float, dice: Dice) -> None:
    """Paint everything that does not belong to an organ.

    Parameters
    ----------
    canvas : Canvas
        Empty.
    build : float
        Size of the body's outline; 1 is a man of ordinary build.
    dice : Dice
        For the marbling of the muscles.
    """
    found = canvas.places((-400.0, -400.0, -100.0), (400.0, 400.0, 800.0))
    if found is None:
        raise ValueError("the image lies outside the body")
    _, all_x, all_y, all_z = found
    marbling = dice.noise((1, *canvas.values.shape[1:]), (0.0, 1.2, 1.2))[0]
    for number in range(canvas.values.shape[0]):
        x, y, z = (np.broadcast_to(a, canvas.values.shape)[number] for a in (all_x, all_y, all_z))
        canvas.values[number] = _cut(canvas, build, x, y, z, marbling)
    _paint_couch(canvas)
    _paint_back(canvas)
    _paint_shoulders(canvas)


def _cut(canvas: Canvas, build: float, x: Array, y: Array, z: Array, marbling: Array) -> Array:
    """Return one cut through the trunk without spine and organs."""
    soft = canvas.soft_mm

    def cover(inward: Array) -> Array:
        clipped: Array = np.clip(0.5 + inward / soft, 0.0, 1.0)
        return clipped

    image = np.full(x.shape, AIR)

    def paint(inward: Array, value: Array | float) -> None:
        share = cover(inward)
        image[...] += share * (value - image)

    half_x, half_y = np.interp(z, _HEIGHTS, _OUTER_X), np.interp(z, _HEIGHTS, _OUTER_Y)
    outside = _radial(x, y, half_x * build, half_y * build)
    inside = cavity_mm(x, y, z)
    angle = np.arctan2(x, y - _CAVITY_Y_MM)
    paint(outside, SKIN)
    paint(outside - 2.0, FAT)
    chest = np.clip((z - 320.0) / 80.0, 0.0, 1.0)
    front = np.clip(-np.cos(angle), 0.0, 1.0)
    flank = np.abs(np.sin(angle))
    wall = 13.0 + 3.0 * flank + chest * (4.0 + 9.0 * front * flank * 2.0)
    wall = wall + np.clip((z - 430) / 90, 0.0, 1.0) * 20.0 * flank**2
    wall = wall + 7.0 * np.clip(np.cos(angle), 0.0, 1.0)
    seam = np.exp(-(((wall + inside) - 0.55 * wall) ** 2) / 1.6) * chest
    muscle = np.minimum(wall + inside, outside - 5.0)
    paint(muscle, MUSCLE + 3.0 * marbling - 70.0 * seam)
    # The white line between the straight muscles of the belly.
    gap = np.minimum(4.5 - np.abs(x), np.minimum(muscle - 2.0, -60.0 - y))
    paint(np.minimum(gap, 330.0 - z), FAT + 30.0)
    paint(inside, FAT + 4.0 * marbling)
    _add_ribs(image, inside, angle, z)
    rest = canvas.posture.breathed(z)
    above = dome_mm(x, y, rest)
    aside = _mediastinum_mm(x, y, z)
    paint(np.minimum(inside - 3.0, above + 3.0), MUSCLE - 15.0)
    paint(np.minimum(inside - 4.0, np.minimum(above + 1.0, 8.0 - aside)), FAT + 10.0)
    paint(np.minimum(inside - 4.5, -above - 3.0), FAT + 4.0 * marbling)
    lung = np.minimum(np.minimum(inside - 4.0, above), aside)
    paint(lung, LUNG + 0.35 * (y + 10.0))
    return image


def _add_ribs(image: Array, inside: Array, angle: Array, z: Array) -> None:
    """Add the ribs: rings that fall from the spine to the breastbone."""
    around = np.abs(angle) / np.pi
    level = (z + 175.0 * around**1.1 - 262.0) / _RIB_STEP_MM
    number = np.floor(level + 0.5)
    height = (level - number) * _RIB_STEP_MM
    away = np.hypot((inside + 6.5) * 1.55, height * 0.82)
    reach = np.interp(number, (-1, 0, 1, 2, 3), (0.0, 0.32, 0.5, 0.72, 0.8))
    there = (around < reach) & (around > 0.07) & (number >= 0) & (number <= 14)
    gristle = (around >= reach) & (around < 0.955) & (number >= 3) & (number <= 14)
    for mask, shell, core in ((there, BONE, MARROW + 60.0), (gristle, 120.0, 95.0)):
        inward = np.where(mask, 6.5 - away, -99.0)
        share = np.clip(0.5 + inward / 2.0, 0.0, 1.0)
        image += share * (shell - image)
        share = np.clip(0.5 + (inward - 2.4) / 2.0, 0.0, 1.0)
        image += share * (core - image)


def _paint_couch(canvas: Canvas) -> None:
    """Paint the scanner's couch: a thin shell, at rest while the patient moves."""
    shell = column((0.0, 60.0), (230.0, 88.0), -500.0, 900.0)
    core = column((0.0, 60.0), (227.0, 85.0), -500.0, 900.0)
    lower = Shape(
        (-150.0, 128.0, -500.0),
        (150.0, 150.0, 900.0),
        lambda x, y, z: np.minimum(shell.distance(x, y, z), y - 128.0),
    )
    canvas.paint(without(lower, core), -600.0, anatomy=False)


def _paint_back(canvas: Canvas) -> None:
    """Paint the muscles beside the spine and the spine itself."""
    for side in (-1.0, 1.0):
        canvas.paint(column((side * 31.0, 88.0), (25.0, 16.0), 100.0, 600.0), MUSCLE)
        psoas = tube(
            [(side * 46.0, 46.0, 130.0), (side * 40.0, 50.0, 190.0), (side * 30.0, 52.0, 262.0)],
            [21.0, 18.0, 6.0],
        )
        canvas.paint(psoas, MUSCLE)
        canvas.paint(column((side * 68.0, 66.0), (22.0, 9.0), 100.0, 225.0), MUSCLE)
    canvas.paint(column((0.0, 88.0), (5.0, 18.0), 100.0, 620.0), FAT + 40.0)
    for number in range(16):
        _paint_vertebra(canvas, 140.0 + 31.0 * number)


def _paint_vertebra(canvas: Canvas, middle: float) -> None:
    """Paint one vertebra with the disc above it."""
    width = 24.0 - 7.0 * min(max((middle - 160.0) / 380.0, 0.0), 1.0)
    depth = 0.76 * width
    low, high = middle - 13.0, middle + 12.0
    canvas.paint(column((0.0, 49.0), (width - 1.0, depth - 1.0), high, high + 6.5), 85.0)
    canvas.paint(column((0.0, 49.0), (width, depth), low, high), BONE * 0.75)
    canvas.paint(
        column((0.0, 49.0), (width - 2.5, depth - 2.5), low + 1.5, high - 1.5), MARROW - 65
    )
    ring = column((0.0, 49.0 + depth + 7.0), (14.0, 12.0), middle - 8.0, middle + 9.0)
    canvas.paint(ring, BONE * 0.8)
    for side in (-1.0, 1.0):
        root = (side * 13.0, 49.0 + depth + 8.0, middle + 2.0)
        tip = (side * (width + 17.0), 49.0 + depth + 18.0, middle + 5.0)
        canvas.paint(tube([root, tip], [5.5, 3.5]), BONE * 0.6)
    spine = tube(
        [(0.0, 49.0 + depth + 17.0, middle), (0.0, 49.0 + depth + 36.0, middle - 9.0)], [4.5, 3.5]
    )
    canvas.paint(spine, BONE * 0.7)
    canal = column((0.0, 49.0 + depth + 7.0), (10.0, 8.5), low - 3.0, high + 10.0)
    canvas.paint(canal, 22.0)
    canvas.paint(column((0.0, 49.0 + depth + 7.0), (5.0, 4.5), low - 3.0, high + 10.0), 42.0)


def _paint_shoulders(canvas: Canvas) -> None:
    """Paint breastbone, collarbones and shoulder blades."""
    board = ellipsoid((0.0, -97.0, 470.0), (19.0, 6.0, 75.0), (-10.0, 0.0, 0.0))
    canvas.paint(board, BONE * 0.7)
    core = ellipsoid((0.0, -97.0, 470.0), (16.0, 3.6, 72.0), (-10.0, 0.0, 0.0))
    canvas.paint(core, MARROW - 90.0)
    for mirror in (False, True):
        blade = without(
            ellipsoid((112.0, 62.0, 500.0), (48.0, 5.0, 62.0), (-10.0, 0.0, -38.0)),
            ellipsoid((112.0, 62.0, 500.0), (44.0, 2.0, 58.0), (-10.0, 0.0, -38.0)),
        )
        canvas.paint(mirrored(blade) if mirror else blade, BONE * 0.75)
        side = -1.0 if mirror else 1.0
        collar = [
            (side * 14.0, -72.0, 548.0),
            (side * 55.0, -66.0, 560.0),
            (side * 105.0, -30.0, 580.0),
        ]
        canvas.paint(tube(collar, [8.0, 6.0, 6.5]), BONE * 0.8)
        canvas.paint(tube(collar, [4.5, 3.0, 3.0]), MARROW)
