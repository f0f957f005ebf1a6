"""Signing: what must hold, what stands on disk then, and what an amendment opens again."""

from __future__ import annotations

import json
import tempfile
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import recistkit
from recistkit.errors import JournalError, OutputError, ReadingError
from recistkit.exchange.read_document import load_read_document, save_read_document
from recistkit.model.read import CriteriaReference, Read, content_hash, sign_read
from recistkit.reading import signing
from recistkit.reading.completeness import Missing
from recistkit.reading.history import replay
from recistkit.reading.session import ReadSession
from recistkit.study.charter import Charter
from tests.reading.random_commands import ACTIONS, SIGNING, Step, perform, steps
from tests.reading.sessions import (
    SIGNED_AT,
    SUBJECT,
    charter,
    complete_statements,
    complete_visit,
    line,
    open_session,
    read_baseline,
    sign,
)


@pytest.fixture
def session(tmp_path: Path) -> ReadSession:
    """A baseline that is complete, and not signed."""
    session = open_session(tmp_path)
    read_baseline(session)
    return session


def on_disk(session: ReadSession) -> Read:
    return load_read_document(session.document)


def refusal(session: ReadSession, name: str = "Reader A", meaning: str = "read") -> str:
    with pytest.raises(ReadingError) as raised:
        session.sign(name, meaning)
    return str(raised.value)


def read_month_2(session: ReadSession) -> None:
    session.go_to_visit("month-2")
    complete_visit(session)
    sign(session)


def open_with(read: Read, folder: Path, rules: Charter | None = None) -> ReadSession:
    """Open the case in a folder where this document stands already."""
    (folder / "reads").mkdir(parents=True)
    save_read_document(read, folder / "reads" / f"{read.subject}_reader-{read.reader}.json")
    return open_session(folder, rules)


def test_everything_that_is_missing_is_named_at_once(tmp_path: Path) -> None:
    session = open_session(tmp_path)
    session.add_lesion("target", nodal=True, longest=line(30))
    assert refusal(session) == (
        "baseline cannot be signed yet:\n"
        "  baseline, T1: in which organ is it?\n"
        "  baseline, T1: the short axis is not measured\n"
        "  baseline: is the coverage complete?\n"
        "  baseline: is the image quality adequate?"
    )
    assert not session.document.exists()


@pytest.mark.parametrize(("name", "meaning"), [(" ", "read"), ("Reader A", ""), ("a\nb", "read")])
def test_a_signature_has_a_name_and_a_meaning(
    session: ReadSession, name: str, meaning: str
) -> None:
    assert refusal(session, name, meaning) == (
        "a signature needs a name and a meaning, each on one line"
    )
    assert not session.locked


def test_a_signed_visit_is_locked_and_on_disk(session: ReadSession) -> None:
    assert session.signing_name == ""
    sign(session)
    read = on_disk(session)
    assert session.locked
    assert (read.state, [item.label for item in read.timepoints]) == ("signed", ["baseline"])
    assert read.signature is not None
    assert read.signature.model_dump() == {
        "name": "Reader A",
        "meaning": "read",
        "signed_at": SIGNED_AT,
        "hash": content_hash(read),
    }
    assert read.criteria == CriteriaReference(
        id="recist-1.1", hash=session.charter.criteria.content_hash
    )
    assert session.signing_name == "Reader A"


def test_the_next_signature_replaces_the_document(session: ReadSession) -> None:
    sign(session)
    first = session.document.read_bytes()
    session.go_to_visit("month-2")
    complete_visit(session)
    assert session.document.read_bytes() == first
    sign(session)
    assert [item.label for item in on_disk(session).timepoints] == ["baseline", "month-2"]
    assert not session.is_finished
    session.go_to_visit("month-4")
    complete_visit(session)
    sign(session)
    assert session.is_finished


@settings(max_examples=40)
@given(steps((*ACTIONS, *SIGNING)), st.sampled_from([(), ("primary", "distant")]))
def test_what_is_complete_is_taken_by_the_batch_commands(
    taken: list[Step], compartments: tuple[str, ...]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        session = open_session(Path(folder), charter(compartments=compartments))
        for step in taken:
            perform(session, step, (*ACTIONS, *SIGNING))
        unsigned = [label for label in session.visits if label not in session.draft.signed]
        session.go_to_visit(unsigned[0] if unsigned else "baseline")
        if session.locked:
            session.amend("once more")
        complete_visit(session)
        for label in session.draft.amended:
            session.go_to_visit(label)
            complete_visit(session)
        assert session.missing_to_sign() == ()
        sign(session)
        recistkit.classify(session.document.parent)
        session.close()


def test_what_only_the_tables_see_keeps_from_signing(
    session: ReadSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = (Missing("", "", "table", "no such thing"),)
    monkeypatch.setattr("recistkit.reading.signing.refusals", lambda _read: said)
    assert refusal(session) == "baseline cannot be signed yet:\n  no such thing"


class TestAmendment:
    def test_it_needs_a_signed_visit_and_a_reason(self, session: ReadSession) -> None:
        with pytest.raises(ReadingError, match=r"^baseline is not signed, and needs no amendment$"):
            session.amend("wrong slice")
        sign(session)
        with pytest.raises(ReadingError, match=r"^why is it amended\? A reason is expected$"):
            session.amend("  ")
        assert session.locked

    def test_the_reason_and_what_changed_are_recorded(self, session: ReadSession) -> None:
        sign(session)
        session.amend("wrong slice")
        session.go_to_lesion("T1")
        session.measure(line(47))
        *_, amended, measured = session._journal.events(SUBJECT)
        assert (amended.command, amended.body["reason"]) == ("amend", "wrong slice")
        (change,) = measured.body["changes"]
        assert (change["before"]["longest_mm"], change["after"]["longest_mm"]) == ("50.0", "47.0")
        assert str(on_disk(session).marks[0].longest_mm) == "50.0"
        sign(session)
        assert str(on_disk(session).marks[0].longest_mm) == "47.0"
        assert session.draft.amended == {}

    def test_later_visits_stay_signed_and_in_the_document(self, session: ReadSession) -> None:
        sign(session)
        read_month_2(session)
        session.go_to_visit("baseline")
        session.amend("wrong slice")
        assert set(session.draft.signed) == {"month-2"}
        session.state_visit(comment="measured on the next slice")
        sign(session)
        assert [item.label for item in on_disk(session).timepoints] == ["baseline", "month-2"]
        assert set(session.draft.signed) == {"baseline", "month-2"}

    def test_what_it_makes_incomplete_is_named_at_every_visit(self, session: ReadSession) -> None:
        sign(session)
        read_month_2(session)
        session.go_to_visit("baseline")
        session.amend("a lesion was forgotten")
        session.add_lesion("target", longest=line(30))
        session.set_organ("lung")
        assert refusal(session) == (
            "baseline cannot be signed yet:\n  month-2, T3: what is its state?"
        )
        session.go_to_visit("month-2")
        session.amend("a lesion was forgotten")
        session.go_to_lesion("T3")
        session.measure(line(31))
        sign(session)
        assert set(session.draft.signed) == {"baseline", "month-2"}
        assert session.draft.amended == {}


class TestRulesOfAReadThatHasBegun:
    @pytest.mark.parametrize("signed", [False, True])
    @pytest.mark.parametrize(
        ("rules", "different"),
        [
            (charter("recist-1.0"), "criteria, criteria hash"),
            (replace(charter(), resolution_mm=Decimal(1)), "resolution_mm"),
            (replace(charter(), study="RK-2"), "study"),
        ],
    )
    def test_a_read_does_not_go_on_under_others(
        self, session: ReadSession, tmp_path: Path, rules: Charter, different: str, *, signed: bool
    ) -> None:
        if signed:
            sign(session)
        session.close()
        with pytest.raises(ReadingError) as raised:
            open_session(tmp_path, rules)
        assert str(raised.value) == (
            f"this read was begun under another {different} than this study has now; "
            "change the settings back"
        )
        assert open_session(tmp_path).draft == session.draft

    def test_what_readers_see_may_change(self, session: ReadSession, tmp_path: Path) -> None:
        session.close()
        assert open_session(tmp_path, charter(show_response="never")).draft == session.draft

    def test_rules_in_the_journal_that_are_none_are_damage(self, session: ReadSession) -> None:
        session._journal.append("RK-009", 1, "visits", {"changes": [], "rules": {"study": "RK"}})
        with pytest.raises(JournalError, match=r"^the journal is damaged: event "):
            replay(session._journal.events("RK-009"))


class TestSummaryOfAnAmendment:
    def test_another_response_of_a_visit_that_is_signed_with_it_is_said(
        self, tmp_path: Path
    ) -> None:
        session = open_amended(tmp_path, charter())
        session.go_to_lesion("T1")
        session.measure(line(100))
        assert "month-2" not in session.summary()
        session.measure(line(102))
        assert session.summary().splitlines()[-3:-1] == [
            "also signed with it, month-2 has another response now:",
            "overall: PR (targets shrank enough), was SD",
        ]
        sign(session)
        assert "also signed" not in session.summary()

    def test_it_is_not_said_to_readers_who_see_no_responses(self, tmp_path: Path) -> None:
        session = open_amended(tmp_path, charter(show_response="never"))
        session.go_to_lesion("T1")
        session.measure(line(102))
        assert "month-2" not in session.summary()

    def test_another_amended_visit_is_shown_whole(self, tmp_path: Path) -> None:
        session = open_amended(tmp_path, charter())
        session.go_to_visit("month-2")
        session.amend("measured on the wrong slice")
        session.go_to_lesion("T1")
        session.measure(line(99))
        session.go_to_visit("baseline")
        assert session.summary().splitlines()[-8:-1] == [
            "also signed with it, amended:",
            "month-2, scan of 2011-03-11",
            "T1 liver: measured 99.0 mm",
            "new lesions: none",
            "coverage: complete",
            "image quality: adequate",
            "overall: SD (targets neither shrank nor grew enough)",
        ]

    def test_no_response_of_an_amended_visit_is_shown_before_it_is_measured(
        self, tmp_path: Path
    ) -> None:
        session = open_amended(tmp_path, charter())
        session.go_to_visit("month-2")
        session.amend("measured on the wrong slice")
        session.state_visit(image_quality=None)
        session.go_to_visit("baseline")
        assert "SD" not in session.summary()

    def test_a_new_lesion_that_is_not_evaluable_says_why(self, session: ReadSession) -> None:
        sign(session)
        session.go_to_visit("month-2")
        session.add_lesion("new", longest=line(12), certainty="equivocal")
        session.set_state("not-evaluable", reason="artefact")
        assert "N1 no organ: not-evaluable (artefact, equivocal)" in session.summary()


def open_amended(folder: Path, rules: Charter) -> ReadSession:
    """Open a case of 100 and 71 mm, both visits signed, whose baseline is amended."""
    session = open_session(folder, rules)
    for label, length_mm in (("baseline", 100), ("month-2", 71)):
        session.go_to_visit(label)
        if label == "baseline":
            session.add_lesion("target", longest=line(length_mm))
            session.set_organ("liver")
        else:
            session.go_to_lesion("T1")
            session.measure(line(length_mm))
        complete_visit(session)
        sign(session)
    session.go_to_visit("baseline")
    session.amend("measured again")
    return session


class TestDocumentAndJournal:
    def test_a_document_that_could_not_be_written_is_written_on_opening(
        self, session: ReadSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def no_room(_read: Read, path: Path) -> None:
            raise OutputError(f"{path.name}: cannot be written: No space left on device")

        with monkeypatch.context() as full:
            full.setattr(signing, "save_read_document", no_room)
            with pytest.raises(OutputError, match=r"No space left on device$"):
                sign(session)
            assert open_session(tmp_path).notices == (
                "RK-001_reader-A.json: cannot be written: No space left on device",
            )
        assert session.locked
        assert not session.document.exists()
        again = open_session(tmp_path)
        assert again.notices == ("RK-001_reader-A.json was written again from the journal",)
        assert on_disk(again).state == "signed"
        assert open_session(tmp_path).notices == ()

    def test_a_folder_that_cannot_be_made_is_said(
        self, session: ReadSession, tmp_path: Path
    ) -> None:
        (tmp_path / "reads").write_text("no folder", encoding="utf-8")
        with pytest.raises(OutputError, match=r"^RK-001_reader-A\.json: cannot be written: "):
            sign(session)
        assert session.locked

    def test_an_older_document_is_replaced_by_the_one_last_signed(
        self, session: ReadSession, tmp_path: Path
    ) -> None:
        sign(session)
        older = session.document.read_bytes()
        read_month_2(session)
        newer = session.document.read_bytes()
        session.document.write_bytes(older)
        open_session(tmp_path)
        assert session.document.read_bytes() == newer

    def test_a_document_of_others_is_left_and_not_written_over(
        self, session: ReadSession, tmp_path: Path
    ) -> None:
        sign(session)
        content = json.loads(session.document.read_text(encoding="utf-8"))
        content["state"] = "draft"
        del content["signature"]
        foreign = json.dumps(content)
        session.document.write_text(foreign, encoding="utf-8")
        again = open_session(tmp_path)
        assert again.notices == (
            "RK-001_reader-A.json is not the document that was signed here; it is left as it is",
        )
        again.go_to_visit("month-2")
        complete_visit(again)
        assert refusal(again) == (
            "RK-001_reader-A.json was changed outside of the reading room; move it away, then sign"
        )
        assert session.document.read_text(encoding="utf-8") == foreign

    @pytest.mark.parametrize("left", [b"", b"{", b"\xff\x00"])
    def test_what_a_power_cut_left_is_kept_beside_the_document_written_again(
        self, session: ReadSession, tmp_path: Path, left: bytes
    ) -> None:
        sign(session)
        whole = session.document.read_bytes()
        for number in (1, 2):
            session.document.write_bytes(left)
            aside = f"RK-001_reader-A.json.unsound-{number}"
            assert open_session(tmp_path).notices == (
                (
                    "RK-001_reader-A.json was written again from the journal; "
                    f"what stood there is no document and is kept as {aside}"
                ),
            )
            assert session.document.read_bytes() == whole
            assert session.document.with_name(aside).read_bytes() == left

    def test_a_document_that_cannot_be_loaded_is_left_as_it_is(
        self, session: ReadSession, tmp_path: Path
    ) -> None:
        sign(session)
        session.document.write_text('{"schema_version": "9"}', encoding="utf-8")
        assert open_session(tmp_path).notices == (
            "RK-001_reader-A.json is not the document that was signed here; it is left as it is",
        )

    def test_a_signature_that_did_not_reach_the_disk_is_written_on_opening(
        self, session: ReadSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sign(session)
        session.amend("the wrong name")

        def no_room(_read: Read, path: Path) -> None:
            raise OutputError(f"{path.name}: cannot be written: No space left on device")

        with monkeypatch.context() as full:
            full.setattr(signing, "save_read_document", no_room)
            with pytest.raises(OutputError, match=r"No space left on device$"):
                session.sign("Reader B", "approved")
        again = open_session(tmp_path)
        assert again.notices == ("RK-001_reader-A.json was written again from the journal",)
        signature = on_disk(again).signature
        assert signature is not None
        assert (signature.name, signature.meaning) == ("Reader B", "approved")

    def test_a_signature_of_others_on_the_same_content_is_left_and_said(
        self, session: ReadSession, tmp_path: Path
    ) -> None:
        sign(session)
        content = json.loads(session.document.read_text(encoding="utf-8"))
        content["signature"]["name"] = "Somebody else"
        session.document.write_text(json.dumps(content), encoding="utf-8")
        assert open_session(tmp_path).notices == (
            "RK-001_reader-A.json is not the document that was signed here; it is left as it is",
        )

    def test_what_the_journal_did_not_save_is_not_signed(
        self, session: ReadSession, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(*_arguments: object, **_record: object) -> None:
            raise JournalError("A.db: NOT saved: database or disk is full")

        monkeypatch.setattr(session._journal, "append", full)
        with pytest.raises(JournalError, match=r"^A\.db: NOT saved: database or disk is full$"):
            sign(session)
        assert not session.locked
        assert not session.document.exists()


class TestDocumentsThatWereThereBefore:
    def test_a_signed_one_is_taken_over_locked(self, session: ReadSession, tmp_path: Path) -> None:
        sign(session)
        taken = open_with(on_disk(session), tmp_path / "other")
        assert taken.locked is False
        assert taken.visit == "month-2"
        assert set(taken.draft.signed) == {"baseline"}
        assert dict(taken.draft.marks) == dict(session.draft.marks)
        complete_visit(taken)
        sign(taken)
        assert [item.label for item in on_disk(taken).timepoints] == ["baseline", "month-2"]

    def test_what_was_signed_elsewhere_is_not_asked_for_again(
        self, session: ReadSession, tmp_path: Path
    ) -> None:
        sign(session)
        read = on_disk(session)
        bare = tuple(
            item.model_copy(update={"coverage": None, "image_quality": None})
            for item in read.timepoints
        )
        unsigned = {"state": "draft", "signature": None, "timepoints": bare}
        elsewhere = sign_read(
            read.model_copy(update=unsigned), name="B", meaning="read", signed_at=SIGNED_AT
        )
        taken = open_with(elsewhere, tmp_path / "other")
        taken.go_to_visit("baseline")
        assert taken.shown_evaluation() is not None
        taken.go_to_visit("month-2")
        complete_visit(taken)
        assert taken.missing_to_sign() == ()

    def test_its_compartments_are_those_of_a_study_that_names_none(
        self, session: ReadSession, tmp_path: Path
    ) -> None:
        sign(session)
        read = on_disk(session)
        lesions = tuple(item.model_copy(update={"compartment": "primary"}) for item in read.lesions)
        draft = {"state": "draft", "signature": None, "lesions": lesions}
        taken = open_with(read.model_copy(update=draft), tmp_path / "other")
        taken.add_lesion("target", longest=line(20))
        assert "compartment" in {item.what for item in taken.missing()}
        with pytest.raises(ReadingError, match=r"^expected one of primary$"):
            taken.set_compartment("distant")
        taken.set_compartment("primary")

    def test_a_draft_is_taken_over_open(self, session: ReadSession, tmp_path: Path) -> None:
        sign(session)
        draft = on_disk(session).model_copy(update={"state": "draft", "signature": None})
        taken = open_with(draft, tmp_path / "other")
        assert (taken.visit, taken.locked, taken.can_undo) == ("baseline", False, False)
        complete_statements(taken)
        sign(taken)
        assert on_disk(taken).state == "signed"

    def test_one_made_under_other_rules_is_refused(
        self, session: ReadSession, tmp_path: Path
    ) -> None:
        sign(session)
        with pytest.raises(ReadingError) as raised:
            open_with(on_disk(session), tmp_path / "other", charter("recist-1.0"))
        assert str(raised.value) == (
            "the document of this read that is there already has another criteria, criteria hash "
            "than this study; move it away or change the settings"
        )
        assert open_session(tmp_path / "other").draft.lesions
