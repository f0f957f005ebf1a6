"""When places are looked for, and when a search is given up; without a window."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np
import pytest
import SimpleITK

from napari_recistkit import proposed_places
from napari_recistkit.background import Cancelled
from napari_recistkit.proposed_places import ProposedPlaces
from recistkit.errors import RegistrationError
from recistkit.model.mark import ImagePlace
from recistkit.model.series import Series
from recistkit.propagation import GlobalStep, LesionPlace, Proposal, RigidMotion, SearchBox
from recistkit.reading.grid import ViewGrid
from recistkit.reading.session import ReadSession
from tests.reading.sessions import complete_statements, line, open_session, sign

if TYPE_CHECKING:
    from napari_recistkit.background import Background

BEFORE: Final = "1.2.1"
NOW: Final = "1.2.2"


class FakeBackground:
    """Keeps what it is to do until a test lets it."""

    def __init__(self) -> None:
        self.work: Callable[[Any], object] | None = None
        self.takers: dict[str, Callable[[Any], None]] = {}
        self.begun = self.cancelled = 0

    def start(
        self, _text: str, work: Callable[[Any], object], **takers: Callable[[Any], None]
    ) -> None:
        self.work, self.takers = work, takers
        self.begun += 1

    def cancel(self) -> None:
        self.cancelled += self.work is not None
        self.work = None

    def go_on(self, job: FakeJob | None = None) -> None:
        """Do all of it."""
        work, takers = self.work, self.takers
        assert work is not None
        job = job or FakeJob()
        work(job)
        for made in job.made:
            takers["taken"](made)
        self.work = None
        takers["finished"](None)


class FakeJob:
    """Keeps what is handed over; stops after so many."""

    def __init__(self, most: int = 99) -> None:
        self.made: list[object] = []
        self.most = most

    def check(self) -> None:
        if len(self.made) >= self.most:
            raise Cancelled

    def hand_over(self, made: object) -> None:
        self.made.append(made)


def grid(uid: str) -> ViewGrid:
    series = Series(
        uid=uid,
        columns=4,
        rows=4,
        slices=4,
        column_spacing_mm=1.0,
        row_spacing_mm=1.0,
        slice_spacing_mm=1.0,
        origin_mm=(0.0, 0.0, 0.0),
        row_direction=(1.0, 0.0, 0.0),
        column_direction=(0.0, 1.0, 0.0),
        slice_direction=(0.0, 0.0, 1.0),
    )
    return ViewGrid.of(series, SimpleITK.GetImageFromArray(np.zeros((4, 4, 4), np.int16)))


def proposal(confidence: str, reasons: tuple[str, ...] = ()) -> Proposal:
    return Proposal(
        point_mm=(1.0, 1.0, 1.0),
        box=SearchBox.about((1.0, 1.0, 1.0), 5.0),
        confidence="high" if confidence == "high" else "low",
        reasons=reasons,
        similarity=0.5,
    )


class Desk:
    """A session at its first follow-up, and what looks for places; `T1` and `T2` are targets."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.session: ReadSession = open_session(folder)
        for at in (0.0, 30.0):
            image = ImagePlace(series=BEFORE)
            self.session.add_lesion("target", longest=line(20.0, at=at), image=image)
            self.session.set_organ("liver")
        complete_statements(self.session)
        sign(self.session)
        self.session.go_to_visit("month-2")
        self.session.go_to_lesion("T1")
        self.grids = {BEFORE: grid(BEFORE), NOW: grid(NOW)}
        self.background = FakeBackground()
        self.answer: Callable[[LesionPlace], Proposal] = lambda _: proposal("high")
        self.steps = 0
        self.places = ProposedPlaces(
            self.session, lambda uid: self.grids.get(uid or ""), lambda: self.places.follow(NOW)
        )
        monkeypatch.setattr(ProposedPlaces, "is_on", True)
        monkeypatch.setattr(proposed_places, "global_step", self._step)
        monkeypatch.setattr(proposed_places, "propagate", self._propagate)
        self.places.begin(cast("Background", self.background))

    def _step(self, *_scans: object, **_how: object) -> GlobalStep:
        self.steps += 1
        return GlobalStep(RigidMotion(), BEFORE, NOW, 1.0)

    def _propagate(
        self, _before: object, _now: object, places: Sequence[LesionPlace], **_how: object
    ) -> tuple[Proposal, ...]:
        return tuple(self.answer(one) for one in places)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    made = Desk(tmp_path, monkeypatch)
    yield made
    made.session.close()


def test_all_lesions_of_a_visit_share_one_global_step(desk: Desk) -> None:
    desk.places.follow(NOW)
    assert desk.places.said(NOW) == "its place is being looked for"
    desk.background.go_on()
    assert (desk.steps, desk.background.begun) == (1, 1)
    for lesion in ("T1", "T2"):
        desk.session.go_to_lesion(lesion)
        assert desk.session.proposal is not None
        assert desk.places.said(NOW) == "place proposed, high: H goes there"


def test_an_unsure_place_says_why(desk: Desk) -> None:
    desk.answer = lambda _: proposal("low", ("too near to the end of a scan", "and more"))
    desk.places.follow(NOW)
    desk.background.go_on()
    assert desk.places.said(NOW) == (
        "place proposed, low (too near to the end of a scan): H goes there"
    )


def test_what_is_known_is_not_looked_for_again(desk: Desk) -> None:
    desk.places.follow(NOW)
    desk.background.go_on()
    desk.places.follow(NOW)
    desk.session.go_to_visit("baseline")
    desk.places.follow(BEFORE)
    desk.session.go_to_visit("month-2")
    desk.places.follow(NOW)
    assert desk.background.begun == 1


def test_a_search_goes_on_while_lesions_are_marked_and_gone_through(desk: Desk) -> None:
    desk.places.follow(NOW)
    desk.session.measure(line(15.0), None, ImagePlace(series=NOW))
    desk.places.follow(NOW)
    desk.session.go_to_lesion("T2")
    desk.places.follow(NOW)
    assert (desk.background.begun, desk.background.cancelled) == (1, 0)


def test_another_visit_ends_a_search(desk: Desk) -> None:
    desk.places.follow(NOW)
    desk.session.go_to_visit("baseline")
    desk.places.follow(BEFORE)
    assert (desk.background.begun, desk.background.cancelled) == (1, 1)


def test_closing_ends_a_search(desk: Desk) -> None:
    desk.places.follow(NOW)
    desk.places.close()
    assert desk.background.cancelled == 1
    desk.places.follow(NOW)
    assert desk.background.begun == 1


def test_a_job_that_is_told_to_stop_hands_nothing_more_over(desk: Desk) -> None:
    desk.places.follow(NOW)
    job = FakeJob(most=1)
    assert desk.background.work is not None
    with pytest.raises(Cancelled):
        desk.background.work(job)
    assert len(job.made) == 1


@pytest.mark.parametrize("missing", [BEFORE, NOW])
def test_nothing_is_looked_for_before_both_scans_are_there(desk: Desk, missing: str) -> None:
    kept = desk.grids.pop(missing)
    desk.places.follow(NOW)
    assert (desk.background.begun, desk.places.said(NOW)) == (0, "")
    desk.grids[missing] = kept
    desk.places.follow(NOW)
    assert desk.background.begun == 1


def test_scans_that_cannot_be_compared_are_said_once_and_not_tried_again(desk: Desk) -> None:
    def refuse(_: LesionPlace) -> Proposal:
        raise RegistrationError("a place is not carried from CT to MR")

    desk.answer = refuse
    desk.places.follow(NOW)
    desk.background.go_on()
    assert desk.places.said(NOW) == ("no place is proposed: a place is not carried from CT to MR")
    assert (desk.background.begun, desk.session.proposal) == (1, None)


def test_a_search_that_fails_is_not_begun_again(desk: Desk) -> None:
    desk.places.follow(NOW)
    desk.background.work = None
    desk.background.takers["failed"]("an unexpected fault: ValueError")
    assert desk.places.said(NOW) == "no place is proposed: an unexpected fault: ValueError"
    assert desk.background.begun == 1
