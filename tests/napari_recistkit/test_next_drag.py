"""What the next drag is: one decision, which tool, title and command follow."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from napari_recistkit.ruler_tool import Stroke
from recistkit.model.mark import Ruler
from recistkit.study.settings import StudySettings
from tests.napari_recistkit.test_room import Desk, place
from tests.reading.sessions import complete_statements, line, sign

NODE = "mesorectal lymph node"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path, None, StudySettings())
    yield made
    made.close()


def sizes(desk: Desk) -> dict[str, tuple[str, str]]:
    """Return both lengths of each lesion at the visit."""
    return {
        mark.lesion: (str(mark.longest_mm), str(mark.short_mm))
        for mark in desk.session.draft.marks.values()
        if mark.timepoint == desk.session.visit
    }


def said_of_next(desk: Desk, series: str = "1.2.3") -> str:
    return desk.room.next_drag(series).text


def beside(length_mm: float, *, right_mm: float) -> Ruler:
    """Return an upright ruler beside the lesion in the middle of the slice."""
    return Ruler(start_mm=(right_mm, -length_mm / 2, 0.0), end_mm=(right_mm, length_mm / 2, 0.0))


def with_neighbours(desk: Desk) -> None:
    """Read a baseline with a target and a node, sign it, and measure the node at month-2."""
    desk.add("target", 50, "liver", at=200)
    desk.room.arm("node")
    desk.draw(line(30))
    desk.draw(line(20, upright=True))
    desk.window.choose_organ(NODE)
    complete_statements(desk.session)
    sign(desk.session)
    desk.room.next_visit(1)
    desk.room.choose_lesion("T2")
    desk.draw(line(30))
    desk.draw(line(20, upright=True))


# The short axis that is lacking


def test_a_drag_for_another_target_is_no_short_axis_of_the_node_before(desk: Desk) -> None:
    desk.room.arm("node")
    desk.draw(line(24))
    assert said_of_next(desk) == "short axis of T1"
    desk.room.arm("target")
    assert said_of_next(desk) == "target"
    desk.draw(beside(20, right_mm=-45))
    assert sizes(desk) == {"T1": ("24.0", "None"), "T2": ("20.0", "None")}


def test_the_same_tool_taken_again_draws_the_next_node(desk: Desk) -> None:
    desk.room.arm("node")
    desk.draw(line(24))
    desk.room.arm("node")
    desk.draw(line(22, upright=True))
    assert sizes(desk) == {"T1": ("24.0", "None"), "T2": ("22.0", "None")}
    assert said_of_next(desk) == "short axis of T2"
    desk.room.disarm()
    desk.room.choose_lesion("T1")
    assert said_of_next(desk) == "short axis of T1"


@pytest.mark.parametrize(
    "drawn",
    [beside(20, right_mm=-45), beside(20, right_mm=13), line(18)],
    ids=["far away", "beyond its end", "along it"],
)
def test_a_short_axis_that_does_not_cross_the_long_one_is_refused(desk: Desk, drawn: Ruler) -> None:
    desk.room.arm("node")
    desk.draw(line(24))
    desk.draw(drawn)
    assert sizes(desk) == {"T1": ("24.0", "None")}
    assert desk.window.said == (
        "drag across the long axis of T1: its short axis is what is drawn next"
    )


def test_on_another_series_a_node_is_measured_anew(desk: Desk) -> None:
    desk.room.arm("node")
    desk.draw(line(24))
    desk.room.disarm()
    assert said_of_next(desk, "1.2.9") == "measures T1"
    desk.draw(line(26), place("1.2.9"))
    (mark,) = desk.session.draft.marks_of("T1", "baseline")
    assert (str(mark.longest_mm), mark.image and mark.image.series) == ("26.0", "1.2.9")
    assert said_of_next(desk, "1.2.9") == "short axis of T1"


def test_undo_of_the_long_axis_ends_the_short_one(desk: Desk) -> None:
    desk.room.arm("node")
    desk.draw(line(24))
    desk.room.undo()
    assert said_of_next(desk) == "node"


def test_the_fragment_that_was_drawn_last_gets_its_short_axis_first(desk: Desk) -> None:
    with_neighbours(desk)
    desk.room.choose_lesion("T2")
    desk.room.split()
    assert said_of_next(desk) == "fragment of T2"
    desk.draw(line(14))
    assert said_of_next(desk) == "short axis of T2-b"
    desk.room.split()
    desk.draw(line(12, at=1))
    assert said_of_next(desk) == "short axis of T2-c"
    desk.draw(line(9, at=1, upright=True))
    desk.room.disarm()
    desk.room.choose_lesion("T2")
    assert said_of_next(desk) == "short axis of T2-b"


# Drags across a neighbour


def test_a_new_target_across_a_neighbour_is_a_new_target(desk: Desk) -> None:
    desk.room.arm("node")
    desk.draw(line(40))
    desk.draw(line(20, upright=True))
    desk.window.choose_organ(NODE)
    desk.room.arm("target")
    desk.draw(line(30, upright=True))
    assert sizes(desk) == {"T1": ("40.0", "20.0"), "T2": ("30.0", "None")}


def test_the_next_node_across_one_that_is_measured_is_a_new_node(desk: Desk) -> None:
    desk.room.arm("node")
    desk.draw(line(40))
    desk.draw(line(20, upright=True))
    desk.window.choose_organ(NODE)
    assert said_of_next(desk) == "node"
    desk.draw(line(30, upright=True))
    assert sizes(desk) == {"T1": ("40.0", "20.0"), "T2": ("30.0", "None")}


def test_the_current_lesion_is_measured_across_its_neighbour(desk: Desk) -> None:
    with_neighbours(desk)
    desk.room.choose_lesion("T1")
    assert said_of_next(desk) == "measures T1"
    desk.draw(line(28, upright=True))
    assert sizes(desk) == {"T2": ("30.0", "20.0"), "T1": ("28.0", "None")}


def test_the_lesion_just_left_gets_a_short_axis_only_right_after_it(desk: Desk) -> None:
    desk.add("target", 50, "liver")
    desk.add("target", 40, "liver", at=40)
    complete_statements(desk.session)
    sign(desk.session)
    desk.room.next_visit(1)
    desk.draw(line(40))
    assert desk.session.lesion == "T2"
    desk.room.no_new_lesions()
    desk.draw(line(22, upright=True))
    assert sizes(desk) == {"T1": ("40.0", "None"), "T2": ("22.0", "None")}


def test_the_current_lesion_may_get_another_short_axis(desk: Desk) -> None:
    with_neighbours(desk)
    desk.room.choose_lesion("T2")
    desk.draw(line(24, upright=True))
    assert sizes(desk)["T2"] == ("30.0", "24.0")


# Whose drag it is


def test_a_drag_for_a_read_that_has_changed_since_is_refused(desk: Desk) -> None:
    desk.room.arm("target")
    stroke = Stroke(drag=desk.room.next_drag("1.2.3"), ruler=line(20), place=place())
    desk.room.disarm()
    desk.room.take_stroke(stroke)
    assert desk.window.said == "the read has changed since this drag began; draw it again"
    assert sizes(desk) == {}


def test_in_a_signed_visit_nothing_is_drawn(desk: Desk) -> None:
    with_neighbours(desk)
    desk.room.next_visit(-1)
    drag = desk.room.next_drag("1.2.3")
    assert (drag.draws, drag.text, drag.may_pull) == ("nothing", "", False)


def test_without_lesion_and_tool_the_title_says_nothing(desk: Desk) -> None:
    assert said_of_next(desk) == ""
