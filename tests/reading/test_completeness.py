"""What a visit lacks: everything is named, nothing is filled in by silence."""

from __future__ import annotations

from pathlib import Path

import pytest

from recistkit.reading.completeness import is_measured
from recistkit.reading.session import ReadSession
from tests.reading.sessions import (
    charter,
    complete_statements,
    complete_visit,
    line,
    open_session,
    read_baseline,
    sign,
)


def texts(session: ReadSession) -> list[str]:
    return [str(item) for item in session.missing()]


def measured(session: ReadSession) -> bool:
    return is_measured(session.draft, session.charter, session.visit or "")


def test_an_empty_baseline_lacks_everything(tmp_path: Path) -> None:
    assert texts(open_session(tmp_path)) == [
        "baseline: no lesion is recorded",
        "baseline: is the coverage complete?",
        "baseline: is the image quality adequate?",
    ]


def test_a_new_target_lacks_organ_and_compartment_where_the_study_has_some(tmp_path: Path) -> None:
    session = open_session(tmp_path, charter(compartments=("primary", "distant")))
    session.add_lesion("target", nodal=True, longest=line(30))
    assert texts(session)[:3] == [
        "baseline, T1: in which organ is it?",
        "baseline, T1: in which compartment is it?",
        "baseline, T1: the short axis is not measured",
    ]


def test_products_need_both_axes(tmp_path: Path) -> None:
    session = open_session(tmp_path, charter("who-1979"))
    session.add_lesion("target", longest=line(30))
    assert "baseline, T1: the short axis is not measured" in texts(session)


def test_a_follow_up_lacks_a_state_of_each_lesion_and_three_statements(tmp_path: Path) -> None:
    session = open_session(tmp_path)
    read_baseline(session)
    sign(session)
    session.go_to_visit("month-2")
    assert texts(session) == [
        "month-2, T1: what is its state?",
        "month-2, T2: what is its state?",
        "month-2, NT1: what is its state?",
        "month-2: are there new lesions?",
        "month-2: is the coverage complete?",
        "month-2: is the image quality adequate?",
    ]


def test_a_new_lesion_states_itself_and_is_followed_from_then_on(tmp_path: Path) -> None:
    session = open_session(tmp_path)
    read_baseline(session)
    sign(session)
    session.go_to_visit("month-2")
    complete_visit(session)
    session.add_lesion("new", longest=line(12), certainty="unequivocal")
    session.set_organ("liver")
    assert texts(session) == []
    sign(session)
    session.go_to_visit("month-4")
    assert "month-4, N1: what is its state?" in texts(session)
    assert "month-4: are there new lesions?" in texts(session)
    session.go_to_visit("baseline")
    assert "N1" not in {row.lesion.id for row in session.rows()}


def test_measured_is_states_and_statements_whatever_the_organ(tmp_path: Path) -> None:
    session = open_session(tmp_path)
    session.add_lesion("target", longest=line(30))
    assert not measured(session)
    complete_statements(session)
    assert measured(session)
    assert texts(session) == ["baseline, T1: in which organ is it?"]


@pytest.mark.parametrize("said", ["coverage", "image_quality"])
def test_each_statement_is_needed(tmp_path: Path, said: str) -> None:
    session = open_session(tmp_path)
    read_baseline(session)
    session.state_visit(**{said: None})
    assert not measured(session)
    assert [item.what for item in session.missing()] == [said.replace("_", "-")]
