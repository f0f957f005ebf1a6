"""A reader at the window: what a person does with mouse and keys, counted."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from qtpy.QtGui import QKeySequence
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication

from napari_recistkit.widgets.reading_room import ReadingRoom
from recistkit.model.series import Vector
from recistkit.study.example_study import example_folder
from tests.napari_recistkit.driving import drag, native_of, pixel_of, settle, wheel

__all__ = ["Reader", "Seen", "truth"]

LOADING_SECONDS: Final = 60
STEPS: Final = 6
SCREENSHOTS: Final = Path(__file__).resolve().parents[2] / "test-results" / "reading-room"


@dataclass(frozen=True, slots=True)
class Seen:
    """Where a lesion of the example study is and how long (LPS, mm)."""

    lesion: str
    role: str
    organ: str
    is_nodal: bool
    state: str
    series: str
    longest_mm: str
    short_mm: str
    place: Vector
    long_axis: tuple[Vector, Vector]
    short_axis: tuple[Vector, Vector]


def truth(subject: str, visit: str) -> dict[str, Seen]:
    """Return the lesions of a visit of the example study by name."""
    with (example_folder() / "truth.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    chosen = [row for row in rows if (row["subject"], row["timepoint"]) == (subject, visit)]
    return {row["lesion"]: _seen(row) for row in chosen}


def _seen(row: dict[str, str]) -> Seen:
    def point(prefix: str) -> Vector:
        x, y, z = (float(row[f"{prefix}{axis}_mm"]) for axis in "xyz")
        return (x, y, z)

    return Seen(
        lesion=row["lesion"],
        role=row["role"],
        organ=row["organ"],
        is_nodal=row["nodal"] == "true",
        state=row["state"],
        series=row["series"],
        longest_mm=row["longest_mm"],
        short_mm=row["short_mm"],
        place=point(""),
        long_axis=(point("long_start_"), point("long_end_")),
        short_axis=(point("short_start_"), point("short_end_")),
    )


@dataclass
class Reader:
    """Sits at a window with the reading room in it.

    Attributes
    ----------
    room : ReadingRoom
    viewer : napari.Viewer
    keys, drags, clicks : int
        What was done so far; letters typed into a field are keys.
    """

    room: ReadingRoom
    viewer: Any
    keys: int = 0
    drags: int = 0
    clicks: int = 0
    shots: list[Path] = field(default_factory=list)

    def wait_until(self, is_so: Callable[[], bool], what: str) -> None:
        """Wait for something that the window does by itself."""
        for _ in range(LOADING_SECONDS * 20):
            if is_so():
                return
            settle(50)
        raise AssertionError(f"waited in vain until {what}")

    def wait_for_cases(self) -> None:
        """Wait until the folder was searched."""
        self.wait_until(lambda: not self.room.is_searching, "the cases are found")

    def wait_for_scans(self) -> None:
        """Wait until everything is loaded."""
        self.wait_until(lambda: not self.room.is_loading, "the scans are loaded")
        settle(200)

    def press(self, keys: str) -> None:
        """Press one key, such as ``"Ctrl+Return"``, wherever the focus is."""
        sequence: Any = QKeySequence(keys)  # its type does not say that it can be indexed
        combination = sequence[0]
        focused = QApplication.focusWidget() or self.room
        QTest.keyClick(focused, combination.key(), combination.keyboardModifiers())
        self.keys += 1
        settle(30)

    def type(self, letters: str) -> None:
        """Type letters where the focus is."""
        for letter in letters:
            QTest.keyClicks(QApplication.focusWidget() or self.room, letter)
            self.keys += 1
        settle(30)

    def scroll_to(self, place: Vector) -> None:
        """Turn the wheel over the visit's image until a place is on the slice."""
        canvas, native = self.room.present, native_of(self.viewer)
        assert canvas.grid is not None
        wanted = canvas.grid.slice_of(canvas.plane, place)
        middle = (native.width() / 2, native.height() / 2)
        for _ in range(400):
            step = wanted - canvas.slice_number
            if not step:
                return
            away = 1 if canvas.plane == "axial" else -1
            wheel(native, middle, away * (1 if step > 0 else -1))
        raise AssertionError(f"the wheel does not reach slice {wanted}")

    def draw(self, ends: tuple[Vector, Vector]) -> None:
        """Drag from one place to another on the visit's image."""
        canvas, native = self.room.present, native_of(self.viewer)
        self.scroll_to(ends[0])
        start, stop = (pixel_of(canvas, native, end) for end in ends)
        way = [
            (
                start[0] + (stop[0] - start[0]) * step / STEPS,
                start[1] + (stop[1] - start[1]) * step / STEPS,
            )
            for step in range(STEPS + 1)
        ]
        drag(native, way, wait_ms=12)
        self.drags += 1
        settle(30)

    def stand_up(self) -> None:
        """Close the reading room, and let go of the window."""
        self.room.shut()
        self.viewer = None
        settle(200)

    def shoot(self, name: str) -> Path:
        """Keep a picture of the window."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        path = SCREENSHOTS / f"{len(self.shots) + 1:02d}-{name}.png"
        settle(150)
        self.viewer.window.screenshot(str(path), canvas_only=False, flash=False)
        self.shots.append(path)
        return path

    @property
    def panel_text(self) -> str:
        """What the response panel shows, as HTML."""
        return self.room._pages.case_page.panel.text

    @property
    def session(self) -> Any:  # noqa: ANN401  the session of the open case
        """The session of the case that is open."""
        assert self.room.open_case_ is not None
        return self.room.open_case_.session
