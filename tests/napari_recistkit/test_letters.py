"""Letters at the edges, a caption in the corner."""

from __future__ import annotations

from typing import Any

import pytest
from napari.components import ViewerModel

from napari_recistkit import compat
from napari_recistkit.letters import Caption, show_letters
from recistkit.reading.grid import EdgeLetters

EDGES = ("top", "bottom", "left", "right")
LETTERS, CAPTION = "recistkit_letters", "recistkit_caption"


def texts(viewer: Any) -> dict[str, str]:  # noqa: ANN401
    """Return the visible texts by their place on the canvas."""
    shown = compat.overlays(viewer)
    said = dict(zip(EDGES, shown[LETTERS].letters, strict=True)) if LETTERS in shown else {}
    if CAPTION in shown and shown[CAPTION].visible:
        said[str(shown[CAPTION].position)] = shown[CAPTION].text
    return {place: text for place, text in said.items() if text.strip()}


def test_each_letter_stands_at_its_edge() -> None:
    viewer: Any = ViewerModel()
    show_letters(viewer, EdgeLetters(top="A", bottom="PH", left="R", right="L"))
    assert texts(viewer) == {"top": "A", "bottom": "PH", "left": "R", "right": "L"}


def test_letters_are_changed_and_hidden() -> None:
    viewer: Any = ViewerModel()
    show_letters(viewer, EdgeLetters(top="A", bottom="P", left="R", right="L"))
    show_letters(viewer, EdgeLetters(top="H", bottom="F", left="A", right="P"))
    assert texts(viewer)["top"] == "H"
    show_letters(viewer, None)
    assert texts(viewer) == {}


def captioned(width_px: int) -> tuple[Any, Caption]:
    viewer: Any = ViewerModel()
    viewer.canvas.size = (600, width_px)
    return viewer, Caption(viewer)


def test_the_caption_stands_in_the_corner_until_it_is_taken_off() -> None:
    viewer, caption = captioned(800)
    caption.show("month-2", "CT, axial")
    assert texts(viewer) == {"top_left": "month-2\nCT, axial"}
    caption.show("month-3")
    assert texts(viewer) == {"top_left": "month-3"}
    before = set(compat.overlays(viewer))
    caption.close()
    assert texts(viewer) == {}
    assert before - set(compat.overlays(viewer)) == {"recistkit_caption"}
    viewer.canvas.size = (600, 300)  # nobody listens any more
    assert texts(viewer) == {}


def test_a_long_label_is_cut_inside_and_what_stands_below_is_whole() -> None:
    viewer, caption = captioned(700)
    caption.show("month 2 - second scan after the end of treatment 17", "CT, 2011-03-07, axial")
    label, rest = texts(viewer)["top_left"].splitlines()
    first, last = label.split("\N{HORIZONTAL ELLIPSIS}")
    assert first.startswith("month 2 - se")
    assert last.endswith("treatment 17")
    assert compat.text_width(label, 10.0) <= 700 / 2 - 40
    assert rest == "CT, 2011-03-07, axial"


def test_the_label_is_whole_again_when_there_is_room() -> None:
    viewer, caption = captioned(500)
    whole = "month 2 - second scan after the end of treatment"
    caption.show(whole)
    cut = texts(viewer)["top_left"]
    viewer.canvas.size = (600, 3000)
    assert (len(cut) < len(whole), texts(viewer)["top_left"]) == (True, whole)


@pytest.mark.parametrize("width_px", [0, 1, 40])
def test_a_canvas_without_room_keeps_the_ends_of_the_label(width_px: int) -> None:
    viewer, caption = captioned(width_px)
    caption.show("month-2", "CT")
    assert texts(viewer) == {"top_left": "m\N{HORIZONTAL ELLIPSIS}2\nCT"}
    caption.show("", "no scan")
    assert texts(viewer) == {"top_left": "no scan"}


@pytest.mark.parametrize(
    ("height_px", "larger"), [(300, 1.0), (800, 1.0), (1200, 1.5), (4000, 2.0)]
)
def test_texts_grow_with_a_large_canvas(height_px: int, larger: float) -> None:
    viewer, caption = captioned(800)
    compat.prepare_scale_bar(viewer)
    show_letters(viewer, EdgeLetters(top="A", bottom="P", left="R", right="L"))
    caption.show("month-2")
    viewer.canvas.size = (height_px, 800)
    shown = compat.overlays(viewer)
    sizes = [shown[key].font_size for key in (LETTERS, CAPTION, "scale_bar")]
    assert sizes == [14.0 * larger, 10.0 * larger, 10.0 * larger]
