"""Painting a mask without a window: what a draft that comes late, or a spoilt file, may do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from napari.components import ViewerModel

from napari_recistkit.background import Job
from napari_recistkit.canvas import Canvas
from napari_recistkit.mask_editing import MaskEditing
from recistkit.errors import JournalError, MaskError, ReadingError
from recistkit.model.mark import Mark
from recistkit.reading.lesion_mask import LesionMask
from recistkit.reading.session import ReadSession
from tests.napari_recistkit.fake_window import FakeWindow
from tests.reading.grids import straight_grid
from tests.reading.sessions import line, open_session


class LateBackground:
    """A thread that ends when the test says so."""

    def __init__(self, *_: object) -> None:
        self.job: tuple[Callable[[Job], Any], Callable[[Any], None], Callable[[str], None]] | None
        self.job = None
        self.is_closed = False

    def start(
        self,
        _text: str,
        work: Callable[[Job], Any],
        *,
        finished: Callable[[Any], None],
        failed: Callable[[str], None],
    ) -> None:
        self.job = (work, finished, failed)

    def end(self) -> None:
        assert self.job is not None
        (work, finished, _), self.job = self.job, None
        finished(work(Job(lambda *_: None)))

    def cancel(self) -> bool:
        was_there, self.job = self.job is not None, None
        return was_there

    def close(self) -> None:
        self.cancel()
        self.is_closed = True


class Desk:
    """A read with a measured target on a canvas, and what paints its mask."""

    def __init__(self, folder: Path) -> None:
        self.session: ReadSession = open_session(folder)
        self.viewer: Any = ViewerModel()
        self.canvas = Canvas(self.viewer, soon=lambda _: None)
        self.canvas.show(straight_grid())
        self.window = FakeWindow()
        self.session.add_lesion(
            "target", longest=line(16, at=120.0), short=line(10, at=120.0, upright=True)
        )
        self.session.add_lesion("target", longest=line(12, at=130.0))
        self.session.go_to_lesion("T1")
        self.editing = MaskEditing(self.session, self.canvas, self.window)

    @property
    def background(self) -> LateBackground:
        found: Any = self.editing._drafting
        assert isinstance(found, LateBackground)
        return found

    @property
    def mark(self) -> Mark:
        (mark,) = self.session.marks_of("T1", "baseline")
        return mark

    def begin(self) -> None:
        self.editing.edit()
        self.background.end()


def is_painting(desk: Desk) -> bool:
    return desk.editing.is_painting


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setattr("napari_recistkit.mask_editing.Background", LateBackground)
    made = Desk(tmp_path)
    yield made
    made.editing.close()
    made.canvas.close()


def test_a_draft_is_shown_when_it_is_there(desk: Desk) -> None:
    desk.editing.edit()
    assert desk.window.said == "drafting the mask of T1"
    assert not is_painting(desk)
    desk.background.end()
    assert is_painting(desk)
    assert desk.editing.text == "paints the mask of T1"
    desk.editing.edit()
    assert desk.editing.text == "erases the mask of T1"


@pytest.mark.parametrize("gone_on", ["lesion", "ruler", "scan"])
def test_a_draft_that_comes_late_is_not_used(desk: Desk, gone_on: str) -> None:
    desk.editing.edit()
    if gone_on == "lesion":
        desk.session.go_to_lesion("T2")
    elif gone_on == "ruler":
        desk.session.measure(line(14, at=120.0), line(10, at=120.0, upright=True))
    else:
        desk.canvas.show(straight_grid())
    desk.background.end()
    assert not is_painting(desk)
    assert desk.window.said == "the draft of a mask is not used: the read has gone on"


def test_a_draft_that_is_under_way_can_be_left(desk: Desk) -> None:
    desk.editing.edit()
    assert desk.editing.leave()
    assert desk.background.job is None
    assert not desk.editing.leave()


def test_what_is_kept_is_what_is_painted(desk: Desk) -> None:
    desk.begin()
    (layer,) = desk.canvas.mask.layers
    layer.data[:] = 0
    layer.data[2, 3, 4] = 1
    layer.refresh()
    desk.editing.keep()
    assert str(desk.mark.volume_mm3) == "3.150"
    assert desk.window.said == "T1: the mask is kept, 0.0 ml"
    assert not is_painting(desk)
    assert desk.canvas.mask.layers == ()


def test_an_empty_mask_is_refused_and_stays_to_be_painted(desk: Desk) -> None:
    desk.begin()
    (layer,) = desk.canvas.mask.layers
    layer.data[:] = 0
    with pytest.raises(ReadingError) as raised:
        desk.editing.keep()
    assert str(raised.value) == "a mask of 0.000 mm3 is none of a lesion"
    assert is_painting(desk)


def test_what_was_not_saved_stays_to_be_kept(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise JournalError("NOT saved: the disk is full")

    desk.begin()
    monkeypatch.setattr(desk.session, "_record", full)
    with pytest.raises(JournalError, match=r"^NOT saved: the disk is full$"):
        desk.editing.keep()
    assert (is_painting(desk), desk.mark.mask) == (True, None)
    monkeypatch.undo()
    desk.editing.keep()
    assert desk.mark.mask is not None


def test_a_kept_mask_that_was_changed_on_disk_is_not_painted_on(desk: Desk) -> None:
    desk.begin()
    desk.editing.keep()
    assert desk.mark.mask is not None
    path = desk.session.document.parent / desk.mark.mask.file
    path.write_bytes(b"another")
    with pytest.raises(MaskError, match="is not the mask that was kept"):
        desk.editing.edit()
    assert not is_painting(desk)
    desk.editing.remove()
    assert desk.window.said == "T1: the mask is removed; undo brings it back"
    desk.begin()
    assert is_painting(desk)


def test_a_mask_is_left_with_its_scan(desk: Desk) -> None:
    desk.begin()
    desk.editing.follow()
    assert is_painting(desk)
    desk.canvas.show(straight_grid())
    desk.editing.follow()
    assert not is_painting(desk)
    assert desk.window.said == (
        "the mask is left, and was not kept: its scan is not shown any more"
    )


def test_without_a_scan_there_is_no_mask(desk: Desk) -> None:
    desk.canvas.clear()
    with pytest.raises(ReadingError, match=r"^the scan is not loaded$"):
        desk.editing.edit()


def test_a_brush_is_never_broader_or_narrower_than_it_may_be(desk: Desk) -> None:
    desk.begin()
    for step, size in ((-10, 1), (100, 40)):
        desk.editing.resize_brush(step)
        assert desk.canvas.mask.brush_size == size
        assert desk.window.said == f"the brush is {size} voxels broad"


def test_a_mask_that_is_not_shown_cannot_be_read(desk: Desk) -> None:
    mask = desk.canvas.mask
    with pytest.raises(ValueError, match=r"^no mask is shown$"):
        mask.voxels()
    for work in (mask.undo, mask.put_right, mask.hide, lambda: mask.resize_brush(1)):
        work()
    mask.take_brush("erase")
    assert (mask.brush, mask.is_shown) == ("erase", False)
    mask.show(straight_grid(), LesionMask((2, 3, 4), np.ones((2, 5, 5), dtype=np.bool_)))
    assert (mask.brush, mask.voxels().sum()) == ("paint", 50)
    (layer,) = mask.layers
    assert tuple(layer.translate) == pytest.approx((10.0, 2.7, 2.8))


def test_closing_ends_the_draft(desk: Desk) -> None:
    desk.editing.edit()
    background = desk.background
    desk.editing.close()
    assert background.is_closed
