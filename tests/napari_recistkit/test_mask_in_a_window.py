"""A mask in a real window: drafted, painted with napari's brush, kept with the mark, or left."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from recistkit.model.mark import Mark
from recistkit.reading.lesion_mask import from_file
from tests.napari_recistkit.driving import drag, native_of, pixel_of, settle
from tests.napari_recistkit.reader import Reader
from tests.napari_recistkit.seats import open_case, seat
from tests.napari_recistkit.small_study import LESIONS, axes_of, opened, read_baseline, write_study
from tests.napari_recistkit.test_reading_room import line_of, page

pytestmark = pytest.mark.e2e

FIRST = "keep (Shift+K) or leave (Esc) the mask first"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = write_study(tmp_path_factory.mktemp("study"), subjects=("S1",))
    with opened(made) as session:
        read_baseline(session)
    return made


@pytest.fixture(scope="module")
def sitting(folder: Path) -> Iterator[Reader]:
    with seat(folder) as reader:
        open_case(reader)
        draw(reader, "T1", 0.8)
        draw(reader, "T2", 0.8)
        yield reader


@pytest.fixture(autouse=True)
def _no_mask_is_left(sitting: Reader) -> Iterator[None]:
    """One test that fails does not take the others with it."""
    yield
    if is_shown(sitting):
        sitting.press("Esc")


def draw(reader: Reader, lesion: str, share: float) -> None:
    """Measure a lesion with both axes."""
    reader.session.go_to_lesion(lesion)
    for ruler in axes_of(lesion, share):
        reader.draw((ruler.start_mm, ruler.end_mm))


def begin(reader: Reader, lesion: str = "T1") -> None:
    reader.session.go_to_lesion(lesion)
    settle(50)
    reader.press("Shift+M")
    reader.wait_until(lambda: is_shown(reader), "the draft is there")


def mark_of(reader: Reader, lesion: str = "T1") -> Mark:
    (mark,) = reader.session.marks_of(lesion, "week-8")
    assert isinstance(mark, Mark)
    return mark


def stroke(reader: Reader, *offsets_mm: tuple[float, float]) -> None:
    """Drag from one place beside the middle of T1 to another, on the slice that is shown."""
    x, y, _ = LESIONS["T1"][1]
    canvas, native = reader.room.present, native_of(reader.viewer)
    assert canvas.centre_mm is not None
    way = [
        pixel_of(canvas, native, (x + right, y + back, canvas.centre_mm[2]))
        for right, back in offsets_mm
    ]
    drag(native, way)
    settle(60)


def is_shown(reader: Reader) -> bool:
    return reader.room.present.mask.is_shown


def painted(reader: Reader) -> int:
    """Return how many voxels the mask has."""
    return int(reader.room.present.mask.voxels().sum())


def test_a_mask_is_drafted_painted_erased_and_kept_with_the_mark(sitting: Reader) -> None:
    before = mark_of(sitting)
    begin(sitting)
    assert line_of(sitting).startswith("T1: a draft, ")
    assert line_of(sitting).endswith(" ml; paint; Shift+M erases, Shift+K keeps it, Esc leaves it")
    assert "drag: paints the mask of T1 " in page(sitting).title.whole_text
    drafted = painted(sitting)
    assert drafted > 0
    stroke(sitting, (-14.0, -14.0), (-6.0, -14.0))
    more = painted(sitting)
    assert more > drafted
    sitting.shoot("mask-painted")
    sitting.press("Backspace")
    assert painted(sitting) == drafted
    sitting.press("Shift+M")
    assert line_of(sitting) == "the brush erases"
    assert "drag: erases the mask of T1 " in page(sitting).title.whole_text
    stroke(sitting, (-2.0, 0.0), (2.0, 0.0))
    left = painted(sitting)
    assert left < drafted
    assert mark_of(sitting) == before
    sitting.press("Shift+K")
    assert line_of(sitting) == f"T1: the mask is kept, {left * 16 / 1000:.1f} ml"
    after = mark_of(sitting)
    assert after.volume_mm3 == Decimal(left * 16).quantize(Decimal("0.001"))
    assert after.model_copy(update={"mask": None, "volume_mm3": None}) == before
    assert not is_shown(sitting)
    grid, data = sitting.room.present.grid, sitting.session.kept_mask(after)
    assert grid is not None
    assert int(from_file(grid, data).voxels.sum()) == left


def test_a_kept_mask_is_opened_again_and_removed_and_undo_brings_it_back(sitting: Reader) -> None:
    begin(sitting)
    kept = mark_of(sitting)
    assert kept.volume_mm3 is not None
    assert line_of(sitting).startswith(f"T1: the kept mask, {kept.volume_mm3 / 1000:.1f} ml; ")
    sitting.press("Shift+K")
    assert mark_of(sitting) == kept
    sitting.press("Shift+Delete")
    assert (mark_of(sitting).mask, mark_of(sitting).volume_mm3) == (None, None)
    assert line_of(sitting) == "T1: the mask is removed; undo brings it back"
    sitting.press("Ctrl+Z")
    assert mark_of(sitting) == kept


def test_as_long_as_a_mask_is_painted_nothing_else_is_said_of_the_read(sitting: Reader) -> None:
    begin(sitting, "T2")
    draft = sitting.session.draft
    for keys in ("X", "Tab", "Delete", "]", "B", "R", "T", "Ctrl+Z", "Ctrl+Return", "F2", "F3"):
        sitting.press("Ctrl+S")
        sitting.press(keys)
        assert line_of(sitting) == FIRST, keys
    page(sitting).table.chosen.emit("T1")
    settle(50)
    assert line_of(sitting) == FIRST
    assert (sitting.session.lesion, sitting.session.draft) == ("T2", draft)
    assert is_shown(sitting)
    sitting.press("Esc")
    assert line_of(sitting) == "the mask is left, and was not kept"
    assert not is_shown(sitting)
    assert (mark_of(sitting, "T2").mask, sitting.session.draft) == (None, draft)
    assert "drag: measures T2" in page(sitting).title.whole_text


def test_slices_planes_and_windows_go_on_and_the_mask_stays(sitting: Reader) -> None:
    begin(sitting)
    canvas = sitting.room.present
    count, at = painted(sitting), canvas.slice_number
    for keys in ("Up", "2", "A", "A", "A", "F", "Down"):
        sitting.press(keys)
        assert canvas.mask.is_shown
        assert canvas.is_as_shown
    assert (canvas.slice_number, painted(sitting)) == (at, count)
    sitting.press("=")
    assert line_of(sitting) == "the brush is 5 voxels broad"
    sitting.press("-")
    assert line_of(sitting) == "the brush is 4 voxels broad"
    sitting.press("Esc")


def test_what_is_done_to_the_mask_by_napari_is_put_right(sitting: Reader) -> None:
    begin(sitting)
    count = painted(sitting)
    (layer,) = sitting.room.present.mask.layers
    sitting.viewer.layers.remove(layer)
    settle(100)
    assert layer in sitting.viewer.layers
    sitting.viewer.layers.selection.active = sitting.viewer.layers["scan"]
    settle(100)
    assert sitting.viewer.layers.selection.active is layer
    assert painted(sitting) == count
    stroke(sitting, (-14.0, -14.0), (-6.0, -14.0))
    assert painted(sitting) > count
    sitting.press("Esc")
    assert layer not in sitting.viewer.layers


def test_a_mask_needs_both_axes_and_a_ruler(sitting: Reader) -> None:
    sitting.session.go_to_lesion("T3")
    sitting.press("Shift+M")
    assert line_of(sitting) == "draw the axes of T3 first: a mask is made from them"
    sitting.draw((axes_of("T3")[0].start_mm, axes_of("T3")[0].end_mm))
    sitting.session.go_to_lesion("T3")
    sitting.press("Shift+M")
    said = "draw both axes of T3 first: a draft is made from them"
    sitting.wait_until(lambda: line_of(sitting) == said, "it is refused")
    assert not is_shown(sitting)


@pytest.mark.parametrize("keys", ["Shift+K", "=", "-", "Backspace"])
def test_keys_of_the_brush_say_that_nothing_is_painted(sitting: Reader, keys: str) -> None:
    sitting.press(keys)
    assert line_of(sitting) == "no mask is painted; Shift+M begins one"


def test_a_case_that_is_closed_leaves_the_mask(sitting: Reader) -> None:
    begin(sitting)
    sitting.room.close_case()
    assert not is_shown(sitting)
    assert [layer.name for layer in sitting.viewer.layers if layer.visible] == []
