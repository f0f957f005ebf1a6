"""Places proposed for the lesions of the visit that is read: found in the background; no Qt."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from napari_recistkit.shortcuts import keys_of
from recistkit.errors import RegistrationError
from recistkit.propagation import GlobalStep, Proposal, Scan, global_step, propagate
from recistkit.reading.wanted_places import WantedPlace, wanted_places

if TYPE_CHECKING:
    from napari_recistkit.background import Background, Job
    from recistkit.reading.grid import ViewGrid
    from recistkit.reading.proposed import ShownProposal
    from recistkit.reading.session import ReadSession

__all__ = ["Found", "ProposedPlaces", "Search", "search_all"]

Pair = tuple[str, str]
"""UIDs of the scan that a lesion was marked on, and of the one in which it is looked for."""


@dataclass(frozen=True, slots=True)
class Found:
    """What came of the search for one lesion: a proposal, or why there is none."""

    wanted: WantedPlace
    series: str
    proposal: Proposal | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Search:
    """What a thread is to do; it knows nothing of the window and of the read.

    Parameters
    ----------
    visit : str
    wanted : tuple of WantedPlace
        In the order in which they are needed.
    follow_up : tuple of Series and SimpleITK.Image
        In which they are looked for.
    scans : mapping of str to tuple
        Those on which they were marked, by UID.
    steps : dict
        The global steps that are known; new ones are added.
    """

    visit: str
    wanted: tuple[WantedPlace, ...]
    follow_up: Scan
    scans: Mapping[str, Scan]
    steps: dict[Pair, GlobalStep] = field(repr=False)


def search_all(search: Search, job: Job) -> None:
    """Look for one lesion after the other, and hand each over as `Found`; for a thread."""
    for one in search.wanted:
        job.check()
        job.hand_over(_found(search, one, job))


def _found(search: Search, one: WantedPlace, job: Job) -> Found:
    """Look for one lesion."""

    def on_step(_: float) -> None:
        job.check()

    series = search.follow_up[0].uid
    baseline, pair = search.scans[one.series], (one.series, series)
    try:
        if pair not in search.steps:
            search.steps[pair] = global_step(baseline, search.follow_up, on_step=on_step)
        (proposal,) = propagate(
            baseline, search.follow_up, [one.place], step=search.steps[pair], on_step=on_step
        )
    except RegistrationError as error:
        return Found(one, series, None, str(error))
    return Found(one, series, proposal)


class ProposedPlaces:
    """Keeps the proposals of an open case up with what the reader does.

    Parameters
    ----------
    session : ReadSession
    grid : callable
        Returns the volume of a series by its UID; None where it is not loaded.
    refresh : callable
        Shows the case anew.

    Attributes
    ----------
    is_on : bool
        Whether any are made.
    """

    is_on: ClassVar[bool] = True

    def __init__(
        self,
        session: ReadSession,
        grid: Callable[[str | None], ViewGrid | None],
        refresh: Callable[[], None],
    ) -> None:
        self._session, self._grid, self._refresh = session, grid, refresh
        self._background: Background | None = None
        self._found: dict[tuple[WantedPlace, str], Found] = {}
        self._steps: dict[Pair, GlobalStep] = {}
        self._running: Search | None = None

    def begin(self, background: Background) -> None:
        """Let them be made in a thread from now on."""
        self._background = background

    def follow(self, series: str | None) -> None:
        """Look for what is still to be marked at the visit, on the series that is shown.

        A search that goes on for what is not wanted any more is cancelled: of
        another visit, or on another series.
        """
        if self._background is None or not self.is_on:
            return
        wanted = wanted_places(self._session.draft, self._session.visit, self._session.lesion)
        self._offer(wanted, series)
        search = self._search(wanted, series)
        if _covers(self._running, search):
            return
        self._background.cancel()
        self._running = search
        if search is not None:
            self._background.start(
                "",
                lambda job: search_all(search, job),
                taken=self._take,
                finished=lambda _: self._end(),
                failed=lambda fault: self._fail(search, fault),
            )

    def said(self, series: str | None) -> str:
        """Return what is proposed for the current lesion, or why nothing is; for the title."""
        proposal = self._session.proposal
        if proposal is not None and proposal.series == series:
            return "" if proposal.is_hidden else _said_of(proposal)
        lesion = self._session.lesion
        running = self._running
        if running is not None and lesion in {one.lesion for one in running.wanted}:
            return "its place is being looked for"
        wanted = wanted_places(self._session.draft, self._session.visit, lesion)
        found = (self._found.get((one, series or "")) for one in wanted if one.lesion == lesion)
        reason = next((one.reason for one in found if one is not None), "")
        return f"no place is proposed: {reason}" if reason else ""

    def close(self) -> None:
        """Look for nothing any more."""
        if self._background is not None:
            self._background.cancel()
            self._background = self._running = None

    def _search(self, wanted: tuple[WantedPlace, ...], series: str | None) -> Search | None:
        """Return what is to be looked for; None where there is nothing, or no scan for it."""
        follow_up = _scan(self._grid(series))
        if follow_up is None or series is None:
            return None
        open_ = [one for one in wanted if (one, series) not in self._found]
        scans = {one.series: _scan(self._grid(one.series)) for one in open_}
        loaded = {uid: scan for uid, scan in scans.items() if scan is not None}
        now = tuple(one for one in open_ if one.series in loaded)
        return (
            Search(self._session.visit or "", now, follow_up, loaded, self._steps) if now else None
        )

    def _offer(self, wanted: tuple[WantedPlace, ...], series: str | None) -> None:
        """Give the session what is known."""
        for one in wanted:
            found = self._found.get((one, series or ""))
            if found is not None and found.proposal is not None:
                self._session.propose(
                    self._session.visit or "", one.lesion, found.series, found.proposal
                )

    def _take(self, found: Found) -> None:
        self._found[found.wanted, found.series] = found
        self._refresh()

    def _fail(self, search: Search, fault: str) -> None:
        """Take that a search came to nothing: it is not begun again."""
        series = search.follow_up[0].uid
        for one in search.wanted:
            self._found.setdefault((one, series), Found(one, series, None, fault))
        self._end()

    def _end(self) -> None:
        self._running = None
        self._refresh()


def _said_of(proposal: ShownProposal) -> str:
    """Return what a proposal says: how sure it is, why it is not, and what the key does."""
    why = f" ({proposal.made.reasons[0]})" if proposal.made.reasons else ""
    return (
        f"place proposed, {proposal.place.confidence}{why}: {keys_of('accept_proposal')} goes there"
    )


def _covers(running: Search | None, search: Search | None) -> bool:
    """Tell whether a search that goes on does all that another one would, where it would."""
    if running is None or search is None:
        return running is search
    is_same = running.visit == search.visit and running.follow_up[0] is search.follow_up[0]
    return is_same and set(search.wanted) <= set(running.wanted)


def _scan(grid: ViewGrid | None) -> Scan | None:
    return None if grid is None or grid.image is None else (grid.series, grid.image)
