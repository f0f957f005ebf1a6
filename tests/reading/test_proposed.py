"""What is proposed for a lesion, what the reader does with it, and what the mark says of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from recistkit.errors import ReadingError
from recistkit.model.mark import ImagePlace, ProposedPlace
from recistkit.model.read import content_hash
from recistkit.propagation import LesionPlace, Proposal, SearchBox
from recistkit.reading.document import document_of
from recistkit.reading.session import ReadSession
from recistkit.reading.wanted_places import WantedPlace, wanted_places
from tests.reading.sessions import complete_statements, line, open_session, sign

SERIES = "1.2.3"
POINT = (1.0, 2.0, 3.2)


@pytest.fixture
def session(tmp_path: Path) -> Iterator[ReadSession]:
    """A case whose baseline has two targets and is signed; the first is looked for."""
    opened = open_session(tmp_path)
    for at in (0.0, 30.0):
        opened.add_lesion("target", longest=line(20.0, at=at), image=ImagePlace(series="1.2.1"))
        opened.set_organ("liver")
    complete_statements(opened)
    sign(opened)
    opened.go_to_visit("month-2")
    opened.go_to_lesion("T1")
    yield opened
    opened.close()


def made(point_mm: tuple[float, float, float] = POINT) -> Proposal:
    return Proposal(
        point_mm=point_mm,
        box=SearchBox.about(point_mm, 20.0),
        confidence="high",
        reasons=(),
        similarity=0.9,
    )


def measured(session: ReadSession, series: str = SERIES) -> ProposedPlace | None:
    """Draw the current lesion on a scan, and return what its mark says."""
    session.measure(line(15.0), None, ImagePlace(series=series))
    (mark,) = session.marks_of("T1", "month-2")
    return mark.proposed


def place(taken: str) -> ProposedPlace:
    return ProposedPlace.model_validate(
        {"point_mm": (1.0, 2.0, 3.2), "confidence": "high", "taken": taken}
    )


def test_a_mark_without_a_proposal_says_nothing_of_one(session: ReadSession) -> None:
    assert session.proposal is None
    assert measured(session) is None


def test_a_proposal_that_nobody_took_is_recorded_as_ignored(session: ReadSession) -> None:
    session.propose("month-2", "T1", SERIES, made())
    assert measured(session) == place("ignored")


def test_an_accepted_proposal_is_recorded(session: ReadSession) -> None:
    session.propose("month-2", "T1", SERIES, made())
    assert session.accept_proposal() == (1.0, 2.0, 3.2)
    assert measured(session) == place("accepted")


def test_a_moved_proposal_is_recorded_with_the_place_that_was_proposed(
    session: ReadSession,
) -> None:
    session.propose("month-2", "T1", SERIES, made())
    session.move_proposal((9.0, 9.0, 9.0))
    assert session.proposal is not None
    assert session.proposal.aim_mm == (9.0, 9.0, 9.0)
    assert measured(session) == place("moved")


def test_a_proposal_that_was_taken_off_is_hidden_and_recorded_as_ignored(
    session: ReadSession,
) -> None:
    session.propose("month-2", "T1", SERIES, made())
    session.accept_proposal()
    session.ignore_proposal()
    assert session.proposal is not None
    assert session.proposal.is_hidden
    assert measured(session) == place("ignored")


def test_the_same_proposal_again_leaves_what_the_reader_did(session: ReadSession) -> None:
    session.propose("month-2", "T1", SERIES, made())
    session.accept_proposal()
    session.propose("month-2", "T1", SERIES, made())
    assert measured(session) == place("accepted")


def test_another_proposal_takes_the_place_of_the_one_before(session: ReadSession) -> None:
    session.propose("month-2", "T1", SERIES, made((0.0, 0.0, 0.0)))
    session.accept_proposal()
    session.propose("month-2", "T1", SERIES, made())
    assert measured(session) == place("ignored")


def test_a_proposal_on_another_scan_is_none_of_the_mark(session: ReadSession) -> None:
    session.propose("month-2", "T1", SERIES, made())
    assert measured(session, "1.2.9") is None


def test_a_state_says_what_was_proposed_too(session: ReadSession) -> None:
    session.propose("month-2", "T1", SERIES, made())
    session.accept_proposal()
    session.set_state("absent")
    (mark,) = session.marks_of("T1", "month-2")
    assert (mark.state, mark.proposed) == ("absent", place("accepted"))


def test_measuring_again_keeps_what_stood_with_the_first_mark(session: ReadSession) -> None:
    session.propose("month-2", "T1", SERIES, made())
    session.accept_proposal()
    assert measured(session) == place("accepted")
    assert session.proposal is None
    session.set_short(line(8.0, upright=True))
    session.measure(line(16.0), None, ImagePlace(series=SERIES))
    session.set_state("too-small")
    (mark,) = session.marks_of("T1", "month-2")
    assert mark.proposed == place("accepted")


def test_a_proposal_of_one_lesion_is_none_of_another(session: ReadSession) -> None:
    session.propose("month-2", "T1", SERIES, made())
    session.go_to_lesion("T2")
    assert session.proposal is None
    session.add_lesion("new", longest=line(12.0, at=90.0), image=ImagePlace(series=SERIES))
    (mark,) = session.marks_of(session.lesion or "", "month-2")
    assert mark.proposed is None


@pytest.mark.parametrize("command", ["accept_proposal", "ignore_proposal"])
def test_without_a_proposal_there_is_nothing_to_take(session: ReadSession, command: str) -> None:
    with pytest.raises(ReadingError) as refused:
        getattr(session, command)()
    assert str(refused.value) == "no place is proposed for this lesion now"


def test_a_proposal_is_no_part_of_the_read_before_a_mark(session: ReadSession) -> None:
    before, revision = session.draft, session.revision
    session.propose("month-2", "T1", SERIES, made())
    session.accept_proposal()
    assert (session.draft, session.revision) == (before, revision)


def test_the_hash_of_a_document_without_proposals_names_none(session: ReadSession) -> None:
    measured(session)
    labels = session.visits[:2]
    read = document_of(session.draft, session.charter, session.subject, session.reader, labels)
    assert '"proposed"' not in read.model_dump_json()
    hash_without = content_hash(read)
    session.undo()
    session.propose("month-2", "T1", SERIES, made())
    measured(session)
    read = document_of(session.draft, session.charter, session.subject, session.reader, labels)
    assert read.model_dump_json().count('"proposed"') == 1
    assert content_hash(read) != hash_without


def test_what_is_wanted_is_what_has_no_mark_yet_the_current_lesion_first(
    session: ReadSession,
) -> None:
    first = WantedPlace("T1", "1.2.1", LesionPlace(point_mm=(0.0, 0.0, 0.0), longest_mm=20.0))
    second = WantedPlace("T2", "1.2.1", LesionPlace(point_mm=(0.0, 0.0, 30.0), longest_mm=20.0))
    assert wanted_places(session.draft, "month-2", "T2") == (second, first)
    measured(session)
    assert wanted_places(session.draft, "month-2", "T2") == (second,)
    assert wanted_places(session.draft, "baseline", None) == ()
    assert wanted_places(session.draft, None, None) == ()


def test_a_lesion_is_looked_for_from_where_it_was_last(session: ReadSession) -> None:
    session.measure(line(10.0, at=5.0), None, ImagePlace(series=SERIES))
    session.go_to_lesion("T2")
    session.set_state("absent")
    session.state_visit(new_lesions="none")
    complete_statements(session)
    sign(session)
    last = wanted_places(session.draft, "month-4", "T1")
    assert last[0] == WantedPlace(
        "T1", SERIES, LesionPlace(point_mm=(0.0, 0.0, 5.0), longest_mm=10.0)
    )
    assert last[1].series == "1.2.1"
