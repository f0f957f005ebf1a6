"""The pelvis on T2-weighted MRI: signal from 0 to some 160, no unit.

Anatomy coordinates as on CT: x to the left, y to the back, z to the head, in mm;
z = 0 is the middle of the femoral heads.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from phantom.canvas import Canvas
from phantom.randomness import Dice
from phantom.shapes import Array, Distance, Point, Shape, column, ellipsoid, tube, within, without

__all__ = ["MASS", "NODE", "Rectum", "paint_pelvis"]

AIR, CORTEX, FLOW, MUSCLE, WALL, FAT, MARROW, URINE = 2.0, 8.0, 9.0, 27.0, 34.0, 104.0, 82.0, 150.0
MASS, NODE = 66.0, 62.0


@dataclass(frozen=True)
class Rectum:
    """How the rectum runs past its mass.

    Parameters
    ----------
    bulge_mm : float
        How much wider the wall is around the mass than elsewhere.
    lumen_aside_mm : float
        How far to the left the mass pushes the lumen (negative: to the right).
    height_mm : float
        Where the mass is.
    scar : bool
        Whether a dark scar is left in the wall where the mass was.
    """

    bulge_mm: float
    lumen_aside_mm: float
    height_mm: float
    scar: bool = False


def paint_pelvis(canvas: Canvas, rectum: Rectum, dice: Dice, *, woman: bool) -> None:
    """Paint a pelvis without the lesions."""
    _paint_wall(canvas, dice)
    _paint_bones(canvas)
    _paint_muscles(canvas)
    _paint_vessels(canvas)
    _paint_bowel(canvas, dice)
    _paint_mesorectum(canvas, dice)
    _paint_front(canvas, woman=woman)
    _paint_rectum(canvas, rectum)


def _paint_wall(canvas: Canvas, dice: Dice) -> None:
    """Paint skin, fat with its fine septa, and the straight muscles of the belly."""
    canvas.values[...] = AIR
    rows, columns = canvas.values.shape[1:]
    septa = np.exp(-(dice.noise((1, rows, columns), (0.0, 3.0, 3.0))[0] ** 2) / 0.015)
    body = column((0.0, 0.0), (188.0, 116.0), -300.0, 300.0)
    inner = column((0.0, 0.0), (184.5, 112.5), -300.0, 300.0)
    canvas.paint(body, 48.0)

    def fat(x: Array, y: Array, z: Array) -> Array:
        del y, z
        value: Array = FAT + 8.0 - 22.0 * np.broadcast_to(septa, x.shape)
        return value

    everywhere = (-900.0, -900.0, -900.0), (900.0, 900.0, 900.0)
    canvas.paint(Shape(*everywhere, inner.distance), fat)
    for side in (-1.0, 1.0):
        canvas.paint(
            ellipsoid((side * 26.0, -88.0, 60.0), (27.0, 7.0, 95.0), (8, 0, side * 6)), MUSCLE
        )
        flank = ellipsoid((side * 104.0, -52.0, 92.0), (34.0, 8.0, 45.0), (0.0, 0.0, side * 52.0))
        canvas.paint(flank, MUSCLE)


def _paint_bones(canvas: Canvas) -> None:
    """Paint hip bones, thigh bones, sacrum and coccyx: dark shell, bright marrow."""
    for side in (-1.0, 1.0):
        head = (side * 90.0, 0.0, 0.0)
        cup = within(ellipsoid(head, (34.0, 34.0, 34.0)), _socket(side))
        bones: list[tuple[list[Shape], list[Shape]]] = [
            ([cup], [without(_shrunk(head, 31.5), _shrunk(head, 28.0))]),
            _blob((side * 86.0, 16.0, 42.0), (18.0, 34.0, 36.0), (0.0, side * 12.0, side * 18.0)),
            _blob((side * 92.0, 24.0, 92.0), (9.0, 52.0, 48.0), (0.0, side * 16.0, side * -28.0)),
            _blob((side * 66.0, 36.0, -26.0), (15.0, 17.0, 27.0), (0.0, side * -12.0, 0.0)),
            _rod(
                [
                    (side * 66.0, -20.0, 8.0),
                    (side * 40.0, -46.0, -2.0),
                    (side * 11.0, -60.0, -14.0),
                ],
                [10.0, 8.0, 11.0],
            ),
            _rod(
                [
                    (side * 11.0, -58.0, -24.0),
                    (side * 40.0, -6.0, -48.0),
                    (side * 60.0, 28.0, -44.0),
                ],
                [9.0, 7.0, 9.0],
            ),
            _rod([(side * 98.0, 2.0, -4.0), (side * 130.0, 10.0, -26.0)], [15.0, 16.0]),
            _blob((side * 133.0, 14.0, -22.0), (15.0, 20.0, 26.0), (0.0, 0.0, 0.0)),
            _rod([(side * 130.0, 8.0, -40.0), (side * 126.0, 4.0, -110.0)], [16.0, 14.0]),
        ]
        for shell, marrow in bones:
            canvas.paint(shell, CORTEX)
            canvas.paint(marrow, MARROW)
        # Cartilage and joint fluid, then the head itself.
        canvas.paint(_shrunk(head, 28.0), 60.0)
        canvas.paint(_shrunk(head, 26.0), CORTEX)
        canvas.paint(_shrunk(head, 24.0), MARROW + 8.0)
        neck = _rod([(side * 98.0, 2.0, -5.0), (side * 128.0, 10.0, -25.0)], [15.0, 15.0])[1]
        canvas.paint(neck, MARROW + 3.0)
    canvas.paint(ellipsoid((0.0, -60.0, -16.0), (4.0, 12.0, 18.0)), 46.0)
    spine = [
        (0.0, 62.0, 118.0),
        (0.0, 84.0, 80.0),
        (0.0, 94.0, 48.0),
        (0.0, 88.0, 22.0),
        (0.0, 78.0, 4.0),
    ]
    for point, width, depth in zip(
        spine, (50.0, 46.0, 36.0, 22.0, 10.0), (17.0, 15.0, 12.0, 8.0, 5.0), strict=True
    ):
        shell, marrow = _blob(point, (width, depth, 17.0), (-25.0, 0.0, 0.0))
        canvas.paint(shell, CORTEX)
        canvas.paint(marrow, MARROW - 6.0)
    for side in (-1.0, 1.0):
        for point in ((16.0, 84.0, 88.0), (14.0, 94.0, 60.0)):
            hole = ellipsoid((side * point[0], point[1], point[2]), (4.5, 4.0, 6.0))
            canvas.paint(hole, FAT - 20.0)


def _socket(side: float) -> Distance:
    """Return how far inside the half of a ball that holds the head of the thigh a place is."""

    def distance(x: Array, y: Array, z: Array) -> Array:
        inward: Array = np.maximum(92.0 - side * x, z - 12.0) + 0.0 * y
        return inward

    return distance


def _shrunk(centre: Point, radius: float) -> Shape:
    return ellipsoid(centre, (radius, radius, radius))


def _blob(centre: Point, radii: Point, turn: Point) -> tuple[list[Shape], list[Shape]]:
    """Return shell and marrow of a rounded bone."""
    inner = (radii[0] - 2.3, radii[1] - 2.3, radii[2] - 2.3)
    return [ellipsoid(centre, radii, turn)], [ellipsoid(centre, inner, turn)]


def _rod(points: list[Point], radii: list[float]) -> tuple[list[Shape], list[Shape]]:
    """Return shell and marrow of a long bone."""
    return tube(points, radii), tube(points, [radius - 2.3 for radius in radii])


def _paint_muscles(canvas: Canvas) -> None:
    """Paint the muscles of hip and pelvic floor, with fat between them."""
    for s in (-1.0, 1.0):
        for centre, radii, turn in (
            ((s * 76.0, 79.0, 22.0), (66.0, 22.0, 80.0), (14.0, 0.0, s * -20.0)),
            ((s * 124.0, 28.0, 44.0), (17.0, 46.0, 50.0), (0.0, s * 10.0, s * 22.0)),
            ((s * 112.0, 4.0, 62.0), (14.0, 36.0, 40.0), (0.0, s * 14.0, s * 22.0)),
            ((s * 122.0, -48.0, 10.0), (11.0, 17.0, 60.0), (0.0, 0.0, s * -30.0)),
            ((s * 54.0, 14.0, 4.0), (7.5, 33.0, 36.0), (0.0, s * -8.0, s * -6.0)),
            ((s * 48.0, 74.0, 44.0), (30.0, 9.0, 17.0), (0.0, s * -18.0, s * -30.0)),
            ((s * 72.0, 54.0, -10.0), (26.0, 8.0, 11.0), (0.0, 0.0, s * -14.0)),
            ((s * 46.0, -50.0, -28.0), (22.0, 12.0, 24.0), (0.0, 0.0, s * 24.0)),
            ((s * 58.0, -14.0, -34.0), (20.0, 16.0, 20.0), (0.0, 0.0, s * 18.0)),
            ((s * 100.0, -62.0, -8.0), (12.0, 12.0, 60.0), (0.0, 0.0, 0.0)),
        ):
            canvas.paint(ellipsoid(centre, radii, turn), _fibres(centre[0] + turn[2]))
        psoas = [
            (s * 52.0, -14.0, 120.0),
            (s * 62.0, -30.0, 60.0),
            (s * 74.0, -42.0, 18.0),
            (s * 86.0, -36.0, -18.0),
            (s * 100.0, -10.0, -48.0),
        ]
        canvas.paint(tube(psoas, [22.0, 21.0, 18.0, 15.0, 10.0]), _fibres(s * 30.0))
        canvas.paint(tube(psoas, [2.5, 2.5, 2.5, 2.0, 2.0]), CORTEX + 4.0)
        tailor = [(s * 116.0, -62.0, 60.0), (s * 104.0, -80.0, 0.0), (s * 84.0, -84.0, -60.0)]
        canvas.paint(tube(tailor, [8.0, 8.5, 9.0]), MUSCLE)
        canvas.paint(tube([(s * 80.0, 62.0, 30.0), (s * 82.0, 54.0, -40.0)], [6.0, 5.5]), 46.0)
        sheet = tube(
            [(s * 47.0, 22.0, 2.0), (s * 28.0, 44.0, -24.0), (s * 12.0, 48.0, -50.0)],
            [3.0, 3.5, 6.0],
        )
        canvas.paint(sheet, MUSCLE + 3.0)
        rear = tube(
            [(s * 40.0, 60.0, -4.0), (s * 20.0, 64.0, -24.0), (s * 6.0, 62.0, -44.0)],
            [3.0, 3.5, 5.0],
        )
        canvas.paint(rear, MUSCLE + 3.0)


def _fibres(turn_degrees: float) -> Distance:
    """Return the signal of a muscle: dark, with thin lines of fat between its bundles."""
    turn = np.radians(turn_degrees)
    cos, sin = float(np.cos(turn)), float(np.sin(turn))

    def signal(x: Array, y: Array, z: Array) -> Array:
        along, across = cos * x + sin * y, cos * y - sin * x
        wave = np.sin(0.16 * along + 1.2 * np.sin(0.11 * across) + 0.02 * z)
        line = np.cos(0.42 * across + 1.5 * wave)
        lines: Array = MUSCLE - 2.0 + 24.0 * np.clip(line, 0.0, 1.0) ** 12
        return lines

    return signal


def _paint_vessels(canvas: Canvas) -> None:
    """Paint the vessels of the pelvic wall: flow makes arteries black."""
    for s in (-1.0, 1.0):
        artery = [
            (s * 40.0, -22.0, 110.0),
            (s * 48.0, -44.0, 62.0),
            (s * 60.0, -66.0, 14.0),
            (s * 66.0, -82.0, -50.0),
        ]
        vein = [
            (s * 36.0, -8.0, 110.0),
            (s * 44.0, -30.0, 62.0),
            (s * 50.0, -60.0, 14.0),
            (s * 54.0, -80.0, -50.0),
        ]
        for path, radius, value in ((artery, 4.6, FLOW), (vein, 5.8, 20.0)):
            canvas.paint(tube(path, [radius + 1.3] * 4), 38.0)
            canvas.paint(tube(path, [radius] * 4), value)
        inner = [
            (s * 34.0, 6.0, 110.0),
            (s * 42.0, 34.0, 66.0),
            (s * 45.0, 44.0, 40.0),
            (s * 44.0, 50.0, 10.0),
        ]
        canvas.paint(tube(inner, [4.0, 3.5, 2.8, 2.0]), FLOW + 4.0)
        front = [(s * 42.0, 30.0, 62.0), (s * 44.0, 6.0, 30.0), (s * 30.0, -24.0, -4.0)]
        canvas.paint(tube(front, [2.5, 2.0, 1.8]), FLOW + 20.0)


def _paint_bowel(canvas: Canvas, dice: Dice) -> None:
    """Paint loops of small bowel and sigmoid above the bladder."""
    for side in (-1.0, 1.0):
        for step in range(3):
            place = (side * (34.0 + 7.0 * step), -2.0 - 14.0 * step, 70.0 + 4.0 * step)
            end = (place[0] + side * 6.0, place[1] - 8.0, place[2] + 10.0)
            canvas.paint(tube([place, end], [9.5, 9.5]), WALL + 6.0)
            canvas.paint(tube([place, end], [7.0, 7.0]), 66.0 + 18.0 * step)
    for _ in range(12):
        place = (dice.between(-44.0, 44.0), dice.between(-66.0, -4.0), dice.between(84.0, 124.0))
        end = (
            place[0] + dice.between(-20.0, 20.0),
            place[1] + dice.between(-10.0, 10.0),
            place[2] + dice.between(-6.0, 6.0),
        )
        canvas.paint(tube([place, end], [11.0, 11.0]), WALL + 6.0)
        canvas.paint(tube([place, end], [8.5, 8.5]), dice.between(50.0, 130.0))


def _paint_mesorectum(canvas: Canvas, dice: Dice) -> None:
    """Paint the fat around the rectum, its fascia, small vessels and normal nodes."""
    outer = _mesorectal(0.0)
    canvas.paint(outer, 24.0, soft_mm=1.2)
    canvas.paint(_mesorectal(1.6), FAT + 6.0)
    for _ in range(46):
        turn = dice.between(0.0, 6.283)
        reach = dice.between(0.66, 0.9)
        z = dice.between(-6.0, 84.0)
        place = (39.0 * reach * np.cos(turn), 47.0 + 28.0 * reach * np.sin(turn), z)
        end = (place[0] * 0.94, 47.0 + (place[1] - 47.0) * 0.92, z + dice.between(6.0, 16.0))
        canvas.paint(tube([place, end], [1.3, 1.0]), 30.0, soft_mm=1.5)
    for place in ((-24.0, 62.0, 58.0), (22.0, 34.0, 66.0), (-27.0, 44.0, 28.0)):
        canvas.paint(ellipsoid(place, (2.3, 2.0, 2.8)), NODE)
    upper = [(-2.0, 70.0, 20.0), (2.0, 66.0, 60.0), (6.0, 54.0, 100.0)]
    canvas.paint(tube(upper, [1.8, 2.4, 2.8]), FLOW + 4.0)


def _mesorectal(inset: float) -> Shape:
    """Return the mesorectum: wide above, closing at the pelvic floor."""

    def distance(x: Array, y: Array, z: Array) -> Array:
        width = np.interp(z, (-36, -20, 0, 20, 100), (8, 22, 34, 43, 46)) - inset
        depth = np.interp(z, (-36, -20, 0, 20, 100), (8, 18, 25, 32, 36)) - inset
        u, v = x / width, (y - 47.0) / depth
        rho = np.sqrt(u**2 + v**2)
        slope = np.sqrt((u / width) ** 2 + (v / depth) ** 2)
        inward: Array = (1 - rho) * rho / np.maximum(slope, 1e-9)
        return np.minimum(inward, z + 36.0)

    return Shape((-48.0, 9.0, -37.0), (48.0, 86.0, 160.0), distance)


def _paint_front(canvas: Canvas, *, woman: bool) -> None:
    """Paint the bladder and what lies between it and the rectum."""
    if woman:
        canvas.paint(ellipsoid((4.0, -12.0, 66.0), (29.0, 21.0, 30.0), (-30.0, 0.0, 0.0)), 62.0)
        canvas.paint(ellipsoid((4.0, -12.0, 66.0), (13.0, 8.5, 19.0), (-30.0, 0.0, 0.0)), 32.0)
        canvas.paint(ellipsoid((4.0, -12.0, 66.0), (9.0, 4.5, 15.0), (-30.0, 0.0, 0.0)), 132.0)
        canvas.paint(tube([(2.0, 2.0, 36.0), (0.0, 8.0, 16.0)], [13.0, 12.0]), 40.0)
        canvas.paint(tube([(2.0, 2.0, 36.0), (0.0, 8.0, 16.0)], [3.0, 2.5]), 118.0)
        canvas.paint(ellipsoid((0.0, 8.0, -10.0), (18.0, 5.0, 26.0)), WALL)
        canvas.paint(ellipsoid((0.0, 8.0, -10.0), (15.0, 1.8, 25.0)), 105.0)
        bladder, radii = (0.0, -34.0, 30.0), (38.0, 24.0, 26.0)
        for s in (-1.0, 1.0):
            canvas.paint(ellipsoid((s * 40.0, 2.0, 64.0), (10.0, 8.0, 12.0)), 55.0)
            canvas.paint(ellipsoid((s * 41.0, 1.0, 65.0), (4.0, 4.0, 4.0)), 138.0)
    else:
        canvas.paint(ellipsoid((0.0, -12.0, -12.0), (26.0, 19.0, 21.0)), WALL)
        canvas.paint(ellipsoid((0.0, -12.0, -12.0), (24.5, 17.5, 19.5)), 112.0)
        canvas.paint(ellipsoid((0.0, -17.0, -8.0), (18.0, 12.5, 16.0)), 58.0)
        for s in (-1.0, 1.0):
            canvas.paint(ellipsoid((s * 8.0, -17.0, -6.0), (8.0, 8.0, 12.0)), 74.0)
            for step in range(6):
                bead = (s * (6.0 + 5.0 * step), 4.0 + 1.0 * step, 12.0 + 2.6 * step)
                canvas.paint(ellipsoid(bead, (4.2, 4.2, 5.0)), WALL + 6.0)
                canvas.paint(ellipsoid(bead, (3.0, 3.0, 3.8)), 132.0)
        bladder, radii = (0.0, -30.0, 44.0), (42.0, 28.0, 32.0)
    inner = (radii[0] - 3.5, radii[1] - 3.5, radii[2] - 3.5)
    canvas.paint(ellipsoid(bladder, radii), WALL - 4.0)
    canvas.paint(ellipsoid(bladder, inner), URINE)


def _paint_rectum(canvas: Canvas, rectum: Rectum) -> None:
    """Paint wall and lumen of the rectum; lesions come later."""
    path = [
        (0.0, 44.0, -70.0),
        (0.0, 46.0, -40.0),
        (0.0, 45.0, -15.0),
        (-1.0, 46.0, 15.0),
        (2.0, 46.0, 50.0),
        (4.0, 38.0, 90.0),
        (14.0, 24.0, 120.0),
    ]
    canvas.paint(tube(path, [16.0, 15.0, 16.0, 18.0, 18.0, 16.0, 15.0]), 26.0)
    if rectum.bulge_mm > 0:
        middle = (-1.0, 46.0, rectum.height_mm)
        canvas.paint(
            ellipsoid(middle, (18.0 + rectum.bulge_mm, 16.0 + rectum.bulge_mm * 0.55, 30.0)), 26.0
        )
    canvas.paint(tube(path, [11.0, 12.0, 14.0, 16.0, 16.0, 14.0, 13.0]), 76.0)
    canvas.paint(tube(path, [7.0, 8.0, 11.0, 13.5, 13.5, 11.5, 10.5]), 44.0)
    aside = rectum.lumen_aside_mm
    lumen = [
        (x + aside * float(np.exp(-(((z - rectum.height_mm) / 24.0) ** 2))), y - 1.5, z)
        for x, y, z in path
    ]
    if aside:
        extra = lumen[3]
        lumen[3:4] = [(extra[0], extra[1], extra[2] - 6.0), (extra[0], extra[1], extra[2] + 10.0)]
    radii = [3.0, 4.0, 7.0, *([7.0, 7.0] if aside else [9.0]), 9.5, 8.0, 7.5]
    canvas.paint(tube(lumen, radii), 6.0)
    if rectum.scar:
        scar = ellipsoid((-13.0, 50.0, rectum.height_mm), (3.0, 8.0, 9.0), (0.0, 0.0, -18.0))
        canvas.paint(scar, 20.0)
