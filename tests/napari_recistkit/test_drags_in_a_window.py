"""Drags in a real window: what the title says is what they are, and no more than that."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from recistkit.model.series import Vector
from tests.napari_recistkit.driving import (
    double_click,
    drag,
    let_go,
    native_of,
    pixel_of,
    settle,
)
from tests.napari_recistkit.reader import Reader
from tests.napari_recistkit.seats import open_case, seat
from tests.napari_recistkit.small_study import LESIONS, axes_of, opened, read_baseline, write_study
from tests.napari_recistkit.test_reading_room import line_of, page

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    subjects = ("S1", "S2", "S3", "S4", "S5")
    made = write_study(tmp_path_factory.mktemp("study"), subjects=subjects)
    with opened(made, "S1") as session:
        read_baseline(session)
    return made


@pytest.fixture(scope="module")
def sitting(folder: Path) -> Iterator[Reader]:
    with seat(folder) as reader:
        yield reader


def title_of(reader: Reader) -> str:
    return page(reader).title.whole_text


def sizes(reader: Reader) -> dict[str, tuple[int | None, int | None]]:
    """Return both lengths of each lesion at the visit, in whole mm."""
    return {
        mark.lesion: (
            None if mark.longest_mm is None else round(mark.longest_mm),
            None if mark.short_mm is None else round(mark.short_mm),
        )
        for mark in reader.session.draft.marks.values()
        if mark.timepoint == reader.session.visit
    }


def target(reader: Reader) -> tuple[Vector, Vector]:
    """Draw T1 in the liver with the tool for targets; return its ends."""
    reader.press("T")
    ruler = axes_of("T1")[0]
    reader.draw((ruler.start_mm, ruler.end_mm))
    reader.type("liv")
    reader.press("Return")
    return (ruler.start_mm, ruler.end_mm)


def test_a_drag_for_a_target_after_half_a_node_is_a_target(sitting: Reader) -> None:
    open_case(sitting, "S2")
    sitting.press("N")
    x, y, z = LESIONS["T4"][1]
    sitting.draw(((x - 12, y, z), (x + 12, y, z)))
    assert "drag: short axis of T1" in title_of(sitting)
    sitting.draw(((x - 40, y - 60, z), (x - 40, y - 40, z)))
    assert line_of(sitting).startswith("drag across the long axis of T1")
    sitting.press("T")
    assert "drag: target" in title_of(sitting)
    sitting.draw(((x - 40, y - 60, z), (x - 40, y - 40, z)))
    assert sizes(sitting) == {"T1": (24, None), "T2": (20, None)}


def test_escape_gives_the_drag_up_and_leaves_the_tool(sitting: Reader) -> None:
    open_case(sitting, "S3")
    start, end = target(sitting)
    before = sizes(sitting)
    native = native_of(sitting.viewer)
    sitting.scroll_to(start)
    way = [pixel_of(sitting.room.present, native, (x, y + 6, z)) for x, y, z in (start, end)]
    drag(native, way, release=False)
    sitting.press("Esc")
    assert line_of(sitting) == "the drag is given up; nothing was measured"
    let_go(native, way[-1], settle_ms=50)
    assert sizes(sitting) == before
    assert "drag: target" in title_of(sitting)
    sitting.press("Esc")
    assert "drag: measures T1" in title_of(sitting)


def test_a_tool_that_is_put_down_in_a_drag_takes_the_drag_with_it(sitting: Reader) -> None:
    open_case(sitting, "S3")
    before = sizes(sitting)
    native = native_of(sitting.viewer)
    sitting.press("T")
    ruler = axes_of("T1", 0.5)[0]
    sitting.scroll_to(ruler.start_mm)
    way = [
        pixel_of(sitting.room.present, native, (x, y + 6, z))
        for x, y, z in (ruler.start_mm, ruler.end_mm)
    ]
    drag(native, way, release=False)
    assert sitting.room.open_case_ is not None
    sitting.room.open_case_.room.disarm()
    let_go(native, way[-1], settle_ms=50)
    assert sizes(sitting) == before


def test_a_double_click_is_one_lesion(sitting: Reader) -> None:
    open_case(sitting, "S4")
    sitting.press("O")
    place = LESIONS["NT1"][1]
    sitting.scroll_to(place)
    native = native_of(sitting.viewer)
    double_click(native, pixel_of(sitting.room.present, native, place))
    assert list(sizes(sitting)) == ["NT1"]


def test_a_new_target_may_begin_beside_an_end_of_the_one_before(sitting: Reader) -> None:
    open_case(sitting, "S5")
    _, (x, y, z) = target(sitting)
    sitting.draw(((x + 2, y, z), (x + 22, y + 8, z)))
    assert sizes(sitting) == {"T1": (24, None), "T2": (22, None)}


def test_the_title_says_that_the_views_are_not_linked(sitting: Reader) -> None:
    open_case(sitting, "S1")
    assert "beside baseline (baseline) " in title_of(sitting)
    sitting.press("L")
    assert "beside baseline (baseline, not linked) " in title_of(sitting)
    sitting.room.compared.set_slice(sitting.room.compared.slice_number + 3)
    sitting.press("Shift+L")
    assert "beside baseline (baseline, aligned, 12.0 mm apart) " in title_of(sitting)


def test_an_image_that_is_dropped_on_the_scan_is_hidden_and_said(sitting: Reader) -> None:
    open_case(sitting, "S1")
    dropped = sitting.viewer.add_image(np.full((24, 80, 80), 900, np.int16), name="dropped")
    settle(100)
    assert not dropped.visible
    assert line_of(sitting) == "other layers of the viewer are hidden as long as the case is open"
    sitting.press("Ctrl+S")
    dropped.visible = True
    settle(100)
    assert not dropped.visible
    assert line_of(sitting) == "everything is saved as it is made"
    sitting.room.close_case()
    assert dropped.visible
    sitting.viewer.layers.remove(dropped)
