"""The organs of chest and abdomen on CT in the portal venous phase, in Hounsfield units."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from phantom.canvas import Canvas
from phantom.randomness import Dice
from phantom.shapes import (
    Array,
    Point,
    Shape,
    ellipsoid,
    in_front_of,
    joined,
    tube,
    within,
    without,
)
from phantom.trunk import FAT, cavity_mm, dome_mm

__all__ = ["LIVER", "LUNG_LESION", "METASTASIS", "paint_organs"]

LIVER, METASTASIS, LUNG_LESION = 112.0, 52.0, 42.0
SPLEEN, WALL, FLUID, GAS, BLOOD, VEIN = 124.0, 82.0, 14.0, -960.0, 152.0, 168.0


def paint_organs(canvas: Canvas, dice: Dice) -> None:
    """Paint the organs over a trunk."""
    _paint_lung_vessels(canvas, dice)
    _paint_mediastinum(canvas)
    _paint_kidneys(canvas)
    _paint_gut(canvas, dice)
    _paint_stomach(canvas)
    _paint_spleen(canvas)
    _paint_liver(canvas, dice)
    _paint_great_vessels(canvas)


def _below_diaphragm(x: Array, y: Array, z: Array) -> Array:
    """Return how far inside the belly, a little off its walls, a place is."""
    return np.minimum(cavity_mm(x, y, z) - 5.0, -dome_mm(x, y, z) - 3.5)


def _paint_lung_vessels(canvas: Canvas, dice: Dice) -> None:
    """Paint a tree of vessels into each lung."""
    for side in (-1.0, 1.0):
        root = (side * 30.0, 14.0, 425.0)
        for way in range(18):
            rise = -1.0 + 2.0 * (way % 9) / 8.0 + dice.between(-0.15, 0.15)
            lean = dice.between(0.1, 0.9) * (-1.0 if way < 9 else 1.0)
            heading = np.array([side * 0.7, lean, 1.25 * rise])
            _grow(canvas, dice, np.array(root), heading, (3.8, 27.0), 45.0, _in_lung)


def _grow(
    canvas: Canvas,
    dice: Dice,
    start: Array,
    heading: Array,
    size: tuple[float, float],
    value: float,
    inside: Callable[[Array], bool],
) -> None:
    """Paint one branch of a vessel and, from its end, two thinner ones.

    Parameters
    ----------
    size : tuple of float
        Radius and length in mm.
    inside : callable
        Whether a place is in the organ, out of which nothing grows.
    """
    radius, length = size
    heading = heading / np.linalg.norm(heading)
    end = start + heading * length
    if radius < 0.6 or not inside(end):
        return
    first: Point = (float(start[0]), float(start[1]), float(start[2]))
    last: Point = (float(end[0]), float(end[1]), float(end[2]))
    canvas.paint(tube([first, last], [radius, radius * 0.85]), value, breathing=True)
    across = np.array([dice.normal(), dice.normal(), dice.normal()])
    across -= heading * (across @ heading)
    across /= np.linalg.norm(across)
    for sign, share in ((1.0, 0.78), (-1.0, 0.7)):
        way = heading + sign * dice.between(0.3, 0.7) * across
        _grow(canvas, dice, end, way, (radius * share, length * 0.86), value, inside)


def _in_lung(place: Array) -> bool:
    """Return whether a place is in a lung and off its surface."""
    x, y, z = (np.array(value) for value in place)
    inside = min(float(cavity_mm(x, y, z)) - 10.0, float(dome_mm(x, y, z)) - 8.0)
    return inside > 0.0


def _paint_mediastinum(canvas: Canvas) -> None:
    """Paint heart, great vessels of the chest, windpipe and gullet."""
    turn = (0.0, 25.0, 30.0)
    canvas.paint(ellipsoid((24.0, -30.0, 382.0), (62.0, 47.0, 46.0), turn), FAT, breathing=True)
    canvas.paint(ellipsoid((25.0, -30.0, 382.0), (59.0, 43.0, 42.0), turn), 105.0, breathing=True)
    for centre, radii in (
        ((42.0, -28.0, 372.0), (32.0, 21.0, 22.0)),
        ((-12.0, -42.0, 376.0), (26.0, 20.0, 30.0)),
        ((14.0, -56.0, 384.0), (30.0, 14.0, 24.0)),
        ((8.0, 0.0, 402.0), (30.0, 17.0, 20.0)),
        ((-28.0, -20.0, 392.0), (17.0, 18.0, 28.0)),
    ):
        canvas.paint(ellipsoid(centre, radii, turn), BLOOD, breathing=True)
    arch = [
        (-4.0, -26.0, 410.0),
        (-9.0, -34.0, 450.0),
        (-4.0, -28.0, 484.0),
        (6.0, -8.0, 497.0),
        (17.0, 14.0, 496.0),
        (24.0, 28.0, 482.0),
    ]
    canvas.paint(tube(arch, [16.0, 15.5, 14.5, 13.5, 13.0, 12.5]), BLOOD)
    for points, radius in (
        ([(2.0, -18.0, 502.0), (-12.0, -14.0, 540.0), (-22.0, -12.0, 600.0)], 6.0),
        ([(10.0, -6.0, 502.0), (17.0, -6.0, 545.0), (22.0, -6.0, 600.0)], 4.2),
        ([(17.0, 6.0, 500.0), (26.0, 8.0, 545.0), (48.0, 0.0, 585.0)], 5.0),
        ([(-26.0, -22.0, 410.0), (-24.0, -20.0, 470.0), (-24.0, -24.0, 525.0)], 9.0),
        ([(-24.0, -24.0, 522.0), (2.0, -46.0, 532.0), (38.0, -34.0, 560.0)], 6.5),
    ):
        canvas.paint(tube(points, [radius, radius, radius]), VEIN - 10.0)
    trunk = [(14.0, -40.0, 412.0), (16.0, -28.0, 440.0), (14.0, -6.0, 452.0)]
    canvas.paint(tube(trunk, [14.0, 13.5, 12.0]), BLOOD)
    for end, radius in (((46.0, 16.0, 440.0), 9.0), ((-46.0, 12.0, 434.0), 9.0)):
        canvas.paint(tube([(14.0, -6.0, 450.0), end], [11.0, radius]), BLOOD)
    pipe = [(0.0, 4.0, 600.0), (0.0, 10.0, 520.0), (1.0, 17.0, 466.0)]
    left, right = (42.0, 24.0, 428.0), (-38.0, 22.0, 430.0)
    for radius, value in ((9.5, 45.0), (7.6, GAS)):
        canvas.paint(tube(pipe, [radius, radius, radius]), value)
        for end in (left, right):
            canvas.paint(tube([pipe[-1], end], [radius * 0.8, radius * 0.65]), value)
    gullet = [(2.0, 24.0, 600.0), (4.0, 30.0, 500.0), (10.0, 26.0, 400.0), (20.0, 8.0, 345.0)]
    canvas.paint(tube(gullet, [7.0, 7.5, 7.5, 8.0]), 48.0)
    canvas.paint(tube(gullet[:2], [2.0, 2.0]), GAS)


def _paint_kidneys(canvas: Canvas) -> None:
    """Paint the kidneys and adrenals in their fat."""
    for side, height in ((-1.0, 222.0), (1.0, 238.0)):
        middle = (side * 66.0, 42.0, height)
        turn = (8.0, side * 10.0, side * 35.0)
        hilum = ellipsoid((side * 50.0, 28.0, height), (17.0, 12.0, 20.0), turn)
        kidney = without(ellipsoid(middle, (29.0, 23.0, 52.0), turn), hilum)
        canvas.paint(ellipsoid(middle, (36.0, 30.0, 60.0), turn), FAT, breathing=True)
        canvas.paint(kidney, 186.0, breathing=True)
        for step in range(-3, 4):
            place = (side * 66.0 + 2 * step, 42.0, height + 12.0 * step)
            canvas.paint(ellipsoid(place, (17.0, 12.0, 4.5), turn), 142.0, breathing=True)
        canvas.paint(ellipsoid(middle, (12.0, 8.0, 27.0), turn), FAT + 30.0, breathing=True)
        canvas.paint(ellipsoid(middle, (7.0, 5.0, 17.0), turn), 30.0, breathing=True)
        vein = [(side * 56.0, 30.0, height), (-12.0 + side * 8.0, 18.0, height + 6.0)]
        canvas.paint(tube(vein, [5.0, 5.5]), VEIN, breathing=True)
        gland = [(side * 44.0, 30.0, height + 50.0), (side * 38.0, 22.0, height + 62.0)]
        canvas.paint(tube(gland, [3.0, 3.5]), 72.0, breathing=True)


def _paint_stomach(canvas: Canvas) -> None:
    """Paint the stomach, with its gas in front, as the patient lies on the back."""
    body = joined(
        ellipsoid((68.0, -8.0, 306.0), (40.0, 44.0, 36.0)),
        ellipsoid((44.0, -46.0, 268.0), (34.0, 24.0, 32.0), (0.0, 30.0, 0.0)),
        20.0,
    )
    outer = within(body, _below_diaphragm)
    inner = within(body, lambda x, y, z: body.distance(x, y, z) - 4.5)
    inner = within(inner, lambda x, y, z: _below_diaphragm(x, y, z) - 4.5)
    canvas.paint(outer, WALL, breathing=True)
    canvas.paint(inner, FLUID, breathing=True)
    canvas.paint(within(inner, in_front_of(-34.0)), GAS, breathing=True)
    antrum = [
        (30.0, -56.0, 256.0),
        (2.0, -58.0, 248.0),
        (-22.0, -44.0, 250.0),
        (-32.0, -18.0, 240.0),
        (-30.0, -6.0, 205.0),
    ]
    canvas.paint(tube(antrum, [17.0, 15.0, 12.0, 12.0, 12.0]), WALL, breathing=True)
    canvas.paint(tube(antrum, [12.0, 10.0, 6.0, 7.0, 7.0]), FLUID, breathing=True)


def _paint_spleen(canvas: Canvas) -> None:
    """Paint the spleen as a crescent against the ribs."""
    whole = within(
        ellipsoid((112.0, 34.0, 296.0), (34.0, 46.0, 50.0), (0, 0, -20)), _below_diaphragm
    )
    bite = ellipsoid((80.0, 14.0, 292.0), (26.0, 34.0, 44.0))
    canvas.paint(without(whole, bite), SPLEEN, breathing=True)
    vein = [(92.0, 34.0, 288.0), (55.0, 28.0, 270.0), (15.0, 0.0, 258.0), (-12.0, -4.0, 254.0)]
    gland = [(78.0, 26.0, 274.0), (45.0, 14.0, 262.0), (10.0, -12.0, 252.0), (-20.0, -14.0, 236.0)]
    canvas.paint(tube(gland, [8.0, 9.0, 9.5, 13.0]), 98.0, breathing=True)
    canvas.paint(tube(vein, [4.0, 4.5, 5.0, 6.0]), VEIN, breathing=True)


def liver_shape() -> Shape:
    """Return the liver, both lobes."""
    right = ellipsoid((-76.0, 0.0, 270.0), (82.0, 94.0, 90.0), (0.0, -8.0, 0.0))
    left = ellipsoid((10.0, -54.0, 300.0), (72.0, 42.0, 42.0), (0.0, -18.0, 8.0))
    return joined(right, left, 30.0)


def _in_liver(place: Array) -> bool:
    """Return whether a place is in the liver and off its surface."""
    x, y, z = (np.array([[[value]]]) for value in place)
    shape = within(liver_shape(), _below_diaphragm)
    return bool(shape.distance(x, y, z).item() > 8.0)


def _paint_liver(canvas: Canvas, dice: Dice) -> None:
    """Paint the liver with its veins and the gall bladder."""
    whole = within(liver_shape(), _below_diaphragm)
    bed = ellipsoid((-66.0, 48.0, 212.0), (34.0, 32.0, 48.0), (8.0, -10.0, -35.0))
    canvas.paint(without(whole, bed), LIVER, breathing=True)
    canvas.paint(ellipsoid((2.0, -62.0, 282.0), (3.0, 22.0, 22.0)), FAT + 60.0, breathing=True)
    portal = (-28.0, -8.0, 266.0)
    for points, radii in (
        ([(-10.0, -2.0, 246.0), portal, (-48.0, -2.0, 278.0)], [7.0, 7.0, 6.0]),
        ([(-48.0, -2.0, 278.0), (-78.0, -28.0, 272.0), (-98.0, -46.0, 262.0)], [5.0, 4.0, 2.0]),
        ([(-48.0, -2.0, 278.0), (-84.0, 22.0, 276.0), (-116.0, 34.0, 268.0)], [5.0, 4.0, 2.0]),
        ([(-84.0, 22.0, 276.0), (-90.0, 34.0, 248.0), (-96.0, 32.0, 222.0)], [3.5, 3.0, 1.8]),
        (
            [portal, (-14.0, -34.0, 284.0), (8.0, -48.0, 296.0), (34.0, -50.0, 304.0)],
            [5.0, 4.5, 3.5, 2.0],
        ),
        ([(-26.0, 18.0, 330.0), (-66.0, 14.0, 320.0), (-108.0, 12.0, 296.0)], [6.0, 4.5, 2.2]),
        ([(-26.0, 14.0, 330.0), (-46.0, -26.0, 318.0), (-62.0, -60.0, 292.0)], [6.0, 4.5, 2.2]),
        ([(-22.0, 10.0, 330.0), (-6.0, -26.0, 318.0), (14.0, -52.0, 308.0)], [5.5, 4.0, 2.0]),
    ):
        canvas.paint(tube(points, radii), VEIN, breathing=True)
    for start in (
        (-48.0, -2.0, 278.0),
        (-84.0, 22.0, 276.0),
        (-90.0, -36.0, 267.0),
        (-66.0, 14.0, 320.0),
        (-46.0, -26.0, 318.0),
        (8.0, -48.0, 296.0),
    ):
        for _ in range(4):
            heading = np.array([dice.normal(), dice.normal(), dice.normal()])
            _grow(canvas, dice, np.array(start), heading, (2.3, 24.0), VEIN, _in_liver)
    gall = ellipsoid((-52.0, -56.0, 226.0), (16.0, 20.0, 26.0), (20.0, 0.0, 0.0))
    canvas.paint(gall, 60.0, breathing=True)
    inner = ellipsoid((-52.0, -56.0, 226.0), (14.0, 18.0, 24.0), (20.0, 0.0, 0.0))
    canvas.paint(inner, 8.0, breathing=True)


def _paint_great_vessels(canvas: Canvas) -> None:
    """Paint aorta and caval vein with the branches that are seen on every scan."""
    aorta = [
        (24.0, 28.0, 482.0),
        (25.0, 34.0, 440.0),
        (20.0, 30.0, 370.0),
        (9.0, 22.0, 300.0),
        (7.0, 20.0, 130.0),
    ]
    canvas.paint(tube(aorta, [12.5, 12.0, 11.5, 10.5, 8.5]), BLOOD)
    cava = [(-22.0, 22.0, 130.0), (-21.0, 20.0, 250.0), (-24.0, 17.0, 330.0), (-26.0, -6.0, 372.0)]
    canvas.paint(tube(cava, [10.0, 10.5, 11.5, 12.0]), VEIN - 8.0)
    for points, radii in (
        (
            [(8.0, 12.0, 262.0), (8.0, -2.0, 250.0), (4.0, -12.0, 200.0), (0.0, -14.0, 150.0)],
            [3.5, 4.0, 3.5, 3.0],
        ),
        ([(-10.0, -2.0, 248.0), (-8.0, -14.0, 205.0), (-6.0, -16.0, 150.0)], [6.0, 5.0, 4.0]),
        ([(8.0, 12.0, 276.0), (4.0, 0.0, 278.0), (-20.0, -10.0, 268.0)], [3.5, 3.0, 2.5]),
    ):
        canvas.paint(tube(points, radii), BLOOD)


def _paint_gut(canvas: Canvas, dice: Dice) -> None:
    """Paint small bowel, colon and the vessels of the mesentery."""
    for _ in range(62):
        place = (dice.between(-80.0, 98.0), dice.between(-72.0, 8.0), dice.between(140.0, 236.0))
        bend = (
            place[0] + dice.between(-26.0, 26.0),
            place[1] + dice.between(-12.0, 12.0),
            place[2] + dice.between(-14.0, 14.0),
        )
        radius = dice.between(9.0, 13.0)
        loop = [place, bend]
        canvas.paint(tube(loop, [radius, radius]), 92.0)
        filled = dice.between(0.0, 1.0)
        content = GAS if filled > 0.86 else 26.0
        canvas.paint(tube(loop, [radius - 3.5, radius - 3.5]), content)
    for _ in range(40):
        place = (dice.between(-50.0, 60.0), dice.between(-50.0, 10.0), dice.between(160.0, 225.0))
        end = (place[0] * 1.15, place[1] - 6.0, place[2] - dice.between(8.0, 20.0))
        canvas.paint(tube([place, end], [1.8, 1.5]), 120.0)
    frame = [
        [(-106.0, 14.0, 140.0), (-108.0, 10.0, 190.0), (-98.0, -22.0, 212.0)],
        [
            (-98.0, -30.0, 210.0),
            (-40.0, -76.0, 200.0),
            (30.0, -78.0, 206.0),
            (84.0, -52.0, 236.0),
            (106.0, -4.0, 252.0),
        ],
        [(106.0, 2.0, 252.0), (112.0, 18.0, 200.0), (108.0, 16.0, 140.0)],
    ]
    for path, radius in zip(frame, (21.0, 16.0, 14.0), strict=True):
        level = sum(point[1] for point in path) / len(path)
        canvas.paint(tube(path, [radius] * len(path)), 78.0)
        for part in tube(path, [radius - 3.0] * len(path)):
            canvas.paint(part, 20.0)
            canvas.paint(within(part, in_front_of(level - 2.0)), GAS)
    for _ in range(24):
        lump = (dice.between(-114.0, -100.0), dice.between(6.0, 24.0), dice.between(150.0, 200.0))
        canvas.paint(ellipsoid(lump, (5.0, 4.0, 5.0)), dice.between(-300.0, 60.0))
