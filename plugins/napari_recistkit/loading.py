"""Loading the scans of a case, the visit being read first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from recistkit.errors import RecistkitError
from recistkit.reading.case import Case
from recistkit.reading.grid import ViewGrid
from recistkit.scans import FoundSeries, load_found

if TYPE_CHECKING:
    from napari_recistkit.background import Job

__all__ = ["Loaded", "how_far", "in_order", "load_all", "load_one"]


@dataclass(frozen=True, slots=True)
class Loaded:
    """One series that was worked on: its volume, or why there is none."""

    uid: str
    grid: ViewGrid | None
    fault: str


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


def load_all(series: Sequence[FoundSeries], job: Job) -> None:
    """Load one series after the other, and hand each over as `Loaded`; for a thread."""
    for number, found in enumerate(series, start=1):
        job.check()
        grid, fault = load_one(found)
        uid = "" if found.series is None else found.series.uid
        job.hand_over(Loaded(uid, grid, fault))
        job.tell(how_far(number, len(series)))


def how_far(done: int, total: int) -> str:
    """Return how far loading is."""
    return f"loading {done} of {total}"
