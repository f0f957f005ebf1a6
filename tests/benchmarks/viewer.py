"""Two linked canvases against bare napari: ``python -m tests.benchmarks.viewer``.

Two volumes of 512 x 512 x 500 voxels (int16) lie side by side in one window. The
first slice and the memory are those of processes that hold one variant each; to
scroll, both variants take turns in one process, since a machine's speed changes
from one process to the next by more than the bar. Needs a display, such as that of
``xvfb-run``.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from recistkit.measure.bidirectional import Axis
from recistkit.model.mark import Ruler
from recistkit.model.series import Series

FIRST_SLICE_RATIO: Final = 1.5
SCROLL_RATIO: Final = 1.2
MEMORY_RATIO: Final = 1.2
LIMITS: Final = (-160.0, 240.0)
SPACING_MM: Final = (0.8, 0.75, 0.75)
BEGIN: Final = 180
LESIONS: Final = 5
WINDOW: Final = (1500, 900)
AT_A_TIME: Final = 5
_SCROLL: Final = "scroll"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="processes of each kind")
    parser.add_argument("--steps", type=int, default=60, help="slices scrolled by each variant")
    parser.add_argument("--slices", type=int, default=500)
    parser.add_argument("--measure", choices=(*VARIANTS, _SCROLL), help="one process's figures")
    given = parser.parse_args()
    if given.measure:
        print(json.dumps(_measured(given.measure, given.slices, given.steps)))
        return 0
    runs = []
    for _ in range(given.runs):
        kinds = (*VARIANTS, _SCROLL)
        runs.append({name: _process(name, given.slices, given.steps) for name in kinds})
        print(_words(runs[-1]))
    verdicts = [
        _verdict("first slice", FIRST_SLICE_RATIO, _ratios(runs, "first slice")),
        _verdict("scroll", SCROLL_RATIO, [_ratio(run[_SCROLL]) for run in runs]),
        _verdict("memory", MEMORY_RATIO, _ratios(runs, "memory")),
    ]
    print(f"{sum(verdicts)} of {len(verdicts)} bars are met")
    return 0 if all(verdicts) else 1


def _ratios(runs: list[dict[str, dict[str, float]]], figure: str) -> list[float]:
    return [_ratio({name: run[name][figure] for name in VARIANTS}) for run in runs]


def _ratio(figures: dict[str, float]) -> float:
    return figures["ours"] / figures["bare"]


def _verdict(name: str, bar: float, ratios: list[float]) -> bool:
    """Print the median ratio of ours to bare napari, and tell whether it meets the bar."""
    ratio = statistics.median(ratios)
    met = ratio <= bar
    spread = f"{min(ratios):.2f} to {max(ratios):.2f}"
    verdict = "met" if met else "MISSED"
    print(f"{name}: {ratio:.2f} times bare napari ({spread}), bar {bar:g}: {verdict}")
    return met


def _words(run: dict[str, dict[str, float]]) -> str:
    return "  " + "; ".join(
        f"{name} {1000 * run[name]['first slice']:.0f} ms, "
        f"{1000 * run[_SCROLL][name]:.0f} ms a slice, {run[name]['memory']:.2f} GB"
        for name in VARIANTS
    )


def _process(kind: str, slices: int, steps: int) -> dict[str, float]:
    """Return the figures of a process of its own."""
    command = [sys.executable, "-m", "tests.benchmarks.viewer", "--measure", kind]
    command += ["--slices", str(slices), "--steps", str(steps)]
    run = subprocess.run(command, check=True, capture_output=True, text=True)
    figures: dict[str, float] = json.loads(run.stdout.splitlines()[-1])
    return figures


class Desk:
    """A window with two canvases side by side, and how often each has drawn."""

    def __init__(self) -> None:
        import napari
        from napari.components import ViewerModel
        from qtpy.QtCore import Qt
        from qtpy.QtWidgets import QApplication, QDockWidget

        from napari_recistkit import compat

        self.viewer = napari.Viewer(show=True, show_welcome_screen=False)
        model: Any = ViewerModel()
        self.model = model
        self.embedded = compat.embedded_viewer(model)
        self.embedded.setMinimumSize(400, 300)
        window = self.viewer.window
        dock = window.add_dock_widget(self.embedded, area="right", add_vertical_stretch=False)
        main_window: Any = window._qt_window
        for panel in main_window.findChildren(QDockWidget):
            if panel.objectName() in {"layer controls", "layer list"}:
                panel.hide()
        main_window.resize(*WINDOW)
        main_window.resizeDocks([dock], [WINDOW[0] // 2], Qt.Orientation.Horizontal)
        self.application: Any = QApplication.instance()
        self.draws = [0, 0]
        shown = (window._qt_viewer, self.embedded)
        self.natives = [qt_viewer.canvas.native for qt_viewer in shown]
        for at, qt_viewer in enumerate(shown):
            qt_viewer.canvas.events.draw.connect(self._counter(at))
        self.rest()

    def drawn(self, work: Callable[[], object]) -> float:
        """Return the seconds from a piece of work until both canvases have drawn it."""
        begin = time.perf_counter()
        work()
        before = list(self.draws)  # what napari drew half-way does not count
        for native in self.natives:
            native.update()
        while any(now == then for now, then in zip(self.draws, before, strict=True)):
            self.application.processEvents()
        return time.perf_counter() - begin

    def close(self) -> None:
        """Close the window, what is embedded in it first."""
        self.embedded.close()
        self.viewer.close()
        self.rest(0.1)

    def rest(self, seconds: float = 0.5) -> None:
        """Let the window do what it still has to do."""
        until = time.perf_counter() + seconds
        while time.perf_counter() < until:
            self.application.processEvents()

    def _counter(self, at: int) -> Callable[[object], None]:
        def count(_: object) -> None:
            self.draws[at] += 1

        return count


def bare(
    desk: Desk, scans: list[tuple[Series, Any]]
) -> tuple[Callable[[], None], Callable[[int], None]]:
    """Return what shows the volumes, and what scrolls them, with napari alone."""
    import SimpleITK

    arrays = [SimpleITK.GetArrayViewFromImage(image) for _, image in scans]
    viewers = (desk.viewer, desk.model)

    def show() -> None:
        for viewer, array in zip(viewers, arrays, strict=True):
            units = ("mm", "mm", "mm")
            viewer.add_image(array, contrast_limits=LIMITS, scale=SPACING_MM, units=units)

    def scroll(number: int) -> None:
        for viewer in viewers:
            viewer.dims.set_current_step(0, number)

    return show, scroll


def ours(
    desk: Desk, scans: list[tuple[Series, Any]]
) -> tuple[Callable[[], None], Callable[[int], None]]:
    """Return the same of two linked canvases with rulers of some lesions."""
    from napari_recistkit.canvas import Canvas
    from napari_recistkit.lesion_layer import ShownRuler
    from napari_recistkit.link import Link
    from recistkit.reading.grid import ViewGrid

    canvases = [Canvas(viewer) for viewer in (desk.viewer, desk.model)]
    link = Link(canvases[0], canvases[1])

    def show() -> None:
        for canvas, (series, image) in zip(canvases, scans, strict=True):
            canvas.show(ViewGrid.of(series, image))
            canvas.set_rulers(_rulers(canvas.grid))
        link.bring(canvases[0])

    def _rulers(grid: ViewGrid | None) -> list[ShownRuler]:
        assert grid is not None
        axes: list[tuple[Axis, int, int]] = [("longest", 40, 30), ("short", 15, -20)]
        return [
            ShownRuler(
                key=f"T{lesion}",
                axis=axis,
                ruler=Ruler(
                    start_mm=grid.patient_mm((BEGIN + 5 * lesion, 100, 60 * lesion)),
                    end_mm=grid.patient_mm((BEGIN + 5 * lesion, 100 + down, 60 * lesion + right)),
                ),
                label=f"T{lesion}" if axis == "longest" else "",
            )
            for lesion in range(1, LESIONS + 1)
            for axis, down, right in axes
        ]

    return show, canvases[0].set_slice


VARIANTS: Final = {"bare": bare, "ours": ours}


def _measured(kind: str, slices: int, steps: int) -> dict[str, float]:
    """Return the figures of this process."""
    return _in_turns(slices, steps) if kind == _SCROLL else _alone(kind, slices)


def _alone(variant: str, slices: int) -> dict[str, float]:
    """Return the seconds until the first slice of one variant, and the GB at its peak."""
    scans = [_scan(slices, number) for number in range(2)]
    desk = Desk()
    show, scroll = VARIANTS[variant](desk, scans)
    desk.rest()
    first = desk.drawn(show)
    for number in range(AT_A_TIME):
        desk.drawn(partial(scroll, number))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    desk.close()
    return {"first slice": first, "memory": peak}


def _in_turns(slices: int, steps: int) -> dict[str, float]:
    """Return the seconds to scroll by a slice, of each variant, each in a window of its own."""
    scans = [_scan(slices, number) for number in range(2)]
    desks = {name: Desk() for name in VARIANTS}
    scrolls = {}
    for name, variant in VARIANTS.items():
        show, scrolls[name] = variant(desks[name], scans)
        desks[name].drawn(show)
    seconds: dict[str, list[float]] = {name: [] for name in VARIANTS}
    begin = min(BEGIN, slices // 3)
    for first in range(begin, begin + steps, AT_A_TIME):
        for name, desk in reversed(desks.items()) if first % 2 else desks.items():
            desk.rest(0.05)
            steps_of_turn = range(first, first + AT_A_TIME)
            seconds[name] += [desk.drawn(partial(scrolls[name], at)) for at in steps_of_turn]
    for desk in desks.values():
        desk.close()
    return {name: statistics.median(each) for name, each in seconds.items()}


def _scan(slices: int, number: int) -> tuple[Series, Any]:
    """Return a CT without a copy of its voxels anywhere."""
    import SimpleITK

    size = [512, 512, slices]
    image = SimpleITK.GaussianSource(
        SimpleITK.sitkInt16, size, [150.0] * 3, [256.0, 256.0, slices / 2], 500.0 + number
    )
    placed: Any = image
    placed.SetSpacing(SPACING_MM[::-1])
    series = Series(
        uid=f"1.2.{number}",
        modality="CT",
        columns=512,
        rows=512,
        slices=slices,
        column_spacing_mm=SPACING_MM[2],
        row_spacing_mm=SPACING_MM[1],
        slice_spacing_mm=SPACING_MM[0],
        origin_mm=(0.0, 0.0, 0.0),
        row_direction=(1.0, 0.0, 0.0),
        column_direction=(0.0, 1.0, 0.0),
        slice_direction=(0.0, 0.0, 1.0),
    )
    return series, image


if __name__ == "__main__":
    sys.exit(main())
