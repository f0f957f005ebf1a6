"""Places that were proposed for the lesions of a visit: shown, taken or not, kept with the mark.

A proposal is no part of the read: it is made anew when a case is opened. What
is recorded is that there was one when the mark was made, and what the reader
did with it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from recistkit.errors import ReadingError
from recistkit.model.fields import Point
from recistkit.model.mark import ProposedPlace, Taken
from recistkit.propagation import Proposal
from recistkit.reading.drawing import Drawing
from recistkit.reading.evaluation import SideTables
from recistkit.reading.masked import MaskedDraft
from recistkit.store.journal import Journal
from recistkit.study.charter import Charter

__all__ = ["ProposedDraft", "ShownProposal"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownProposal:
    """One proposal as the reader has it before the lesion is marked.

    Parameters
    ----------
    series : str
        UID of the scan that it is a place in.
    made : Proposal
        As it was made.
    place : ProposedPlace
        As it is recorded with a mark on that scan.
    aim_mm : tuple of float
        Where the lesion is to be looked for now: as proposed, or as moved.
    is_hidden : bool
        Whether the reader took it off the image.
    """

    series: str
    made: Proposal
    place: ProposedPlace
    aim_mm: Point
    is_hidden: bool = False


class ProposedDraft(MaskedDraft):
    """A draft whose lesions may have proposals at the visit that is read."""

    def __init__(
        self, journal: Journal, charter: Charter, *, subject: str, side: SideTables
    ) -> None:
        super().__init__(journal, charter, subject=subject, side=side)
        self._proposals: dict[tuple[str, str], ShownProposal] = {}

    @property
    def proposal(self) -> ShownProposal | None:
        """What is proposed for the current lesion; None where it has a mark at this visit."""
        if self.visit is None or self.lesion is None or self.marks_of(self.lesion, self.visit):
            return None
        return self._proposals.get((self.visit, self.lesion))

    def propose(self, visit: str, lesion: str, series: str, made: Proposal) -> None:
        """Take a proposal; the same one again changes nothing of what the reader did with it.

        Parameters
        ----------
        visit, lesion : str
        series : str
            UID of the scan of that visit.
        made : Proposal
        """
        known = self._proposals.get((visit, lesion))
        if known is not None and (known.series, known.made) == (series, made):
            return
        place = ProposedPlace(point_mm=made.point_mm, confidence=made.confidence, taken="ignored")
        proposal = ShownProposal(series=series, made=made, place=place, aim_mm=place.point_mm)
        self._proposals[visit, lesion] = proposal

    def accept_proposal(self) -> Point:
        """Take the current lesion's proposal as it is; return the place."""
        proposal = self._required_proposal()
        point_mm = proposal.place.point_mm
        self._take(proposal, "accepted", aim_mm=point_mm, is_hidden=False)
        return point_mm

    def move_proposal(self, aim_mm: Point) -> None:
        """Say that the current lesion is to be looked for at another place (LPS, mm)."""
        self._take(self._required_proposal(), "moved", aim_mm=aim_mm, is_hidden=False)

    def ignore_proposal(self) -> None:
        """Take the current lesion's proposal off the image; it is not used."""
        proposal = self._required_proposal()
        self._take(proposal, "ignored", aim_mm=proposal.place.point_mm, is_hidden=True)

    def _required_proposal(self) -> ShownProposal:
        proposal = self.proposal
        if proposal is None:
            raise ReadingError("no place is proposed for this lesion now")
        return proposal

    def _take(
        self, proposal: ShownProposal, taken: Taken, *, aim_mm: Point, is_hidden: bool
    ) -> None:
        place = proposal.place.model_copy(update={"taken": taken})
        changed = replace(proposal, place=place, aim_mm=aim_mm, is_hidden=is_hidden)
        self._proposals[self.visit or "", self.lesion or ""] = changed
        self._tell()

    def _with_proposal(self, drawing: Drawing) -> Drawing:
        """Return a drawing of the current lesion with what was proposed before it was made.

        A mark that is made anew keeps what stood with the first one.
        """
        before = self.marks_of(self.lesion or "", self.visit or "")
        if before:
            return replace(drawing, proposed=before[0].proposed)
        proposal, image = self.proposal, drawing.image
        is_of_scan = proposal is not None and (image is None or image.series == proposal.series)
        return replace(drawing, proposed=proposal.place) if proposal and is_of_scan else drawing
