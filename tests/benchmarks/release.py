"""A ruler's release to updated table and response: ``python -m tests.benchmarks.release``.

A case of five targets, three non-targets and ten visits is read in a real
window; the rulers of the last visit are drawn anew. Counted is the work of the
window from the release on (the command saved on disk, the lesion table, the
sums, responses and findings), not the drawing of the canvases that follows it.
Needs a display, such as that of ``xvfb-run``.
"""

from __future__ import annotations

import datetime as dt
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from unittest.mock import patch

from napari_recistkit.layer_stack import LayerStack
from napari_recistkit.open_case import OpenCase
from napari_recistkit.widgets.reading_room import ReadingRoom
from recistkit.model.mark import ImagePlace, Ruler
from recistkit.reading.session import ReadSession
from tests.napari_recistkit.driving import drag, let_go, native_of, pixel_of, settle
from tests.napari_recistkit.reader import Reader
from tests.napari_recistkit.seats import open_case, seat
from tests.napari_recistkit.small_study import LESIONS, SPACING_MM, axes_of, opened, write_series

BAR_MS: Final = 50
VISITS: Final = 10
RELEASES: Final = 30
BEGIN: Final = dt.date(2011, 1, 3)
TARGETS: Final = [name for name in LESIONS if not name.startswith("NT")]


def main() -> int:
    clock = Clock()
    with tempfile.TemporaryDirectory() as folder:
        study = write_case(Path(folder))
        with clock.watching(), seat(study) as reader:
            open_case(reader)
            works = [released(reader, number, clock) for number in range(RELEASES)]
    warm = works[len(TARGETS) :]  # each lesion once to warm up
    took = 1000 * statistics.median(work - drawing for work, drawing in warm)
    drawing = 1000 * statistics.median(drawing for _, drawing in warm)
    met = took < BAR_MS
    print(
        f"release to table and response, {len(TARGETS)} targets and {len(LESIONS) - len(TARGETS)} "
        f"non-targets at {VISITS} visits: {took:.1f} ms besides {drawing:.1f} ms of drawing "
        f"(medians of {len(warm)}), bar {BAR_MS} ms: {'met' if met else 'MISSED'}"
    )
    return 0 if met else 1


class Clock:
    """Seconds that the window spends on the panel and on drawing lines."""

    def __init__(self) -> None:
        self.panel: list[float] = []
        self.drawing: list[float] = []

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Measure until the block ends."""
        panel = self._timed(ReadingRoom._show_panel, self.panel)
        drawing = self._timed(LayerStack.draw, self.drawing)
        with (
            patch.object(ReadingRoom, "_show_panel", panel),
            patch.object(LayerStack, "draw", drawing),
        ):
            yield

    def reset(self) -> None:
        """Forget what was measured."""
        self.panel.clear()
        self.drawing.clear()

    @staticmethod
    def _timed(work: Callable[..., None], seconds: list[float]) -> Callable[..., None]:
        def timed(*given: object) -> None:
            begin = time.perf_counter()
            work(*given)
            seconds.append(time.perf_counter() - begin)

        return timed


def write_case(folder: Path) -> Path:
    """Write scans of ten visits, nine of them signed and the last one complete."""
    labels = [f"month-{2 * number:02d}" for number in range(VISITS)]
    for number, label in enumerate(labels):
        date = BEGIN + number * dt.timedelta(days=61)
        write_series(folder / "S1" / label, "ct", f"1.2.{number}", date.isoformat(), "CT")
    (folder / "study.toml").write_text('show_response = "always"\n', encoding="utf-8")
    with opened(folder) as session:
        for number, label in enumerate(labels):
            session.go_to_visit(label)
            read_visit(session, number)
            if label != labels[-1]:
                session.sign("Reader A", "read")
    return folder


def read_visit(session: ReadSession, number: int) -> None:
    """Measure the targets and state the rest of a visit."""
    for name in LESIONS:
        rulers = _rulers(name, number)
        if number == 0:
            _add_lesion(session, name, *rulers)
        else:
            session.go_to_lesion(name)
            if name in TARGETS:
                session.measure(*rulers, image=_image(name, number))
            else:
                session.set_state("present")
    if number:
        session.state_new_lesions("none")
    session.state_visit(coverage="complete", image_quality="adequate")


def _add_lesion(session: ReadSession, name: str, longest: Ruler, short: Ruler) -> None:
    organ, _ = LESIONS[name]
    session.add_lesion(
        "target" if name in TARGETS else "non-target",
        nodal="node" in organ,
        longest=longest,
        short=short,
        image=_image(name, 0),
    )
    session.set_organ(organ)


def _rulers(name: str, number: int) -> tuple[Ruler, Ruler]:
    return axes_of(name, 1.0 - 0.03 * number)


def _image(name: str, number: int) -> ImagePlace:
    _, place = LESIONS[name]
    at = round(place[2] / SPACING_MM[2])
    return ImagePlace(series=f"1.2.{number}", slice=at, plane="axial", modality="CT")


def released(reader: Reader, number: int, clock: Clock) -> tuple[float, float]:
    """Draw a ruler anew; return the seconds of work of its release, and those of drawing in it."""
    name = TARGETS[number % len(TARGETS)]
    assert isinstance(reader.room.open_case_, OpenCase)
    reader.room.open_case_.room.choose_lesion(name)
    longest, short = axes_of(name, 0.5 + 0.01 * number)
    drawn = short if "node" in LESIONS[name][0] else longest
    reader.scroll_to(drawn.start_mm)
    settle(200)
    native = native_of(reader.viewer)
    ends = (drawn.start_mm, drawn.end_mm)
    way = [pixel_of(reader.room.present, native, end) for end in ends]
    drag(native, way, wait_ms=20, release=False)
    revision = reader.session.revision
    clock.reset()
    begin = time.perf_counter()
    let_go(native, way[-1], settle_ms=0)
    work, drawing = time.perf_counter() - begin, sum(clock.drawing)
    settle(300)
    assert reader.session.revision > revision, "the release is a command"
    assert len(clock.panel) == 1, f"the panel is made once, not {len(clock.panel)} times"
    return work + clock.panel[0], drawing


if __name__ == "__main__":
    sys.exit(main())
