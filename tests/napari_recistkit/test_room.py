"""What keys and drags do to the read: a real session, and a window that is none."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from napari_recistkit.mark_name import MarkName
from napari_recistkit.room import Room
from napari_recistkit.ruler_tool import Click, Pull, Stroke
from recistkit.errors import OutputError
from recistkit.model.mark import ImagePlace, Ruler
from recistkit.store.journal import Journal
from recistkit.study.charter import Charter
from recistkit.study.settings import CompartmentRule, StudySettings
from tests.napari_recistkit.fake_window import FakeSight, FakeWindow
from tests.reading.sessions import charter, complete_statements, line, open_session, sign


def place(series: str = "1.2.3", slice_number: int = 5) -> ImagePlace:
    return ImagePlace(series=series, slice=slice_number, plane="axial", modality="CT")


class Desk:
    """A room, its window, and what a reader draws on it."""

    def __init__(self, folder: Path, rules: Charter | None, settings: StudySettings) -> None:
        self.journal = Journal.open(folder / "readers" / "A.db", "A")
        self.session = open_session(folder, rules, journal=self.journal)
        self.window = FakeWindow()
        self.sight = FakeSight()
        self.room = Room(self.session, settings, self.window, self.sight)

    def draw(self, ruler: Ruler, where: ImagePlace | None = None) -> None:
        """Drag as the ruler tool hands it on."""
        where = where or place()
        drag = self.room.next_drag(where.series)
        self.room.take_stroke(Stroke(drag=drag, ruler=ruler, place=where))

    @property
    def draws(self) -> str:
        """What the next drag is."""
        return self.room.next_drag(place().series).draws

    def add(self, tool: str, length_mm: float, organ: str, at: float = 0.0) -> None:
        """Add a lesion at the baseline with one drag (two for a node) and its organ."""
        self.room.arm(tool)
        self.draw(line(length_mm, at=at))
        if self.draws == "short":
            self.draw(line(length_mm * 0.75, at=at, upright=True))
        self.window.choose_organ(organ)

    def read_baseline(self) -> None:
        """Read a target in the liver, a node, and a non-target; sign."""
        self.add("target", 50, "liver", at=0)
        self.add("node", 24, "mesorectal lymph node", at=40)
        self.add("non-target", 12, "lung", at=80)
        complete_statements(self.session)
        sign(self.session)
        self.room.next_visit(1)

    @property
    def states(self) -> dict[str, str | None]:
        return {row.lesion.id: row.state for row in self.session.rows()}

    def close(self) -> None:
        self.room.close()
        self.session.close()


@pytest.fixture
def desks() -> Iterator[list[Desk]]:
    made: list[Desk] = []
    yield made
    for desk in made:
        desk.close()


@pytest.fixture
def desk(tmp_path: Path, desks: list[Desk]) -> Desk:
    desks.append(Desk(tmp_path, None, StudySettings()))
    return desks[0]


@pytest.fixture
def follow_up(desk: Desk) -> Desk:
    desk.read_baseline()
    return desk


@pytest.fixture
def zoned(tmp_path: Path, desks: list[Desk]) -> Desk:
    """A desk in a study with two compartments."""
    rules = (CompartmentRule(name="primary", organs=("rectum",)), CompartmentRule(name="distant"))
    desks.append(
        Desk(
            tmp_path,
            charter(compartments=("primary", "distant")),
            StudySettings(compartments=rules),
        )
    )
    return desks[0]


# What a drag means


def test_a_target_stays_armed_and_asks_for_its_organ(desk: Desk) -> None:
    desk.room.arm("target")
    desk.draw(line(50))
    assert (desk.window.organ_of, desk.room.armed) == ("T1", "target")
    assert desk.window.said == "T1: measured 50.0 mm; in which organ is it?"
    desk.window.choose_organ("liver")
    assert desk.window.said == "T1 liver: measured 50.0 mm"
    desk.draw(line(20, at=40))
    assert desk.window.organ_of == "T2"
    assert [row.lesion.id for row in desk.session.rows()] == ["T1", "T2"]


def test_the_short_axis_that_is_proposed_is_no_measurement(desk: Desk) -> None:
    desk.room.arm("target")
    desk.draw(line(50))
    (mark,) = desk.session.draft.marks_of("T1", "baseline")
    assert (mark.longest_mm, mark.short_mm, mark.short) == (Decimal("50.0"), None, None)


def test_a_node_needs_its_short_axis_before_its_organ_is_asked(desk: Desk) -> None:
    desk.room.arm("node")
    desk.draw(line(30))
    assert desk.window.said.startswith("T1: measured 30.0 mm")
    assert "the short axis is not measured" in desk.window.said
    assert desk.draws == "short"
    desk.draw(line(20, upright=True))
    assert desk.window.organ_of == "T1"
    desk.window.choose_organ("mesorectal lymph node")
    (mark,) = desk.session.draft.marks_of("T1", "baseline")
    assert (mark.longest_mm, mark.short_mm) == (Decimal("30.0"), Decimal("20.0"))
    assert desk.session.draft.lesions["T1"].nodal


def test_a_short_axis_drawn_longer_becomes_the_long_one(desk: Desk) -> None:
    desk.room.arm("node")
    desk.draw(line(20))
    desk.draw(line(32, upright=True))
    (mark,) = desk.session.draft.marks_of("T1", "baseline")
    assert (mark.longest, mark.short) == (line(32, upright=True), line(20))
    assert (mark.longest_mm, mark.short_mm) == (Decimal("32.0"), Decimal("20.0"))


def test_a_short_axis_on_another_slice_is_refused(desk: Desk) -> None:
    desk.room.arm("node")
    desk.draw(line(30))
    desk.draw(line(20, upright=True), place(slice_number=6))
    assert desk.window.said == "the long axis of T1 is on another slice or series; go back to it"
    assert desk.session.draft.marks_of("T1", "baseline")[0].short is None


def test_a_drag_across_the_long_axis_corrects_the_short_one_also_while_armed(desk: Desk) -> None:
    desk.add("target", 50, "liver")
    desk.draw(line(30, upright=True))
    (mark,) = desk.session.draft.marks_of("T1", "baseline")
    assert (mark.longest_mm, mark.short_mm) == (Decimal("50.0"), Decimal("30.0"))
    assert desk.states == {"T1": "measured"}


def test_a_drag_across_a_lesion_that_was_just_left_is_of_that_lesion(follow_up: Desk) -> None:
    follow_up.draw(line(40))
    assert follow_up.session.lesion == "T2"
    follow_up.draw(line(22, upright=True))
    (mark,) = follow_up.session.draft.marks_of("T1", "month-2")
    assert (mark.longest_mm, mark.short_mm) == (Decimal("40.0"), Decimal("22.0"))
    assert (follow_up.states["T2"], follow_up.session.lesion) == (None, "T2")
    assert follow_up.window.said == "T1 liver: measured 40.0 × 22.0 mm"


def test_a_drag_beside_the_lesion_measures_it_anew(desk: Desk) -> None:
    desk.add("target", 50, "liver")
    desk.room.disarm()
    desk.draw(line(44, at=10))
    assert desk.states == {"T1": "measured"}
    assert desk.session.rows()[0].present == Decimal("44.0")


def test_a_pull_keeps_what_was_pulled(desk: Desk) -> None:
    desk.add("target", 50, "liver")
    longest, short = line(48), line(25, upright=True)
    desk.room.take_pull(Pull(longest=longest, short=short, key=MarkName("T1", None), place=place()))
    (mark,) = desk.session.draft.marks_of("T1", "baseline")
    assert (mark.longest_mm, mark.short_mm) == (Decimal("48.0"), Decimal("25.0"))
    assert desk.window.said == "T1 liver: measured 48.0 × 25.0 mm"


def test_a_pulled_short_axis_alone_leaves_the_long_one(desk: Desk) -> None:
    desk.add("target", 50, "liver")
    short = line(31, upright=True)
    desk.room.take_pull(Pull(longest=None, short=short, key=MarkName("T1", None), place=place()))
    (mark,) = desk.session.draft.marks_of("T1", "baseline")
    assert (mark.longest_mm, mark.short_mm) == (Decimal("50.0"), Decimal("31.0"))


def test_a_pull_of_what_is_no_mark_of_the_read_does_nothing(desk: Desk) -> None:
    desk.room.take_pull(Pull(longest=line(9), short=None, key="else", place=place()))
    assert (desk.session.draft.marks, desk.window.said) == ({}, "")


def test_a_non_target_needs_only_a_click(desk: Desk) -> None:
    desk.room.arm("non-target")
    desk.room.take_click(Click((1.0, 2.0, 3.0), place()))
    assert (desk.states, desk.window.organ_of) == ({"NT1": "present"}, "NT1")
    (mark,) = desk.session.draft.marks_of("NT1", "baseline")
    assert mark.position_mm == (1.0, 2.0, 3.0)


def test_a_click_measures_nothing(desk: Desk) -> None:
    desk.room.arm("target")
    desk.room.take_click(Click((1.0, 2.0, 3.0), place()))
    assert desk.window.said == "drag along the long axis; a click is no measurement"
    assert desk.states == {}


def test_a_drag_without_lesion_and_tool_says_what_to_press(desk: Desk) -> None:
    desk.draw(line(20))
    assert desk.window.said == "choose a lesion, or press T, N, O or W for a new one"


# Tools


@pytest.mark.parametrize("tool", ["target", "node", "non-target"])
def test_lesions_of_the_baseline_are_refused_at_once_at_a_follow_up(
    follow_up: Desk, tool: str
) -> None:
    follow_up.room.arm(tool)
    assert follow_up.room.armed is None
    said = "targets and non-targets are chosen at the baseline; W is new"
    assert follow_up.window.said == said


def test_new_lesions_are_refused_at_the_baseline(desk: Desk) -> None:
    desk.room.arm("new")
    assert desk.room.armed is None
    assert desk.window.said == "nothing is new at the baseline; T, N and O are for its lesions"


def test_the_message_of_a_tool_goes_with_the_tool(desk: Desk) -> None:
    desk.room.arm("target")
    assert desk.window.said == "new target: drag its long axis"
    desk.room.disarm()
    assert (desk.window.said, desk.room.armed) == ("", None)


def test_a_new_lesion_is_sure_or_equivocal_by_one_key(follow_up: Desk) -> None:
    follow_up.room.arm("new")
    follow_up.draw(line(11, at=120))
    follow_up.window.choose_organ("lung")
    assert follow_up.window.said == "N1 lung: present 11.0 mm; is it equivocal or unequivocal?"
    follow_up.room.toggle_certainty()
    assert follow_up.window.said == "N1 lung: present 11.0 mm (unequivocal)"
    follow_up.room.toggle_certainty()
    assert follow_up.window.said == "N1 lung: present 11.0 mm (equivocal)"


def test_each_drag_is_a_fragment_of_the_split_lesion(follow_up: Desk) -> None:
    follow_up.room.split()
    follow_up.draw(line(15))
    follow_up.draw(line(12, at=15))
    assert follow_up.window.said == "T1 liver: split 15.0 + 12.0 mm"
    follow_up.room.disarm()
    assert follow_up.session.lesion == "T2"
    assert follow_up.states["T1"] == "split"


def test_each_fragment_of_a_node_gets_its_short_axis(follow_up: Desk) -> None:
    follow_up.room.next_lesion(1)
    follow_up.room.split()
    for at in (0.0, 20.0):
        follow_up.draw(line(14, at=at))
        follow_up.draw(line(9, at=at, upright=True))
    marks = follow_up.session.draft.marks_of("T2", "month-2")
    assert [(mark.fragment, mark.short_mm) for mark in marks] == [
        ("a", Decimal("9.0")),
        ("b", Decimal("9.0")),
    ]


def test_splitting_ends_where_another_lesion_is_worked_on(follow_up: Desk) -> None:
    follow_up.room.split()
    follow_up.draw(line(15))
    follow_up.room.next_lesion(1)
    assert follow_up.room.armed is None
    follow_up.draw(line(14, at=40))
    assert follow_up.states["T2"] == "measured"


def test_a_non_target_is_not_split(follow_up: Desk) -> None:
    follow_up.room.choose_lesion("NT1")
    follow_up.room.split()
    assert (follow_up.window.said, follow_up.room.armed) == ("only a target has fragments", None)


def split_in(desk: Desk, *lengths_mm: float) -> None:
    """Split the current target into fragments."""
    desk.room.split()
    for number, length_mm in enumerate(lengths_mm):
        desk.draw(line(length_mm, at=20.0 * number))


def fragments(desk: Desk, visit: str = "month-2") -> list[tuple[str | None, str]]:
    marks = desk.session.draft.marks_of("T1", visit)
    return [(mark.fragment, str(mark.longest_mm)) for mark in marks]


def test_one_fragment_is_removed_by_its_number_and_undo_brings_it_back(follow_up: Desk) -> None:
    split_in(follow_up, 15, 12, 11)
    follow_up.room.remove_fragment()
    form = follow_up.window.form
    assert form is not None
    assert form.title == "remove a fragment of T1"
    texts = [choice.text for choice in form.questions[0].choices]
    assert texts == ["a: 15.0 mm", "b: 12.0 mm", "c: 11.0 mm"]
    follow_up.window.answer(fragment="b")
    assert follow_up.window.said == "fragment b of T1 is removed; undo (Ctrl+Z) brings it back"
    assert fragments(follow_up) == [("a", "15.0"), ("c", "11.0")]
    follow_up.room.undo()
    assert fragments(follow_up) == [("a", "15.0"), ("b", "12.0"), ("c", "11.0")]


def test_the_last_but_one_fragment_leaves_the_lesion_whole(follow_up: Desk) -> None:
    split_in(follow_up, 15, 12)
    follow_up.room.remove_fragment()
    follow_up.window.answer(fragment="a")
    assert (fragments(follow_up), follow_up.states["T1"]) == ([(None, "12.0")], "measured")


def test_the_last_fragment_is_not_removed_but_what_to_do_is_said(follow_up: Desk) -> None:
    split_in(follow_up, 15)
    follow_up.room.remove_fragment()
    assert (follow_up.window.form, fragments(follow_up)) == (None, [("a", "15.0")])
    assert follow_up.window.said == (
        "this is the only fragment of T1: draw another one (V), or state the lesion anew (X, S, E)"
    )


def test_a_lesion_that_is_whole_has_no_fragment_to_remove(desk: Desk) -> None:
    desk.add("target", 50, "liver")
    desk.room.disarm()
    desk.room.choose_lesion("T1")
    desk.room.split()
    desk.draw(line(20, at=20))
    desk.room.remove_fragment()
    desk.window.answer(fragment="a")
    assert fragments(desk, "baseline") == [(None, "20.0")]
    desk.room.remove_fragment()
    assert desk.window.said == "T1 has no fragments here; V lets each drag be one"


def test_fragments_that_changed_while_they_were_asked_about_stay(follow_up: Desk) -> None:
    split_in(follow_up, 15, 12, 11)
    follow_up.room.remove_fragment()
    follow_up.room.undo()
    follow_up.window.answer(fragment="b")
    assert follow_up.window.said == "the fragments of T1 were changed meanwhile; look again"
    assert fragments(follow_up) == [("a", "15.0"), ("b", "12.0")]


# Lesions


def test_the_organ_says_the_compartment_and_that_it_is_a_node(zoned: Desk) -> None:
    zoned.add("target", 40, "rectum")
    zoned.add("target", 30, "inguinal lymph node", at=50)
    lesions = zoned.session.draft.lesions
    assert [(one.compartment, one.nodal) for one in lesions.values()] == [
        ("primary", False),
        ("distant", True),
    ]


def test_the_compartment_goes_round(zoned: Desk) -> None:
    zoned.add("target", 40, "rectum")
    zoned.room.next_compartment()
    assert zoned.window.said == "T1: distant"
    zoned.room.next_compartment()
    assert zoned.session.draft.lesions["T1"].compartment == "primary"


def test_a_study_without_compartments_says_so(desk: Desk) -> None:
    desk.add("target", 40, "rectum")
    desk.room.next_compartment()
    assert desk.window.said == "this study has no compartments"


def test_a_lesion_is_nodal_or_not_by_one_key(desk: Desk) -> None:
    desk.add("target", 40, "pelvis")
    desk.room.toggle_nodal()
    assert (desk.window.said, desk.session.draft.lesions["T1"].nodal) == ("T1: nodal", True)
    desk.room.toggle_nodal()
    assert (desk.window.said, desk.session.draft.lesions["T1"].nodal) == ("T1: not nodal", False)


def test_an_organ_goes_to_the_lesion_that_was_asked_about(desk: Desk) -> None:
    desk.add("target", 40, "rectum")
    desk.add("target", 30, "liver", at=50)
    desk.room.choose_lesion("T1")
    desk.room.edit_organ()
    desk.room.choose_lesion("T2")
    desk.window.choose_organ("colon")
    organs = [lesion.organ for lesion in desk.session.draft.lesions.values()]
    assert organs == ["colon", "liver"]


def test_a_lesion_that_is_removed_comes_back_by_undo(desk: Desk) -> None:
    desk.add("target", 40, "rectum")
    before = desk.session.draft
    desk.room.remove_lesion()
    assert (desk.states, desk.session.lesion) == ({}, None)
    assert desk.window.said == "T1 is removed; undo (Ctrl+Z) brings it back"
    desk.room.undo()
    assert desk.session.draft == before
    assert desk.window.said == "undone; T1 rectum: measured 40.0 mm"
    desk.room.redo()
    assert (desk.states, desk.window.said) == ({}, "done again")


def test_lesions_go_round(follow_up: Desk) -> None:
    seen = []
    for _ in range(4):
        seen.append(follow_up.session.lesion)
        follow_up.room.next_lesion(1)
    assert seen == ["T1", "T2", "NT1", "T1"]
    assert follow_up.window.said == "T2 mesorectal lymph node: what is its state?"


# States


def test_every_state_goes_on_to_the_next_lesion_that_has_none(follow_up: Desk) -> None:
    follow_up.room.set_state("absent")
    assert (follow_up.session.lesion, follow_up.window.said) == ("T2", "T1 liver: absent")
    follow_up.room.set_state("too-small")
    assert follow_up.session.lesion == "NT1"
    follow_up.room.set_state("present")
    assert follow_up.states == {"T1": "absent", "T2": "too-small", "NT1": "present"}
    assert follow_up.session.lesion == "NT1"


def test_a_measurement_goes_on_too(follow_up: Desk) -> None:
    follow_up.draw(line(40))
    assert (follow_up.session.lesion, follow_up.window.said) == (
        "T2",
        "T1 liver: measured 40.0 mm",
    )


def test_not_evaluable_asks_why(follow_up: Desk) -> None:
    follow_up.room.not_evaluable()
    assert follow_up.window.form is not None
    assert follow_up.window.form.title == "T1 is not evaluable"
    assert follow_up.states["T1"] is None
    follow_up.window.answer(reason="artefact")
    assert follow_up.window.said == "T1 liver: not evaluable (artefact)"
    assert follow_up.session.lesion == "T2"


def test_an_answer_goes_to_the_lesion_that_was_asked_about(follow_up: Desk) -> None:
    follow_up.room.not_evaluable()
    follow_up.room.next_lesion(1)
    follow_up.window.answer(reason="artefact")
    assert follow_up.states == {"T1": "not-evaluable", "T2": None, "NT1": None}


def test_merged_asks_into_which_target(zoned: Desk) -> None:
    zoned.add("target", 40, "liver")
    zoned.add("target", 30, "liver", at=50)
    complete_statements(zoned.session)
    sign(zoned.session)
    zoned.room.next_visit(1)
    zoned.draw(line(60))
    zoned.room.merge()
    form = zoned.window.form
    assert form is not None
    assert [choice.text for choice in form.questions[0].choices] == ["T1 liver"]
    zoned.window.answer(merged_into="T1")
    assert zoned.window.said == "T2 liver: merged (T1)"


def test_only_a_target_is_merged_and_only_into_another(follow_up: Desk) -> None:
    follow_up.room.choose_lesion("NT1")
    follow_up.room.merge()
    assert follow_up.window.said == "only a target is merged, into another target"
    assert follow_up.window.form is None


def test_complete_response_is_for_non_targets(follow_up: Desk) -> None:
    follow_up.room.complete_response()
    assert follow_up.window.said == "C is for non-targets; a target that is gone is absent (X)"
    follow_up.room.choose_lesion("NT1")
    follow_up.room.complete_response()
    assert follow_up.states == {"T1": None, "T2": None, "NT1": "absent"}


@pytest.mark.parametrize(
    ("lesion", "state", "said"),
    [
        ("T1", "present", "present is no state of a target"),
        ("NT1", "too-small", "too-small is no state of a non-target"),
        ("T1", "progressed", "progressed is no state of a target"),
    ],
)
def test_a_state_that_the_lesion_cannot_have_is_refused(
    follow_up: Desk, lesion: str, state: str, said: str
) -> None:
    before = follow_up.session.draft
    follow_up.room.choose_lesion(lesion)
    follow_up.room.set_state(state)
    assert follow_up.window.said.startswith(said)
    assert follow_up.session.draft is before


# The visit


def test_the_statements_are_one_key_each(follow_up: Desk) -> None:
    follow_up.room.no_new_lesions()
    assert follow_up.window.said == "month-2: no new lesions"
    follow_up.room.complete_and_adequate()
    assert follow_up.window.said == "month-2: coverage complete, image quality adequate"
    stated = follow_up.session.draft.timepoints["month-2"]
    assert (stated.new_lesions, stated.coverage, stated.image_quality) == (
        "none",
        "complete",
        "adequate",
    )


def test_nothing_is_new_at_the_baseline(desk: Desk) -> None:
    desk.room.no_new_lesions()
    assert desk.window.said == "nothing is new at the baseline"
    desk.room.edit_statement()
    assert desk.window.form is not None
    assert [question.name for question in desk.window.form.questions] == [
        "coverage",
        "image_quality",
        "tumour_marker",
        "comment",
    ]


def test_a_statement_in_other_words(follow_up: Desk) -> None:
    follow_up.room.edit_statement()
    follow_up.window.answer(
        new_lesions="not-assessable",
        coverage="pelvis not covered",
        image_quality="limited",
        comment="motion",
    )
    stated = follow_up.session.draft.timepoints["month-2"]
    assert (stated.new_lesions, stated.coverage) == ("not-assessable", "pelvis not covered")
    assert (stated.image_quality, stated.tumour_marker) == ("limited", None)
    assert stated.comment == "motion"


def test_findings_are_acknowledged_one_after_the_other(desk: Desk) -> None:
    desk.add("target", 8, "liver")
    (finding,) = desk.session.open_findings()
    desk.room.acknowledge()
    form = desk.window.form
    assert form is not None
    assert (form.title, form.text) == (
        f"acknowledge: {finding.code}",
        f"baseline T1: {finding.message}",
    )
    desk.window.answer(reason="clearly malignant")
    assert desk.window.said == f"acknowledged: {finding.code}"
    assert desk.session.open_findings() == ()
    desk.room.acknowledge()
    assert desk.window.said == "no finding is open"


def test_an_acknowledgement_needs_a_reason(desk: Desk) -> None:
    desk.add("target", 8, "liver")
    desk.room.acknowledge()
    desk.window.answer(reason=" ")
    assert desk.window.said == "why does this finding stay? A reason is expected"
    assert len(desk.session.open_findings()) == 1


# Signing


def complete(desk: Desk) -> None:
    """Say everything of month-2 but sign it."""
    desk.draw(line(30))
    desk.draw(line(20, at=40))
    desk.draw(line(12, at=40, upright=True))
    desk.room.set_state("present")
    desk.room.no_new_lesions()
    desk.room.complete_and_adequate()


def test_signing_says_what_is_missing(follow_up: Desk) -> None:
    follow_up.draw(line(40))
    follow_up.room.sign()
    assert follow_up.window.form is None
    assert follow_up.window.said == (
        "still to say: T2, NT1: what is its state?; are there new lesions?; "
        "is the coverage complete?; is the image quality adequate?"
    )


def test_a_visit_is_signed_with_name_and_meaning(follow_up: Desk) -> None:
    complete(follow_up)
    follow_up.room.sign()
    form = follow_up.window.form
    assert form is not None
    assert form.text == follow_up.session.summary()
    assert [question.value for question in form.questions] == ["Reader A", "read"]
    follow_up.window.answer()
    assert follow_up.session.locked
    assert follow_up.window.signatures == 1
    assert follow_up.window.said == "month-2 is signed"
    assert follow_up.session.document.exists()


def test_what_was_changed_after_the_summary_is_not_signed(follow_up: Desk) -> None:
    complete(follow_up)
    follow_up.room.sign()
    follow_up.room.choose_lesion("T1")
    follow_up.draw(line(41, at=3))
    follow_up.window.answer()
    assert not follow_up.session.locked
    assert follow_up.window.said == "month-2 is not what the summary showed; look at it again"


def test_a_signature_needs_a_meaning(follow_up: Desk) -> None:
    complete(follow_up)
    follow_up.room.sign()
    follow_up.window.answer(meaning="")
    assert not follow_up.session.locked
    assert follow_up.window.said == "a signature needs a name and a meaning, each on one line"
    assert follow_up.window.signatures == 0


def test_a_document_that_is_not_written_is_said_and_the_signature_stays(
    follow_up: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_given: object) -> None:
        raise OutputError("RK-001_reader-A.json cannot be written: No space left on device")

    complete(follow_up)
    follow_up.room.sign()
    monkeypatch.setattr("recistkit.reading.signing.save_read_document", full)
    follow_up.window.answer()
    assert follow_up.session.locked
    assert follow_up.window.said == (
        "month-2 is signed, but RK-001_reader-A.json cannot be written: No space left on device; "
        "the document is written when the case is opened again"
    )


def test_a_signed_visit_is_changed_only_after_an_amendment(follow_up: Desk) -> None:
    complete(follow_up)
    follow_up.room.sign()
    follow_up.window.answer()
    before = follow_up.session.draft
    refused: list[Any] = [
        lambda: follow_up.room.set_state("absent"),
        lambda: follow_up.room.arm("new"),
        follow_up.room.not_evaluable,
        follow_up.room.merge,
        follow_up.room.split,
        follow_up.room.remove_fragment,
        follow_up.room.edit_organ,
        follow_up.room.edit_statement,
        follow_up.room.no_new_lesions,
        follow_up.room.complete_and_adequate,
        follow_up.room.remove_lesion,
        follow_up.room.sign,
    ]
    for command in refused:
        follow_up.window.form = None
        command()
        assert follow_up.window.said == (
            "month-2 is signed; only an amendment with a reason opens it"
        )
        assert follow_up.window.form is None
    assert (follow_up.session.draft, follow_up.window.organ_of) == (before, None)
    follow_up.room.amend()
    follow_up.window.answer(reason="wrong slice")
    assert follow_up.window.said == "month-2 is open again; what is changed is recorded"
    follow_up.room.choose_lesion("NT1")
    follow_up.room.set_state("progressed")
    assert follow_up.states["NT1"] == "progressed"


def test_an_open_visit_needs_no_amendment(follow_up: Desk) -> None:
    follow_up.room.amend()
    assert follow_up.window.said == "month-2 is not signed, and needs no amendment"
    assert follow_up.window.form is None


def test_visits_are_gone_through_and_end(follow_up: Desk) -> None:
    follow_up.room.next_visit(-1)
    assert (follow_up.session.visit, follow_up.session.lesion) == ("baseline", "T1")
    follow_up.room.next_visit(-1)
    assert follow_up.window.said == "this is the first visit"
    follow_up.room.next_visit(1)
    follow_up.room.next_visit(1)
    assert follow_up.session.visit == "month-4"
    follow_up.room.set_state("absent")
    assert follow_up.window.said == "month-4 is read after month-2 is signed"
    follow_up.room.next_visit(1)
    assert follow_up.window.said == "this is the last visit"


def test_undo_says_when_there_is_nothing(desk: Desk) -> None:
    desk.room.undo()
    assert desk.window.said == "there is nothing to undo since the visit was opened or signed"
    desk.room.redo()
    assert desk.window.said == "there is nothing to redo"


def test_a_command_that_is_not_saved_is_said_and_changes_nothing(
    follow_up: Desk, tmp_path: Path
) -> None:
    other = open_session(tmp_path)
    other.state_visit(comment="from another window")
    other.close()
    before = follow_up.session.draft
    follow_up.draw(line(40))
    assert follow_up.window.said == (
        "NOT saved: this read was changed in another window or on another machine; "
        "close this one and open the case again"
    )
    assert follow_up.session.draft is before
    assert follow_up.session.lesion == "T1"


def test_a_command_shows_the_session_once(follow_up: Desk) -> None:
    before = follow_up.window.refreshed
    follow_up.draw(line(40))
    assert (follow_up.session.lesion, follow_up.window.refreshed) == ("T2", before + 1)


def test_everything_is_saved_as_it_is_made(desk: Desk) -> None:
    desk.room.say_saved()
    assert desk.window.said == "everything is saved as it is made"


def test_without_a_lesion_every_key_says_that_one_is_needed(desk: Desk) -> None:
    keys: list[Any] = [
        desk.room.edit_organ,
        desk.room.toggle_nodal,
        desk.room.next_compartment,
        desk.room.remove_lesion,
        desk.room.not_evaluable,
        desk.room.merge,
        desk.room.split,
        desk.room.remove_fragment,
        desk.room.toggle_certainty,
        desk.room.complete_response,
        lambda: desk.room.set_state("absent"),
    ]
    for key in keys:
        desk.window.said = ""
        key()
        assert desk.window.said == "choose a lesion first"
    assert desk.window.form is None
