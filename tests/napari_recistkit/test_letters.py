"""Letters at the edges, a caption in the corner."""

from __future__ import annotations

from typing import Any

from napari.components import ViewerModel

from napari_recistkit import compat
from napari_recistkit.letters import remove_letters, show_caption, show_letters
from recistkit.reading.grid import EdgeLetters


def texts(viewer: Any) -> dict[str, str]:  # noqa: ANN401
    """Return the visible texts by their place on the canvas."""
    return {
        str(one.position): one.text
        for key, one in compat.overlays(viewer).items()
        if key.startswith("recistkit") and one.visible and one.text.strip()
    }


def test_each_letter_stands_at_its_edge() -> None:
    viewer: Any = ViewerModel()
    show_letters(viewer, EdgeLetters(top="A", bottom="PH", left="R", right="L"))
    assert texts(viewer) == {
        "top_center": "A",
        "bottom_center": "PH",
        "middle_left": "R",
        "middle_right": "L",
    }


def test_letters_are_changed_and_hidden() -> None:
    viewer: Any = ViewerModel()
    show_letters(viewer, EdgeLetters(top="A", bottom="P", left="R", right="L"))
    show_letters(viewer, EdgeLetters(top="H", bottom="F", left="A", right="P"))
    assert texts(viewer)["top_center"] == "H"
    show_letters(viewer, None)
    assert texts(viewer) == {}


def test_the_caption_stands_in_the_corner_until_it_is_taken_off() -> None:
    viewer: Any = ViewerModel()
    show_caption(viewer, "month-2")
    assert texts(viewer) == {"top_left": "month-2"}
    before = set(compat.overlays(viewer))
    remove_letters(viewer)
    assert texts(viewer) == {}
    assert before - set(compat.overlays(viewer)) == {"recistkit_caption"}
