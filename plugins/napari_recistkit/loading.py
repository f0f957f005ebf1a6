"""Loading the scans of a case, the visit being read first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from napari_recistkit.sight import series_said
from recistkit.errors import RecistkitError, ScanError
from recistkit.reading.case import Case, CaseVisit
from recistkit.reading.grid import ViewGrid
from recistkit.scans import FoundSeries, load_found

if TYPE_CHECKING:
    from napari_recistkit.background import Job
    from recistkit.model.series import Series

__all__ = ["Loaded", "fault_said", "how_far", "in_order", "load_all", "load_one"]


@dataclass(frozen=True, slots=True)
class Loaded:
    """One series that was worked on: its volume, or why there is none."""

    series: Series | None
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
    """Return the volume of a series, or why there is none; no file is named.

    A name of a file may be that of a patient.
    """
    try:
        return ViewGrid.of(*load_found(found)), ""
    except ScanError as error:
        return None, error.reason
    except RecistkitError as error:
        return None, str(error)
    except MemoryError:
        return None, "there is not enough memory for it"
    except Exception as error:  # noqa: BLE001  the other scans must not wait for this one
        return None, f"an unexpected fault: {type(error).__name__}"


def load_all(series: Sequence[FoundSeries], job: Job) -> None:
    """Load one series after the other, and hand each over as `Loaded`; for a thread."""
    for number, found in enumerate(series, start=1):
        job.check()
        grid, fault = load_one(found)
        job.hand_over(Loaded(found.series, grid, fault))
        job.tell(how_far(number, len(series)))


def fault_said(case: Case, one: Loaded) -> str:
    """Return which scan of a case cannot be loaded, and why.

    Such as ``baseline, CT, 2011-01-03, axial: cannot be loaded: cut short``.
    """
    visits = (visit.label for visit in case.visits if one.series in _series_of(visit))
    where = [*visits, *([series_said(one.series)] if one.series is not None else [])]
    return f"{', '.join(where)}: cannot be loaded: {one.fault}"


def _series_of(visit: CaseVisit) -> list[Series | None]:
    return [found.series for found in visit.series]


def how_far(done: int, total: int) -> str:
    """Return how far loading is."""
    return f"loading {done} of {total}"
