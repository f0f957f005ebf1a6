"""Loading the scans of a case in the background, the visit being read first."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from qtpy.QtCore import QObject, Qt, Signal

from recistkit.errors import RecistkitError
from recistkit.reading.cases import Case
from recistkit.reading.grid import ViewGrid
from recistkit.scans import FoundSeries, load_found

__all__ = ["CaseLoader", "Loaded", "in_order"]

LONGEST_WAIT_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class Loaded:
    """One series that was worked on: its volume, or why there is none."""

    uid: str
    grid: ViewGrid | None
    fault: str
    done: int
    total: int


def in_order(case: Case, first: Sequence[str | None]) -> tuple[FoundSeries, ...]:
    """Return the series of a case, those of some visits first.

    Parameters
    ----------
    case : Case
    first : sequence of str or None
        Labels of visits, the most urgent first.
    """
    labels = [label for label in first if label is not None]
    urgency = {label: place for place, label in reversed(list(enumerate(labels)))}
    visits = sorted(case.visits, key=lambda visit: urgency.get(visit.label, len(urgency)))
    return tuple(found for visit in visits for found in visit.series)


def load_one(found: FoundSeries) -> tuple[ViewGrid | None, str]:
    """Return the volume of a series, or why there is none."""
    try:
        return ViewGrid.of(*load_found(found)), ""
    except RecistkitError as error:
        return None, str(error)
    except MemoryError:
        return None, "there is not enough memory for another scan"
    except Exception as error:  # noqa: BLE001  the other scans must not wait for this one
        return None, f"a scan cannot be loaded: {type(error).__name__}"


class CaseLoader(QObject):
    """Loads in a thread; what it loaded is handed over in the window's own thread.

    Parameters
    ----------
    series : sequence of FoundSeries
        In the order in which they are wanted.
    loaded : callable
        Called with each `Loaded`.
    finished : callable
        Called at the end, unless it was cancelled.
    """

    _one = Signal(object)
    _all = Signal()

    def __init__(
        self,
        series: Sequence[FoundSeries],
        *,
        loaded: Callable[[Loaded], None],
        finished: Callable[[], None],
    ) -> None:
        super().__init__()
        self._series = tuple(series)
        self._loaded = loaded
        self._finished = finished
        self._cancelled = threading.Event()
        self._thread = threading.Thread(target=self._work, name="recistkit-loading", daemon=True)
        self._one.connect(self._take, Qt.ConnectionType.QueuedConnection)
        self._all.connect(self._end, Qt.ConnectionType.QueuedConnection)

    @property
    def is_running(self) -> bool:
        """Whether its thread is at work."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def cancel(self) -> None:
        """Stop after the series that is being loaded; nothing more is handed over."""
        self._cancelled.set()

    def wait(self) -> None:
        """Wait until the thread has ended: it must not outlive its window."""
        self._thread.join(LONGEST_WAIT_SECONDS)

    def _work(self) -> None:
        """Load one series after the other; in the thread."""
        for number, found in enumerate(self._series, start=1):
            if self._cancelled.is_set():
                return
            grid, fault = load_one(found)
            uid = "" if found.series is None else found.series.uid
            self._one.emit(Loaded(uid, grid, fault, number, len(self._series)))
        self._all.emit()

    def _take(self, one: Loaded) -> None:
        if not self._cancelled.is_set():
            self._loaded(one)

    def _end(self) -> None:
        if not self._cancelled.is_set():
            self._finished()
