"""An adjudicator's cases: their states, two reads as A and B, and the decision on record."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from recistkit.errors import OptionError, ReadingError, RoleError, StoreError
from recistkit.reading.adjudication import AdjudicationSession, summary_of
from recistkit.reading.cases import find_cases
from recistkit.reading.worklist import with_adjudications
from recistkit.store.rows import Adjudication
from recistkit.study.adjudicating import adjudicate, case_to_adjudicate
from recistkit.study.assigning import assign, unlock
from recistkit.study.begin import amend_charter
from recistkit.study.folder import StudyFolder
from tests.napari_recistkit.small_study import opened
from tests.study.small_trial import CHARTER, LOGINS, acting_as, begin_trial, read_all


@pytest.fixture
def trial(tmp_path: Path) -> Path:
    return begin_trial(tmp_path)


@pytest.fixture(scope="module")
def read_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both have read both subjects: of S2 alike, of S1 A halves what B leaves as it is."""
    trial = begin_trial(tmp_path_factory.mktemp("read"))
    read_all(trial, "A", 0.5, ("S1",))
    read_all(trial, "B", 1.0, ("S1",))
    for reader in "AB":
        read_all(trial, reader, 0.5, ("S2",))
    return trial


@pytest.fixture
def read_trial(read_once: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(read_once, tmp_path / "trial"))


def states(trial: Path) -> dict[str, tuple[str, str | None]]:
    with acting_as("J"):
        return {case.subject: (case.state, case.decision) for case in find_cases(trial, "J")}


def session_of(trial: Path, subject: str = "S1") -> AdjudicationSession:
    with acting_as("J"):
        return AdjudicationSession.open(trial, subject, "J")


def letter_of(trial: Path, reader: str, subject: str = "S1") -> str:
    """Return what a reader is called in the case."""
    with acting_as("J"), StudyFolder.opened(trial, to_look=True) as study:
        return "A" if case_to_adjudicate(study, subject).a.anchor.reader == reader else "B"


def test_a_case_waits_until_both_reads_are_complete_and_says_no_more(trial: Path) -> None:
    read_all(trial, "A", 0.5, ("S1",))
    assert states(trial) == dict.fromkeys(("S1", "S2"), ("waiting for reads", ""))
    with pytest.raises(OptionError, match=r"^S1 waits: its two reads are not both complete$"):
        session_of(trial)


def test_only_reads_that_differ_are_to_be_adjudicated(read_trial: Path) -> None:
    assert states(read_trial) == {"S1": ("to adjudicate", ""), "S2": ("agreed", "")}
    session = session_of(read_trial, "S2")
    assert session.reads.differing == ()
    with acting_as("J"):
        for refused in (
            session.require_difference,
            lambda: session.decide("A", "as good as the other"),
        ):
            with pytest.raises(OptionError) as caught:
                refused()
            assert str(caught.value) == (
                "both reads of S2 agree in all that the charter compares; there is nothing to "
                "decide"
            )
    with acting_as("M"), StudyFolder.opened(read_trial, to_look=True) as study:
        assert study.file.rows(Adjudication) == ()


def test_what_differs_comes_first_with_its_cause_and_lesions(read_trial: Path) -> None:
    session = session_of(read_trial)
    halved = letter_of(read_trial, "A")
    response = {"A": "SD", "B": "SD", halved: "PR"}
    found = session.reads.differing
    assert [(one.variable, one.cause, one.visit, one.pair) for one in found] == [
        (variable, "measurement", "week-8", pair)
        for variable in ("best_response", "best_response_confirmed", "response_date")
        for pair in ("T1/T1", "T2/T2")
    ]
    assert (found[0].a, found[0].b) == (response["A"], response["B"])
    sizes = {"A": "24 x 18 mm", "B": "24 x 18 mm", halved: "12 x 9 mm"}
    assert found[0].text == f"T1 of A and T1 of B: {sizes['A']} and {sizes['B']}"
    agreed = [one for one in session.reads.values if not one.differs]
    assert [(one.variable, one.a, one.b) for one in agreed] == [("progression_date", "", "")]
    assert session.reads.values == (*found, *agreed)


def test_a_row_leads_to_its_visit_and_its_lesion(read_trial: Path) -> None:
    session = session_of(read_trial)
    assert (session.visit, session.lesion) == ("week-8", "T1/T1")
    session.next_row(1)
    assert (session.visit, session.lesion) == ("week-8", "T2/T2")
    session.next_row(-1)
    session.next_row(-1)
    assert (session.value, session.lesion) == (None, "NT1/NT1")
    session.next_row(1)
    assert session.value == session.reads.differing[0]
    session.go_to_visit("week-16")
    assert (session.prior, session.baseline) == ("week-8", "baseline")
    assert [mark.lesion for mark in session.marks_of("T1/T1", "week-16")] == ["T1", "T1"]
    with pytest.raises(ReadingError, match="there is no visit week-24"):
        session.go_to_visit("week-24")


def test_rows_that_say_the_same_are_gone_through_one_by_one(read_trial: Path) -> None:
    session = session_of(read_trial)
    first, *others = session.reads.differing
    twin = replace(first)
    session.reads = replace(session.reads, values=(first, others[0], twin, *others[1:]))
    session.go_to(twin)
    session.next_row(1)
    assert session.value is others[1]
    session.next_row(-1)
    assert session.value is twin


def test_a_charter_that_compares_nothing_sends_nothing_to_be_decided(read_trial: Path) -> None:
    nothing = "the study's charter sends nothing to an adjudicator"
    with acting_as("J"), StudyFolder.opened(read_trial, to_look=True) as study:
        case = case_to_adjudicate(study, "S1")
    with acting_as("M"), StudyFolder.opened(read_trial) as study:
        amend_charter(study, f"{CHARTER}[adjudication]\nvariables = []\n", "one reader decides")
    with pytest.raises(ReadingError) as in_room:
        session_of(read_trial)
    with (
        acting_as("J"),
        StudyFolder.opened(read_trial) as study,
        pytest.raises(OptionError) as in_shell,
    ):
        adjudicate(study, case, "A", "as good as the other")
    assert (str(in_room.value), str(in_shell.value)) == (nothing, nothing)


def test_a_decision_is_what_the_command_records(read_trial: Path) -> None:
    session = session_of(read_trial)
    accepted = letter_of(read_trial, "B")
    summary = summary_of(session, accepted, "A measured a vessel").splitlines()  # type: ignore[arg-type]
    best = session.reads.differing[0]
    assert summary == [
        f"S1: read {accepted} is accepted",
        "reason: A measured a vessel",
        f"overall, best response: A {best.a}, B {best.b} (measurement)",
        f"overall, best response confirmed: A {best.a}, B {best.b} (measurement)",
        *(one for one in summary if "response date" in one),
        *(f"week-8: {one.text}" for one in session.reads.differing[:2]),
        f"criteria: {session.criteria.reference}",
    ]
    with acting_as("J"):
        session.decide(accepted, "A measured a vessel")  # type: ignore[arg-type]
    assert states(read_trial)["S1"] == ("decided", accepted)
    with acting_as("M"), StudyFolder.opened(read_trial, to_look=True) as study:
        (record,) = study.file.rows(Adjudication)
    assert (record.subject, record.accepted_reader, record.reason) == (
        "S1",
        "B",
        "A measured a vessel",
    )
    again = session_of(read_trial)
    assert again.decision == accepted
    assert again.before == f"decided on {record.at_utc[:10]}: {accepted}; A measured a vessel"


def test_neither_can_be_chosen_and_a_reason_is_needed(read_trial: Path) -> None:
    session = session_of(read_trial)
    with acting_as("J"):
        with pytest.raises(StoreError, match="ADJUDICATE needs a reason"):
            session.decide("neither", " ")
        session.decide("neither", "both missed the node")
    assert states(read_trial)["S1"] == ("decided", "neither")


def sign_again(trial: Path, reader: str) -> None:
    """Let a reader change the last visit of S1, and sign it anew."""
    with acting_as("M"), StudyFolder.opened(trial) as study:
        unlock(study, "S1", reader, "wrong side", timepoint="week-16")
    with acting_as(reader), opened(trial, "S1", reader) as session:
        session.go_to_visit("week-16")
        session.amend("the lesion was there")
        session.state_visit(comment="looked at again")
        session.sign(f"Reader {reader}", "read")


def test_a_read_that_is_signed_again_reopens_the_case(read_trial: Path) -> None:
    session = session_of(read_trial)
    chosen = letter_of(read_trial, "B")
    with acting_as("J"):
        session.decide(chosen, "B is right")  # type: ignore[arg-type]
    sign_again(read_trial, "A")
    assert states(read_trial)["S1"] == ("re-opened", "")
    with acting_as("J"):
        (case, _) = find_cases(read_trial, "J")
    (note,) = case.notes
    assert note.startswith("a read was signed again after the decision of 20")
    again, now = session_of(read_trial), letter_of(read_trial, "B")
    assert again.decision == ""
    assert again.before.endswith(f"for what is {now} now; in the letters of then: B is right")
    with acting_as("J"), pytest.raises(OptionError, match="signed anew; look at the case again"):
        session.decide("A", "seen too late")


def test_what_a_withdrawn_reader_signed_is_no_third_read(
    read_trial: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(LOGINS, "C", "carl")
    carl = '\n[[people]]\nid = "C"\nlogin = "carl"\nrole = "reader"\n'
    with acting_as("M"), StudyFolder.opened(read_trial) as study:
        amend_charter(study, CHARTER + carl, "a third reader")
    with acting_as("M"), StudyFolder.opened(read_trial) as study:
        assign(study, ["C"], ["S1"])
    read_all(read_trial, "C", 0.9, ("S1",))
    assert states(read_trial)["S1"] == ("waiting for reads", "")
    with acting_as("M"), StudyFolder.opened(read_trial) as study:
        assign(study, ["C"], ["S1"], withdrawn=True)
    assert states(read_trial) == {"S1": ("to adjudicate", ""), "S2": ("agreed", "")}
    assert {one.cause for one in session_of(read_trial).reads.differing} == {"measurement"}


def test_a_case_names_nobody_who_read(read_trial: Path) -> None:
    session = session_of(read_trial)
    assert session.reads.responses["reader"].unique().sort().to_list() == ["A", "B"]
    assert "anna" not in repr(session.reads)
    assert "bert" not in repr(session.reads)


def test_only_the_adjudicator_gets_the_cases(read_trial: Path) -> None:
    for person in "ABM":
        with acting_as(person), pytest.raises(RoleError, match="adjudicator"):
            find_cases(read_trial, "J")
        with acting_as(person), pytest.raises(RoleError, match="adjudicator"):
            AdjudicationSession.open(read_trial, "S1", "J")
        with acting_as(person), pytest.raises(RoleError, match="adjudicator"):
            with_adjudications(read_trial, ())
    with acting_as("J"), pytest.raises(RoleError, match="may not read as A"):
        find_cases(read_trial, "A")
    with acting_as("M"), pytest.raises(OptionError, match="M does not read in this study: manager"):
        find_cases(read_trial, "M")
