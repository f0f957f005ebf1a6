"""Commands: what a read takes, and what it refuses with a sentence for the reader."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from recistkit.errors import ReadingError
from recistkit.model.mark import ImagePlace, Mark, Ruler
from recistkit.model.read import Lesion
from recistkit.reading.commands_marks import LesionState, add_fragment, measure, set_state
from recistkit.reading.drawing import Drawing
from recistkit.reading.place import Place
from recistkit.reading.session import ReadSession
from recistkit.reading.visits import VisitFacts
from tests.reading.sessions import (
    SUBJECT,
    charter,
    complete_visit,
    line,
    open_session,
    read_baseline,
    sign,
)

DAY = dt.date(2011, 1, 10)
NO_STATE = (
    "is no state of a target: expected measured, too-small, absent, not-evaluable, split, merged"
)


@pytest.fixture
def session(tmp_path: Path) -> ReadSession:
    return open_session(tmp_path, charter(compartments=("primary", "distant")))


@pytest.fixture
def follow_up(tmp_path: Path) -> ReadSession:
    """The visit after a signed baseline of T1 (50 x 30), node T2 (30 x 20) and NT1."""
    session = open_session(tmp_path)
    read_baseline(session)
    sign(session)
    session.go_to_visit("month-2")
    session.go_to_lesion("T1")
    return session


def refusal(session: ReadSession, command: Callable[[], object]) -> str:
    """Return why a command is refused; nothing may have changed."""
    before, revision = session.draft, session.revision
    with pytest.raises(ReadingError) as raised:
        command()
    assert (session.draft, session.revision) == (before, revision)
    return str(raised.value)


def only_mark(session: ReadSession) -> Mark:
    (mark,) = session.draft.marks_of(session.lesion or "", session.visit or "")
    return mark


class TestAddingALesion:
    def test_one_drag_makes_the_lesion_and_its_mark(self, session: ReadSession) -> None:
        image = ImagePlace(series="1.2", slice=3)
        longest, short = line(40.04), line(20, upright=True)
        assert session.add_lesion("target", longest=longest, short=short, image=image) == "T1"
        assert session.draft.followed == (Lesion(id="T1", role="target", nodal=False),)
        assert only_mark(session) == Mark(
            lesion="T1",
            timepoint="baseline",
            date=DAY,
            state="measured",
            longest_mm=Decimal("40.0"),
            short_mm=Decimal("20.0"),
            longest=longest,
            short=short,
            image=image,
        )

    def test_ids_are_counted_per_role(self, follow_up: ReadSession) -> None:
        assert [lesion.id for lesion in follow_up.draft.followed] == ["T1", "T2", "NT1"]
        assert follow_up.add_lesion("new", position_mm=(1.0, 2.0, 3.0)) == "N1"
        assert follow_up.add_lesion("new", longest=line(12), certainty="equivocal") == "N2"

    def test_a_non_target_is_present_where_it_was_clicked(self, session: ReadSession) -> None:
        session.add_lesion("non-target", position_mm=(1.0, 2.0, 3.0))
        assert (only_mark(session).state, only_mark(session).position_mm) == (
            "present",
            (1.0, 2.0, 3.0),
        )

    def test_a_new_lesion_is_not_sure_by_silence(self, follow_up: ReadSession) -> None:
        follow_up.add_lesion("new", longest=line(12))
        assert only_mark(follow_up).certainty is None
        assert "certainty" in {item.what for item in follow_up.missing()}

    def test_nothing_is_new_at_the_baseline(self, session: ReadSession) -> None:
        assert refusal(session, lambda: session.add_lesion("new", longest=line(9))) == (
            "nothing can be new at the baseline; add it as a target or non-target"
        )

    def test_a_target_is_chosen_at_the_baseline(self, follow_up: ReadSession) -> None:
        assert refusal(follow_up, lambda: follow_up.add_lesion("target", longest=line(9))) == (
            "a target is chosen at the baseline; what is found later is new"
        )

    def test_a_target_needs_its_long_axis(self, session: ReadSession) -> None:
        click = lambda: session.add_lesion("target", position_mm=(0.0, 0.0, 0.0))  # noqa: E731
        assert refusal(session, click) == "a target needs its long axis"

    def test_the_date_is_that_of_the_series(self, tmp_path: Path) -> None:
        later = DAY + dt.timedelta(days=1)
        visit = VisitFacts(
            label="baseline", date_first=DAY, date_last=later, series_dates={"1.2": later}
        )
        session = open_session(tmp_path, visits=[visit])
        session.add_lesion("target", longest=line(30), image=ImagePlace(series="1.2"))
        assert only_mark(session).date == later
        session.remember(Place(series="1.2"))
        session.add_lesion("non-target", position_mm=(0.0, 0.0, 0.0))
        assert only_mark(session).date == later
        session.remember(Place())
        session.add_lesion("non-target", position_mm=(0.0, 0.0, 0.0))
        assert only_mark(session).date == DAY


class TestMeasuring:
    @pytest.mark.parametrize(
        ("longest", "short", "message"),
        [
            (
                line(20),
                line(20.1, upright=True),
                "the short axis, 20.1 mm, is longer than the long one, 20.0 mm",
            ),
            (line(0.04), None, "the long axis is 0.0 mm long; expected above 0, up to 1000"),
            (line(1000.1), None, "the long axis is 1000.1 mm long; expected above 0, up to 1000"),
        ],
    )
    def test_a_drawing_that_is_no_mark_is_refused(
        self, follow_up: ReadSession, longest: Ruler, short: Ruler | None, message: str
    ) -> None:
        assert refusal(follow_up, lambda: follow_up.measure(longest, short)) == message

    def test_it_takes_the_place_of_a_state(self, follow_up: ReadSession) -> None:
        follow_up.set_state("not-evaluable", reason="artefact")
        follow_up.measure(line(30))
        mark = only_mark(follow_up)
        assert (mark.state, mark.reason, mark.longest_mm) == ("measured", None, Decimal("30.0"))

    def test_the_size_of_a_non_target_does_not_say_that_it_is_unchanged(
        self, follow_up: ReadSession
    ) -> None:
        follow_up.go_to_lesion("NT1")
        assert refusal(follow_up, lambda: follow_up.measure(line(30))) == (
            "state NT1 first: a size does not say whether it changed"
        )
        follow_up.set_state("progressed")
        follow_up.measure(line(30))
        assert (only_mark(follow_up).state, only_mark(follow_up).longest_mm) == (
            "progressed",
            Decimal("30.0"),
        )
        follow_up.set_state("present")
        assert only_mark(follow_up).longest_mm == Decimal("30.0")

    def test_the_short_axis_is_corrected_alone(self, follow_up: ReadSession) -> None:
        follow_up.measure(line(30), line(15, upright=True))
        follow_up.set_short(line(12.3, upright=True))
        mark = only_mark(follow_up)
        assert (mark.longest_mm, mark.short_mm) == (Decimal("30.0"), Decimal("12.3"))

    def test_a_short_axis_needs_a_long_one(self, follow_up: ReadSession) -> None:
        correct = lambda: follow_up.set_short(line(5))  # noqa: E731
        assert refusal(follow_up, correct) == "there is nothing at this visit yet"
        follow_up.set_state("too-small")
        assert refusal(follow_up, correct) == "draw the long axis of T1 first"

    def test_a_command_without_a_lesion_is_refused(self, follow_up: ReadSession) -> None:
        follow_up.go_to_lesion(None)
        assert refusal(follow_up, lambda: follow_up.measure(line(5))) == "choose a lesion first"

    def test_a_measurement_is_no_click(self, follow_up: ReadSession) -> None:
        click = Drawing(date=dt.date(2011, 3, 11), position_mm=(0.0, 0.0, 0.0))
        rules, draft = follow_up.charter, follow_up.draft
        for command, what in (
            (measure, "measurement needs the"),
            (add_fragment, "fragment needs its"),
        ):
            with pytest.raises(ReadingError, match=f"^a {what} long axis$"):
                command(draft, rules, "month-2", "T1", click)

    def test_a_scan_of_another_visit_is_refused(self, follow_up: ReadSession) -> None:
        drawing = Drawing(date=DAY, longest=line(30))
        with pytest.raises(
            ReadingError, match=r"^the scan of 2011-01-10 does not belong to month-2$"
        ):
            measure(follow_up.draft, follow_up.charter, "month-2", "T1", drawing)

    def test_a_text_that_no_document_takes_is_refused(self, follow_up: ReadSession) -> None:
        follow_up.go_to_lesion("NT1")
        leave = lambda: follow_up.set_state("not-evaluable", reason="x" * 10_001)  # noqa: E731
        assert refusal(follow_up, leave) == "this mark cannot be kept; look at its reason"

    def test_a_ruler_at_infinity_is_refused(self, follow_up: ReadSession) -> None:
        far = Ruler.model_construct(start_mm=(0.0, 0.0, 0.0), end_mm=(math.inf, 0.0, 0.0))
        assert refusal(follow_up, lambda: follow_up.measure(far)) == (
            "the long axis is no ruler: a length of inf mm cannot be committed"
        )


class TestStates:
    @pytest.mark.parametrize("state", ["absent", "too-small"])
    def test_a_target_that_has_no_size(self, follow_up: ReadSession, state: str) -> None:
        follow_up.measure(line(30))
        follow_up.set_state(state)
        mark = only_mark(follow_up)
        assert (mark.state, mark.longest_mm, mark.longest) == (state, None, None)

    def test_a_new_lesion_has_no_state_at_the_baseline(self, follow_up: ReadSession) -> None:
        follow_up.add_lesion("new", longest=line(12), certainty="unequivocal")
        follow_up.go_to_visit("baseline")
        follow_up.amend("seen in retrospect")
        draft, stated = follow_up.draft, LesionState("present")
        message = r"^N1 is a new lesion, which has no state at the baseline$"
        with pytest.raises(ReadingError, match=message):
            set_state(draft, follow_up.charter, "baseline", "N1", Drawing(date=DAY), stated)

    @pytest.mark.parametrize(
        ("said", "message"),
        [
            (
                {"state": "not-evaluable"},
                "a reason goes with not-evaluable, and only with it: why is it?",
            ),
            (
                {"state": "not-evaluable", "reason": "  "},
                "a reason goes with not-evaluable, and only with it: why is it?",
            ),
            (
                {"state": "absent", "reason": "resected"},
                "a reason goes with not-evaluable, and only with it: why is it?",
            ),
            (
                {"state": "merged"},
                "a merged lesion, and only that, names the one that holds its size",
            ),
            (
                {"state": "merged", "merged_into": "T1"},
                "a merged lesion needs another target that holds the common size",
            ),
            (
                {"state": "merged", "merged_into": "NT1"},
                "a merged lesion needs another target that holds the common size",
            ),
            (
                {"state": "present"},
                f"present {NO_STATE}",
            ),
            (
                {"state": "gone"},
                f"gone {NO_STATE}",
            ),
            ({"state": "measured"}, "draw the long axis: measured and split come from a ruler"),
            ({"state": "split"}, "draw the long axis: measured and split come from a ruler"),
        ],
    )
    def test_a_state_without_what_goes_with_it_is_refused(
        self, follow_up: ReadSession, said: dict[str, Any], message: str
    ) -> None:
        assert refusal(follow_up, lambda: follow_up.set_state(**said)) == message

    def test_at_the_baseline_a_target_has_a_size_and_a_non_target_is_there(
        self, session: ReadSession
    ) -> None:
        session.add_lesion("target", longest=line(30))
        assert refusal(session, lambda: session.set_state("absent")) == (
            "at the baseline a target is measured or split; or remove it"
        )
        session.add_lesion("non-target", position_mm=(0.0, 0.0, 0.0))
        assert refusal(session, lambda: session.set_state("progressed")) == (
            "at the baseline a non-target is present or not-evaluable; or remove it"
        )

    def test_a_new_lesion_keeps_its_certainty_until_another_is_stated(
        self, follow_up: ReadSession
    ) -> None:
        follow_up.add_lesion("new", longest=line(12), certainty="equivocal")
        follow_up.set_organ("liver")
        complete_visit(follow_up)
        sign(follow_up)
        follow_up.go_to_visit("month-4")
        follow_up.go_to_lesion("N1")
        follow_up.set_state("present")
        assert only_mark(follow_up).certainty == "equivocal"
        follow_up.set_certainty("unequivocal")
        assert only_mark(follow_up).certainty == "unequivocal"

    def test_where_none_was_stated_none_is_kept(self, follow_up: ReadSession) -> None:
        follow_up.add_lesion("new", longest=line(12))
        follow_up.set_state("present")
        assert only_mark(follow_up).certainty is None

    def test_only_a_new_lesion_has_a_certainty(self, follow_up: ReadSession) -> None:
        assert refusal(follow_up, lambda: follow_up.set_certainty("equivocal")) == (
            "only a new lesion is equivocal or unequivocal"
        )


class TestMergers:
    def test_a_holder_must_have_a_size(self, follow_up: ReadSession) -> None:
        follow_up.set_state("merged", merged_into="T2")
        follow_up.go_to_lesion("T2")
        message = "T2 holds the common size of T1"
        assert refusal(follow_up, lambda: follow_up.set_state("absent")) == message
        merge = lambda: follow_up.set_state("merged", merged_into="T1")  # noqa: E731
        assert refusal(follow_up, merge) == message
        follow_up.measure(line(60), line(40, upright=True))

    def test_a_lesion_that_is_gone_holds_nothing(self, follow_up: ReadSession) -> None:
        follow_up.set_state("absent")
        follow_up.go_to_lesion("T2")
        merge = lambda: follow_up.set_state("merged", merged_into="T1")  # noqa: E731
        assert refusal(follow_up, merge) == "T1 is absent at this visit and holds no size"

    def test_lesions_of_two_compartments_do_not_merge(self, tmp_path: Path) -> None:
        session = open_session(tmp_path, charter(compartments=("primary", "distant")))
        session.add_lesion("target", longest=line(30))
        session.set_organ("rectum", "primary")
        session.add_lesion("target", longest=line(30))
        session.set_organ("liver", "distant")
        complete_visit(session)
        sign(session)
        session.go_to_visit("month-2")
        session.go_to_lesion("T1")
        merge = lambda: session.set_state("merged", merged_into="T2")  # noqa: E731
        assert refusal(session, merge) == "T1 and T2 lie in different compartments and cannot merge"

    def test_a_part_does_not_move_to_another_compartment(self, tmp_path: Path) -> None:
        session = open_session(tmp_path, charter(compartments=("primary", "distant")))
        for _ in range(2):
            session.add_lesion("target", longest=line(30))
            session.set_organ("liver", "distant")
        complete_visit(session)
        sign(session)
        session.go_to_visit("month-2")
        session.go_to_lesion("T1")
        session.set_state("merged", merged_into="T2")
        session.go_to_visit("baseline")
        session.amend("the compartments were wrong")
        session.go_to_lesion("T2")
        assert refusal(session, lambda: session.set_compartment("primary")) == (
            "T1 and T2 lie in different compartments and cannot merge"
        )
        message = "T2 holds the common size of T1"
        assert refusal(session, session.remove_lesion) == message


class TestFragments:
    def test_a_whole_measurement_becomes_the_first_fragment(self, follow_up: ReadSession) -> None:
        follow_up.measure(line(30))
        follow_up.add_fragment(line(10))
        marks = follow_up.draft.marks_of("T1", "month-2")
        assert [(mark.fragment, mark.state, mark.longest_mm) for mark in marks] == [
            ("a", "split", Decimal("30.0")),
            ("b", "split", Decimal("10.0")),
        ]

    def test_one_fragment_is_measured_anew(self, follow_up: ReadSession) -> None:
        follow_up.add_fragment(line(30))
        follow_up.add_fragment(line(10))
        follow_up.measure(line(11), fragment="b")
        marks = follow_up.draft.marks_of("T1", "month-2")
        assert [mark.longest_mm for mark in marks] == [Decimal("30.0"), Decimal("11.0")]

    def test_a_drag_does_not_replace_all_of_them(self, follow_up: ReadSession) -> None:
        follow_up.add_fragment(line(30))
        follow_up.add_fragment(line(10))
        assert refusal(follow_up, lambda: follow_up.measure(line(25))) == (
            "T1 is split here: say which fragment, or remove fragments"
        )

    def test_one_of_three_is_removed(self, follow_up: ReadSession) -> None:
        for length_mm in (30, 10, 11):
            follow_up.add_fragment(line(length_mm))
        follow_up.remove_fragment("b")
        marks = follow_up.draft.marks_of("T1", "month-2")
        assert [(mark.fragment, str(mark.longest_mm)) for mark in marks] == [
            ("a", "30.0"),
            ("c", "11.0"),
        ]
        assert refusal(follow_up, lambda: follow_up.remove_fragment("b")) == "which fragment?"

    def test_the_last_one_left_is_the_whole_lesion(self, follow_up: ReadSession) -> None:
        follow_up.add_fragment(line(30))
        follow_up.add_fragment(line(10))
        follow_up.remove_fragment("a")
        mark = only_mark(follow_up)
        assert (mark.state, mark.fragment, str(mark.longest_mm)) == ("measured", None, "10.0")
        follow_up.measure(line(25))
        assert str(only_mark(follow_up).longest_mm) == "25.0"

    def test_removing_the_only_one_leaves_the_lesion_open(self, follow_up: ReadSession) -> None:
        follow_up.add_fragment(line(30))
        follow_up.remove_fragment("a")
        assert follow_up.draft.marks_of("T1", "month-2") == ()
        follow_up.undo()
        assert only_mark(follow_up).fragment == "a"

    def test_there_is_a_letter_for_each_of_26(self, follow_up: ReadSession) -> None:
        for _ in range(26):
            follow_up.add_fragment(line(10))
        assert refusal(follow_up, lambda: follow_up.add_fragment(line(10))) == (
            "a lesion has at most 26 fragments here"
        )

    def test_one_fragment_alone_is_not_enough(self, follow_up: ReadSession) -> None:
        follow_up.add_fragment(line(30))
        row = follow_up.rows()[0]
        assert [item.message for item in row.missing] == [
            "a split lesion has two fragments at least"
        ]

    def test_a_state_takes_the_place_of_all_fragments(self, follow_up: ReadSession) -> None:
        follow_up.add_fragment(line(30))
        follow_up.add_fragment(line(10))
        follow_up.set_state("absent")
        assert only_mark(follow_up).state == "absent"

    def test_a_non_target_has_none(self, follow_up: ReadSession) -> None:
        follow_up.go_to_lesion("NT1")
        assert refusal(follow_up, lambda: follow_up.add_fragment(line(10))) == (
            "only a target has fragments"
        )

    def test_a_fragment_that_is_not_there_cannot_be_measured(self, follow_up: ReadSession) -> None:
        follow_up.add_fragment(line(30))
        measure = lambda: follow_up.measure(line(10), fragment="c")  # noqa: E731
        assert refusal(follow_up, measure) == "which fragment?"


class TestDescription:
    def test_organ_compartment_and_nodal_are_one_command(self, session: ReadSession) -> None:
        session.add_lesion("target", longest=line(30))
        session.set_organ("mesorectal lymph node", "primary", nodal=True)
        lesion = session.draft.lesions["T1"]
        assert (lesion.organ, lesion.compartment, lesion.nodal) == (
            "mesorectal lymph node",
            "primary",
            True,
        )
        session.undo()
        assert session.draft.lesions["T1"].organ is None

    @pytest.mark.parametrize(
        ("word", "message"),
        [
            ("overall", "'overall' means the whole patient and is no compartment"),
            ("Overall", "'overall' means the whole patient and is no compartment"),
            ("elsewhere", "expected one of primary, distant"),
            ("=1+1", "compartment: one line of text is expected"),
        ],
    )
    def test_a_compartment_that_the_study_has_not_is_refused(
        self, session: ReadSession, word: str, message: str
    ) -> None:
        session.add_lesion("target", longest=line(30))
        assert refusal(session, lambda: session.set_compartment(word)) == message

    def test_a_study_without_compartments_takes_none(self, tmp_path: Path) -> None:
        session = open_session(tmp_path)
        session.add_lesion("target", longest=line(30))
        assert refusal(session, lambda: session.set_compartment("primary")) == (
            "this study has no compartments"
        )

    def test_it_never_changes_once_a_visit_with_the_lesion_is_signed(
        self, follow_up: ReadSession
    ) -> None:
        message = "T1 stands in baseline, which is signed; amend it first"
        assert refusal(follow_up, lambda: follow_up.set_organ("lung")) == message
        assert refusal(follow_up, lambda: follow_up.set_nodal(nodal=True)) == message
        assert refusal(follow_up, follow_up.remove_lesion) == message


class TestStatements:
    def test_a_new_lesion_withdraws_the_statement_that_there_is_none(
        self, follow_up: ReadSession
    ) -> None:
        follow_up.state_new_lesions("none")
        follow_up.add_lesion("new", longest=line(12))
        assert follow_up.draft.timepoints["month-2"].new_lesions is None
        follow_up.undo()
        assert follow_up.draft.timepoints["month-2"].new_lesions == "none"

    def test_a_sure_new_lesion_withdraws_the_statement_that_it_is_equivocal(
        self, follow_up: ReadSession
    ) -> None:
        follow_up.add_lesion("new", longest=line(12), certainty="equivocal")
        follow_up.state_new_lesions("equivocal")
        follow_up.set_certainty("unequivocal")
        assert follow_up.draft.timepoints["month-2"].new_lesions is None

    def test_what_contradicts_the_lesions_is_refused(self, follow_up: ReadSession) -> None:
        follow_up.add_lesion("new", longest=line(12), certainty="equivocal")
        assert refusal(follow_up, lambda: follow_up.state_new_lesions("none")) == (
            "N1 is recorded as new at this visit"
        )
        follow_up.state_new_lesions("equivocal")

    @pytest.mark.parametrize("word", ["equivocal", "unequivocal", "not-assessable"])
    def test_nothing_is_stated_new_at_the_baseline(self, session: ReadSession, word: str) -> None:
        assert refusal(session, lambda: session.state_new_lesions(word)) == (
            "nothing can be new at the baseline"
        )

    def test_a_word_of_no_list_is_refused(self, follow_up: ReadSession) -> None:
        assert refusal(follow_up, lambda: follow_up.state_visit(tumour_marker="high")) == (
            "tumour_marker: this cannot be stated"
        )
        assert refusal(follow_up, lambda: follow_up.state_visit(mood="good")) == (
            "nothing is stated of a visit's mood"
        )

    def test_a_finding_stays_with_a_reason(self, session: ReadSession) -> None:
        session.add_lesion("target", longest=line(8))
        (finding,) = session.open_findings()
        assert finding.code == "below-minimum-size"
        assert refusal(session, lambda: session.acknowledge(finding, " ")) == (
            "why does this finding stay? A reason is expected"
        )
        session.acknowledge(finding, "agreed with the sponsor")
        assert session.findings() == ((finding, "agreed with the sponsor"),)
        assert session.open_findings() == ()
        session.measure(line(8.5))
        assert [item.message for item in session.open_findings()] == [
            "longest diameter 8.5 mm, expected at least 10 mm for a target"
        ]


class TestOrder:
    def test_a_signed_visit_refuses_every_command(self, follow_up: ReadSession) -> None:
        follow_up.go_to_visit("baseline")
        follow_up.go_to_lesion("T1")
        commands: list[Callable[[], object]] = [
            lambda: follow_up.add_lesion("target", longest=line(30)),
            lambda: follow_up.measure(line(30)),
            lambda: follow_up.set_short(line(3)),
            lambda: follow_up.set_state("not-evaluable", reason="artefact"),
            lambda: follow_up.add_fragment(line(3)),
            lambda: follow_up.state_visit(coverage="no pelvis"),
            lambda: follow_up.state_visit(image_quality="poor"),
            lambda: follow_up.state_visit(tumour_marker="normal"),
            lambda: follow_up.state_visit(comment="late thought"),
            lambda: follow_up.sign("Reader A", "read"),
        ]
        for command in commands:
            assert refusal(follow_up, command) == (
                "baseline is signed; only an amendment with a reason opens it"
            )

    def test_a_visit_is_read_after_the_one_before_it_is_signed(
        self, follow_up: ReadSession
    ) -> None:
        follow_up.go_to_visit("month-4")
        follow_up.go_to_lesion("T1")
        message = "month-4 is read after month-2 is signed"
        assert refusal(follow_up, lambda: follow_up.measure(line(30))) == message
        assert refusal(follow_up, lambda: follow_up.sign("Reader A", "read")) == message


def test_a_lesion_or_visit_that_is_not_there_is_said(session: ReadSession) -> None:
    with pytest.raises(ReadingError, match=r"^there is no lesion T9$"):
        measure(session.draft, session.charter, "baseline", "T9", Drawing(date=DAY))
    with pytest.raises(ReadingError, match=r"^choose a visit first$"):
        measure(session.draft, session.charter, "month-9", "T9", Drawing(date=DAY))


def test_subject_and_reader_are_those_of_the_case(session: ReadSession) -> None:
    assert (session.subject, session.reader) == (SUBJECT, "A")
