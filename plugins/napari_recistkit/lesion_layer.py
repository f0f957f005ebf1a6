"""Rulers as lines of a napari layer: where in the displayed plane, in which colour, with what text.

A layer is only ever written. What a ruler measures is never read back from it.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from recistkit.measure.bidirectional import Axis
from recistkit.model.mark import Ruler
from recistkit.model.series import Vector
from recistkit.reading.grid import PLANE_AXES, BodyPlane, ViewGrid

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "COLOURS",
    "Drawing",
    "Kind",
    "Placed",
    "ShownRuler",
    "draw",
    "drawing_of",
    "enlarge_labels",
    "layer_scale",
    "new_ruler_layer",
    "placed",
]

Kind = Literal["target", "node", "non-target", "new", "draft", "proposed", "read-a", "read-b"]

# Okabe and Ito: told apart with any colour vision, and bright enough on black. Read A is not blue:
# the letter A (anterior) at the edge of the image is.
COLOURS: Final[dict[Kind, str]] = {
    "target": "#F0E442",
    "node": "#E69F00",
    "non-target": "#56B4E9",
    "new": "#FF7F50",
    "draft": "#FFFFFF",
    "proposed": "#00D7A0",
    "read-a": "#F0E442",
    "read-b": "#56B4E9",
}

_COMPARED: Final[frozenset[Kind]] = frozenset({"read-a", "read-b"})
_LINE_PX: Final = 1.5
_CURRENT_LINE_PX: Final = 2.5
_NOT_COUNTED_SHARE: Final = 0.6
_BROADER: Final[dict[Kind, float]] = {"read-a": 2.4}
"""A lies below B: where both lie at one place, A is seen on both sides of B."""
_FULL: Final = 1.0
_PROJECTED_OPACITY: Final = 0.45
_LABEL_POINTS: Final = 11
_LABEL_GAP_PX: Final = 6.0
_LABEL_LINE_PX: Final = 19.0
"""How far below each other two labels are drawn that would cover one another."""
_LABEL_WIDTH_PX: Final = 170.0
_NEAR_SLICE: Final = 0.5 + 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownRuler:
    """One ruler that a canvas is to show.

    Parameters
    ----------
    key : hashable
        Which lesion (and fragment) it belongs to; handed back when an end is pulled.
    axis : str
        Long or short.
    ruler : Ruler
        LPS, mm.
    kind : str
        Which colour it has.
    counted : bool
        Whether its length goes into the sum; the other axis is drawn thinner.
    current : bool
        Whether its lesion is the one that is worked on.
    label : str
        Beside the lesion; empty for none.
    pullable : bool
        Whether a drag on one of its ends pulls it.
    """

    key: Hashable
    axis: Axis
    ruler: Ruler
    kind: Kind = "target"
    counted: bool = True
    current: bool = False
    label: str = ""
    pullable: bool = True


@dataclass(frozen=True, slots=True)
class Placed:
    """A ruler in a displayed plane.

    Parameters
    ----------
    ends : ndarray
        Display indices [S, P, L] of both ends, shape (2, 3), moved into the slice.
    slice_number : int
        The slice that shows it.
    lies_in_slice : bool
        False where it runs across slices and what is shown is its projection.
    """

    ends: NDArray[np.float64]
    slice_number: int
    lies_in_slice: bool


def placed(grid: ViewGrid, plane: BodyPlane, ruler: Ruler) -> Placed | None:
    """Return where a ruler is drawn: in the slice of its middle; None if outside the volume."""
    axis = PLANE_AXES[plane][0]
    ends = np.array([grid.display_index(end) for end in (ruler.start_mm, ruler.end_mm)])
    middle = ends.mean(axis=0)
    middle_mm = grid.patient_mm((middle[0], middle[1], middle[2]))
    if not grid.contains(middle_mm):
        return None
    slice_number = grid.slice_of(plane, middle_mm)
    in_slice = bool(np.all(np.abs(ends[:, axis] - slice_number) <= _NEAR_SLICE))
    ends[:, axis] = slice_number
    return Placed(_inside(ends, grid.shape), slice_number, in_slice)


def layer_scale(grid: ViewGrid, plane: BodyPlane) -> Vector:
    """Return the scale of a layer of lines: even within the plane, so that lines are.

    Never below the spacing of the volume: napari takes the smallest scale of
    all layers as the step from slice to slice.
    """
    even = max(grid.spacing_mm)
    scale = [even, even, even]
    scale[PLANE_AXES[plane][0]] = grid.spacing_mm[PLANE_AXES[plane][0]]
    return (scale[0], scale[1], scale[2])


def new_ruler_layer(name: str) -> Any:  # noqa: ANN401  napari ships no types
    """Return an empty layer for lines."""
    from napari.layers import Shapes

    return Shapes(
        None,
        ndim=3,
        name=name,
        opacity=1.0,
        units=("mm", "mm", "mm"),
        axis_labels=("head", "back", "left"),
        features=_features([]),
        text={
            "string": "{label}",
            "color": {"feature": "colour"},
            "size": _LABEL_POINTS,
            # Of a single place: the text begins there.
            "anchor": "upper_left",
        },
    )


def enlarge_labels(layer: Any, larger: float) -> None:  # noqa: ANN401  napari ships no types
    """Let the texts of a layer be so many times as large as usual."""
    if layer.text.size != _LABEL_POINTS * larger:
        layer.text.size = _LABEL_POINTS * larger


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """What a layer shows: lines, and dots that bear a text.

    Parameters
    ----------
    scale : Vector
        Of the layer.
    ends : ndarray
        In the layer's own steps, shape (lines, 2, 3).
    breadths : tuple of float
        In the same steps.
    colours : tuple
        Red, green, blue and opacity.
    texts : tuple
        Text and colour beside each; empty for most.
    slices : frozenset of int
        Those that have lines.
    """

    scale: Vector
    ends: NDArray[np.float64]
    breadths: tuple[float, ...]
    colours: tuple[tuple[float, float, float, float], ...]
    texts: tuple[tuple[str, str], ...]
    slices: frozenset[int]

    def is_like(self, other: Drawing) -> bool:
        """Tell whether two differ in nothing but their breadths."""
        mine = (self.scale, self.colours, self.texts)
        return mine == (other.scale, other.colours, other.texts) and np.array_equal(
            self.ends, other.ends
        )


def drawing_of(
    grid: ViewGrid, plane: BodyPlane, rulers: Sequence[ShownRuler], zoom: float
) -> Drawing:
    """Return how rulers are drawn.

    Parameters
    ----------
    grid, plane
        What is displayed.
    rulers : sequence of ShownRuler
        In any order; those outside the volume are left out.
    zoom : float
        Canvas pixels per mm: lines keep their width on the screen.
    """
    scale = layer_scale(grid, plane)
    lines = [_Line(ruler, place) for ruler in rulers if (place := placed(grid, plane, ruler.ruler))]
    labels = _labels(lines, grid, plane, zoom)
    factor = np.asarray(grid.spacing_mm) / np.asarray(scale)
    per_pixel = 1.0 / (zoom * max(scale))
    ends = [line.place.ends * factor for line in lines] + [dot * factor for _, dot in labels]
    hidden = (0.0, 0.0, 0.0, 0.0)
    return Drawing(
        scale=scale,
        ends=np.array(ends, dtype=float).reshape(-1, 2, 3),
        breadths=(
            *(_width_px(line.shown) * per_pixel for line in lines),
            *(per_pixel for _ in labels),
        ),
        colours=(*(_colour(line) for line in lines), *(hidden for _ in labels)),
        texts=(*(("", "white") for _ in lines), *(text for text, _ in labels)),
        slices=frozenset(line.place.slice_number for line in lines),
    )


def draw(
    layer: Any,  # noqa: ANN401  napari ships no types
    wanted: Drawing,
    drawn: Drawing | None,
) -> None:
    """Let a layer show a drawing: nothing is done anew that it shows already.

    Parameters
    ----------
    layer : napari Shapes layer
        From `new_ruler_layer`.
    wanted : Drawing
    drawn : Drawing or None
        What it shows; None where that is not known.
    """
    if drawn is not None and wanted.is_like(drawn):
        if wanted.breadths != drawn.breadths:
            layer.edge_width = list(wanted.breadths)
            layer.refresh()
        return
    if layer.nshapes:
        layer.data = []
        layer.features = _features([])
    if tuple(layer.scale) != wanted.scale:
        layer.scale = wanted.scale
    if len(wanted.ends):
        layer.add_lines(
            list(wanted.ends),
            edge_width=list(wanted.breadths),
            edge_color=np.array(wanted.colours),
        )
        layer.features = _features(wanted.texts)


@dataclass(frozen=True, slots=True)
class _Line:
    """A given ruler and where it is drawn."""

    shown: ShownRuler
    place: Placed


def _labels(
    lines: Sequence[_Line], grid: ViewGrid, plane: BodyPlane, zoom: float
) -> list[tuple[tuple[str, str], NDArray[np.float64]]]:
    """Return text and colour of each label, and the dot right of the lesion that bears it."""
    columns = PLANE_AXES[plane][2]
    labels: list[tuple[tuple[str, str], NDArray[np.float64]]] = []
    for line in lines:
        if not line.shown.label:
            continue
        reach = _LABEL_LINE_PX / zoom if line.shown.kind in _COMPARED else None
        near = [other.place.ends for other in lines if _goes_with(other, line, grid, reach)]
        ends = np.concatenate(near)
        dot = ends[ends[:, columns].argmax()].copy()
        dot[columns] += _LABEL_GAP_PX / zoom / grid.spacing_mm[columns]
        dot[columns] = min(dot[columns], grid.shape[columns] - 1)
        if line.shown.kind in _COMPARED:
            _put_below(dot, [other[0] for _, other in labels], grid, plane, zoom)
        text = (line.shown.label, COLOURS[line.shown.kind])
        labels.append((text, np.stack([dot, dot])))
    return labels


def _goes_with(other: _Line, line: _Line, grid: ViewGrid, reach_mm: float | None) -> bool:
    """Tell whether a label stands beside another line too: of its mark, or right beside it."""
    if other.place.slice_number != line.place.slice_number:
        return False
    if other.shown.key == line.shown.key or reach_mm is None:
        return other.shown.key == line.shown.key
    gap = np.maximum(
        other.place.ends.min(axis=0) - line.place.ends.max(axis=0),
        line.place.ends.min(axis=0) - other.place.ends.max(axis=0),
    )
    return bool(np.all(gap * np.asarray(grid.spacing_mm) <= reach_mm))


def _put_below(
    dot: NDArray[np.float64],
    others: Sequence[NDArray[np.float64]],
    grid: ViewGrid,
    plane: BodyPlane,
    zoom: float,
) -> None:
    """Move the dot of a label down until it covers none of the labels before it."""
    axis, rows, columns = PLANE_AXES[plane]
    near_row = _LABEL_LINE_PX / zoom / grid.spacing_mm[rows]
    near_column = _LABEL_WIDTH_PX / zoom / grid.spacing_mm[columns]
    down = 1.0 if plane == "axial" else -1.0  # the other planes are shown head up
    beside = [
        other[rows]
        for other in others
        if other[axis] == dot[axis] and abs(other[columns] - dot[columns]) < near_column
    ]
    for taken in sorted(beside, key=lambda row: down * row):
        if abs(taken - dot[rows]) < near_row:
            dot[rows] = taken + down * near_row
    dot[rows] = min(max(dot[rows], 0.0), grid.shape[rows] - 1.0)


def _features(texts: Sequence[tuple[str, str]]) -> dict[str, NDArray[np.object_]]:
    """Return what napari writes beside each line, and in which colour."""
    return {
        "label": np.array([text for text, _ in texts], dtype=object),
        "colour": np.array([colour for _, colour in texts], dtype=object),
    }


def _width_px(ruler: ShownRuler) -> float:
    """Return how broad a ruler is drawn, in canvas pixels."""
    width = _CURRENT_LINE_PX if ruler.current else _LINE_PX
    width *= _BROADER.get(ruler.kind, 1.0)
    return width if ruler.counted else width * _NOT_COUNTED_SHARE


def _colour(line: _Line) -> tuple[float, float, float, float]:
    """Return red, green, blue and opacity of a ruler."""
    code = COLOURS[line.shown.kind]
    red, green, blue = (int(code[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return (red, green, blue, _FULL if line.place.lies_in_slice else _PROJECTED_OPACITY)


def _inside(ends: NDArray[np.float64], shape: tuple[int, int, int]) -> NDArray[np.float64]:
    """Return a line cut where it leaves the volume: a longer one would shift napari's slices."""
    last = np.asarray(shape, dtype=float) - 1
    start, step = ends[0], ends[1] - ends[0]
    with np.errstate(divide="ignore", invalid="ignore"):
        bounds = np.stack([-start / step, (last - start) / step])
    bounds[:, step == 0] = np.array([[-np.inf], [np.inf]])
    first = np.clip(bounds.min(axis=0).max(), 0.0, 1.0)
    second = np.clip(bounds.max(axis=0).min(), 0.0, 1.0)
    cut: NDArray[np.float64] = np.stack([start + step * first, start + step * second])
    return cut.clip(0.0, last)
