"""Rulers are drawn when something differs, once, and no more of them than that."""

from __future__ import annotations

import pytest

from napari_recistkit.canvas import Canvas
from napari_recistkit.lesion_layer import Drawing, draw
from tests.napari_recistkit.canvases import bare_canvas, shown
from tests.reading.grids import straight_grid


@pytest.fixture
def canvas() -> Canvas:
    return bare_canvas(straight_grid())


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the layers that were drawn."""
    names: list[str] = []

    def spy(layer: object, wanted: Drawing, before: Drawing | None) -> None:
        names.append(str(getattr(layer, "name", "")))
        draw(layer, wanted, before)

    monkeypatch.setattr("napari_recistkit.layer_stack.draw", spy)
    return names


LINE = ((6.0, 10.0, 20.0), (6.0, 30.0, 40.0))


def test_what_is_given_again_is_not_drawn_again(canvas: Canvas, drawn: list[str]) -> None:
    rulers = [shown(straight_grid(), *LINE)]
    canvas.set_rulers(rulers)
    canvas.set_rulers(list(rulers))
    canvas.set_draft(())
    assert drawn == ["lesions"]


def test_what_is_given_in_one_go_is_drawn_once(canvas: Canvas, drawn: list[str]) -> None:
    ruler = shown(straight_grid(), *LINE)
    canvas.set_draft([ruler])
    drawn.clear()
    with canvas.drawn_once():
        canvas.set_draft(())
        with canvas.drawn_once():
            canvas.set_rulers([ruler])
        canvas.set_draft([shown(straight_grid(), *LINE, label="drag")])
        canvas.set_rulers([])
        canvas.set_rulers([ruler])
        assert drawn == []
    assert drawn == ["lesions", "ruler"]
    assert canvas.viewer.layers["lesions"].visible


def test_a_scan_that_is_shown_in_one_go_is_drawn_as_any_other(canvas: Canvas) -> None:
    with canvas.drawn_once():
        canvas.show(straight_grid())
        canvas.set_rulers([shown(straight_grid(), *LINE)])
    layer = canvas.viewer.layers["lesions"]
    assert (layer.nshapes, layer.visible) == (2, True)
    assert layer.edge_width[0] * max(straight_grid().spacing_mm) * canvas.zoom == pytest.approx(1.5)


def test_another_current_lesion_changes_breadths_and_no_line(canvas: Canvas) -> None:
    grid = straight_grid()
    other = ((6.0, 12.0, 20.0), (6.0, 12.0, 40.0))
    canvas.set_rulers([shown(grid, *LINE, current=True), shown(grid, *other, key="T2")])
    layer = canvas.viewer.layers["lesions"]
    lines = list(layer.data)
    changed: list[object] = []
    layer.events.data.connect(changed.append)
    canvas.set_rulers([shown(grid, *LINE), shown(grid, *other, key="T2", current=True)])
    assert changed == []
    assert all(one is another for one, another in zip(lines, layer.data, strict=True))
    pixels = [width * max(grid.spacing_mm) * canvas.zoom for width in layer.edge_width]
    assert pixels[:2] == pytest.approx([1.5, 2.5])


def test_what_looks_the_same_is_left(canvas: Canvas) -> None:
    grid = straight_grid()
    canvas.set_rulers([shown(grid, *LINE, pullable=True)])
    layer = canvas.viewer.layers["lesions"]
    told: list[object] = []
    layer.events.set_data.connect(told.append)
    canvas.set_rulers([shown(grid, *LINE, pullable=False)])
    assert told == []
    assert canvas.rulers == (shown(grid, *LINE, pullable=False),)
