"""Undo and redo, and what the journal gives back: laws that hold after any commands."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings

from recistkit.reading.navigation import opening_place
from recistkit.reading.session import ReadSession
from tests.reading.random_commands import ACTIONS, SIGNING, Step, perform, steps
from tests.reading.sessions import complete_statements, line, open_session, read_baseline, sign

EVERYTHING = (*ACTIONS, *SIGNING, *SIGNING)


def undo_all(session: ReadSession) -> None:
    while session.can_undo:
        session.undo()


def redo_all(session: ReadSession) -> None:
    while session.can_redo:
        session.redo()


@settings(max_examples=25)
@given(steps())
def test_undo_of_all_is_the_beginning_and_redo_of_all_the_end(taken: list[Step]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        session = open_session(Path(folder))
        read_baseline(session)
        sign(session)
        session.go_to_visit("month-2")
        first = session.draft
        for step in taken:
            perform(session, step)
        redo_all(session)
        last = session.draft
        undo_all(session)
        assert session.draft == first
        redo_all(session)
        assert session.draft == last
        assert list(session.draft.lesions) == list(last.lesions)
        session.close()


@settings(max_examples=25)
@given(steps(EVERYTHING))
def test_the_journal_gives_back_what_was_in_memory(taken: list[Step]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        session = open_session(Path(folder))
        for step in taken:
            perform(session, step, EVERYTHING)
        again = open_session(Path(folder))
        assert again.draft == session.draft
        assert list(again.draft.lesions) == list(session.draft.lesions)
        assert again.place == opening_place(session.draft, session.place)
        assert (again.can_undo, again.can_redo) == (session.can_undo, session.can_redo)
        undo_all(session)
        undone = open_session(Path(folder))
        assert undone.draft == session.draft
        for one in (session, again, undone):
            one.close()


def test_undo_brings_a_removed_lesion_back_in_its_place(tmp_path: Path) -> None:
    session = open_session(tmp_path)
    read_baseline(session)
    session.go_to_lesion("T1")
    before = session.draft
    session.remove_lesion()
    assert [row.lesion.id for row in session.rows()] == ["T2", "NT1"]
    session.undo()
    assert session.draft == before
    assert [row.lesion.id for row in session.rows()] == ["T1", "T2", "NT1"]
    assert session.lesion == "T1"


def test_undo_does_not_cross_a_signature(tmp_path: Path) -> None:
    session = open_session(tmp_path)
    read_baseline(session)
    sign(session)
    assert not session.can_undo
    session.go_to_visit("month-2")
    complete_statements(session)
    session.undo()
    session.undo()
    assert not session.can_undo


def test_undo_goes_to_the_lesion_and_visit_that_it_changes(tmp_path: Path) -> None:
    session = open_session(tmp_path)
    read_baseline(session)
    session.go_to_lesion("T1")
    session.measure(line(44))
    session.go_to_lesion("NT1")
    session.go_to_visit("month-2")
    session.undo()
    assert (session.visit, session.lesion) == ("baseline", "T1")


def test_a_new_command_ends_what_could_be_done_again(tmp_path: Path) -> None:
    session = open_session(tmp_path)
    session.state_visit(coverage="complete")
    session.undo()
    session.state_visit(image_quality="adequate")
    assert not session.can_redo


def test_an_id_is_not_given_again_after_removal(tmp_path: Path) -> None:
    session = open_session(tmp_path)
    session.add_lesion("target", longest=line(40))
    session.add_lesion("target", longest=line(30))
    session.remove_lesion()
    assert session.add_lesion("target", longest=line(20)) == "T3"


def test_undo_of_what_is_said_of_a_lesion_goes_to_a_visit_that_shows_it(tmp_path: Path) -> None:
    session = open_session(tmp_path)
    read_baseline(session)
    sign(session)
    session.go_to_visit("month-2")
    session.add_lesion("new", longest=line(12), certainty="unequivocal")
    session.set_organ("lung")
    session.go_to_visit("baseline")
    session.undo()
    assert (session.visit, session.lesion) == ("month-2", "N1")
    assert session.draft.lesions["N1"].organ is None
    session.go_to_visit("month-4")
    session.redo()
    assert (session.visit, session.lesion) == ("month-4", "N1")
    assert "N1" in {row.lesion.id for row in session.rows()}


def test_an_id_is_given_once_even_when_its_lesion_was_undone(tmp_path: Path) -> None:
    session = open_session(tmp_path)
    assert session.add_lesion("target", longest=line(50)) == "T1"
    session.undo()
    session.close()
    session = open_session(tmp_path)
    assert session.add_lesion("target", longest=line(20)) == "T2"
    session.undo()
    session.redo()
    assert [lesion.id for lesion in session.draft.followed] == ["T2"]
