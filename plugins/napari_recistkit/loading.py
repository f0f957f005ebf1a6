"""Loading the scans of a case in the background, the visit being read first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from napari.qt.threading import WorkerBase, create_worker

from recistkit.errors import GeometryError, ScanError
from recistkit.reading.cases import Case
from recistkit.reading.grid import ViewGrid
from recistkit.scans import FoundSeries, load_found

__all__ = ["CaseLoader", "Loaded", "in_order"]


LONGEST_WAIT_MS: Final = 20_000


@dataclass(frozen=True, slots=True)
class Loaded:
    """One series that was worked on: its volume, or why there is none."""

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


def load_all(series: Sequence[FoundSeries]) -> Iterator[Loaded]:
    """Load series one after the other; one that cannot be loaded does not hinder the others."""
    for number, found in enumerate(series):
        try:
            grid, fault = ViewGrid.of(*load_found(found)), ""
        except (ScanError, GeometryError, MemoryError) as error:
            grid, fault = None, str(error) or "there is not enough memory"
        yield Loaded(grid, fault, number + 1, len(series))


class CaseLoader:
    """Loads in a thread; what it loaded is handed over in the window's own thread.

    Parameters
    ----------
    series : sequence of FoundSeries
        In the order in which they are wanted.
    loaded : callable
        Called with each `Loaded`.
    finished : callable
        Called at the end, also after `cancel`.
    """

    def __init__(
        self,
        series: Sequence[FoundSeries],
        *,
        loaded: Callable[[Loaded], None],
        finished: Callable[[], None],
    ) -> None:
        self._loaded = loaded
        self._finished = finished
        self._cancelled = False
        self._worker: Any = create_worker(
            load_all,
            series,
            _start_thread=False,
            _connect={"yielded": self._take, "finished": self._end},
        )

    def start(self) -> None:
        """Begin."""
        self._worker.start()

    def cancel(self) -> None:
        """Stop after the series that is being loaded; nothing more is handed over."""
        self._cancelled = True
        self._worker.quit()

    @staticmethod
    def wait_for_all() -> None:
        """Wait until what was cancelled has stopped: a thread must not outlive its window."""
        WorkerBase.await_workers(LONGEST_WAIT_MS)

    def _take(self, one: Loaded) -> None:
        if not self._cancelled:
            self._loaded(one)

    def _end(self) -> None:
        self._finished()
