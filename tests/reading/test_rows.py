"""The rows of the lesion table: the values that the engine counts, beside each other."""

from __future__ import annotations

import tempfile
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings

from recistkit.reading.panel import panel_lines
from recistkit.reading.rows import Row
from recistkit.reading.session import ReadSession
from recistkit.study.charter import ShowResponse
from tests.reading.random_commands import ACTIONS, SIGNING, Step, perform, steps
from tests.reading.sessions import (
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
    """The visit after a signed baseline of T1 (50 x 30), node T2 (30 x 20) and NT1."""
    return at_month_2(open_session(tmp_path))


def at_month_2(session: ReadSession) -> ReadSession:
    read_baseline(session)
    sign(session)
    session.go_to_visit("month-2")
    return session


def row(session: ReadSession, name: str) -> Row:
    return next(one for one in session.rows() if one.lesion.id == name)


def sizes(one: Row) -> tuple[Decimal | None, ...]:
    return (one.baseline, one.nadir, one.prior, one.present)


def test_a_node_counts_its_short_axis_and_any_other_lesion_its_long_one(
    session: ReadSession,
) -> None:
    assert (row(session, "T1").axes, row(session, "T1").baseline) == (("longest",), Decimal("50.0"))
    assert (row(session, "T2").axes, row(session, "T2").baseline) == (("short",), Decimal("20.0"))
    assert (row(session, "NT1").axes, row(session, "NT1").baseline) == ((), None)


def test_products_show_both_axes(tmp_path: Path) -> None:
    session = at_month_2(open_session(tmp_path, charter("who-1979")))
    assert row(session, "T1").axes == ("longest", "short")
    assert row(session, "T1").baseline == 1500


def test_values_stand_beside_baseline_nadir_and_prior(session: ReadSession) -> None:
    session.go_to_lesion("T1")
    session.measure(line(30))
    complete_visit(session)
    sign(session)
    session.go_to_visit("month-4")
    session.go_to_lesion("T1")
    session.measure(line(36))
    thirty = Decimal("30.0")
    assert sizes(row(session, "T1")) == (Decimal("50.0"), thirty, thirty, Decimal("36.0"))
    complete_visit(session)
    shown = row(session, "T1")
    assert (shown.from_baseline, shown.from_nadir) == ("-28.0", "+20.0")
    assert (shown.state, shown.prior_state) == ("measured", "measured")


def one_target(folder: Path, rule: ShowResponse, *, then_mm: float, now_mm: float) -> ReadSession:
    """A single target at baseline and month-2, where the statements are still to be made."""
    session = open_session(folder, charter(show_response=rule))
    session.add_lesion("target", longest=line(then_mm))
    session.set_organ("liver")
    complete_statements(session)
    sign(session)
    session.go_to_visit("month-2")
    session.go_to_lesion("T1")
    session.measure(line(now_mm))
    return session


@pytest.mark.parametrize(
    ("rule", "before", "after"),
    [
        ("after-measurement", ("", ""), ("-29.5", "-29.5")),
        ("always", ("-29.5", "-29.5"), ("-29.5", "-29.5")),
        ("never", ("", ""), ("", "")),
    ],
)
def test_changes_are_blank_as_long_as_the_response_is_not_shown(
    tmp_path: Path, rule: ShowResponse, before: tuple[str, str], after: tuple[str, str]
) -> None:
    session = one_target(tmp_path, rule, then_mm=100, now_mm=70.5)
    shown = row(session, "T1")
    assert (shown.from_baseline, shown.from_nadir) == before
    assert sizes(shown) == (Decimal("100.0"), Decimal("100.0"), Decimal("100.0"), Decimal("70.5"))
    complete_visit(session)
    shown = row(session, "T1")
    assert (shown.from_baseline, shown.from_nadir) == after


def test_a_row_never_rounds_a_change_to_the_other_side_of_a_limit(tmp_path: Path) -> None:
    session = one_target(tmp_path, "after-measurement", then_mm=143.5, now_mm=100.5)
    complete_visit(session)
    assert row(session, "T1").from_baseline == "-29.97"
    evaluation = session.shown_evaluation()
    assert evaluation is not None
    assert evaluation.responses is not None
    (panel,) = panel_lines(evaluation.responses, "month-2", session.charter.criteria)
    assert (panel.from_baseline, panel.response) == ("-29.97", "SD")


def test_a_row_without_a_state_shows_none_and_says_so(session: ReadSession) -> None:
    shown = row(session, "T1")
    assert (shown.present, shown.state, shown.prior_state) == (None, None, "measured")
    assert [item.message for item in shown.missing] == ["what is its state?"]
    assert not shown.is_complete


@pytest.mark.parametrize(
    ("state", "present"),
    [("absent", Decimal(0)), ("too-small", Decimal(5)), ("not-evaluable", None)],
)
def test_a_state_without_a_ruler_counts_as_the_criteria_say(
    session: ReadSession, state: str, present: Decimal | None
) -> None:
    session.go_to_lesion("T1")
    session.set_state(state, reason="artefact" if state == "not-evaluable" else None)
    assert row(session, "T1").present == present
    assert row(session, "T1").is_complete


def test_fragments_are_added_and_a_node_that_holds_another_lesion_counts_its_long_axis(
    session: ReadSession,
) -> None:
    session.go_to_lesion("T2")
    session.add_fragment(line(12), line(6, upright=True))
    session.add_fragment(line(9), line(5.5, upright=True))
    assert row(session, "T2").present == Decimal("11.5")
    session.remove_fragment("b")
    session.measure(line(70), line(40, upright=True))
    session.go_to_lesion("T1")
    session.set_state("merged", merged_into="T2")
    assert row(session, "T1").present == 0
    assert row(session, "T2").present == Decimal("70.0")
    assert row(session, "T2").axes == ("longest",)


def test_a_node_without_its_short_axis_is_not_complete(session: ReadSession) -> None:
    session.go_to_lesion("T2")
    session.measure(line(30))
    assert row(session, "T2").present is None
    assert [item.what for item in row(session, "T2").missing] == ["short-axis"]


def test_the_nadir_is_the_visit_with_the_smallest_complete_sum(session: ReadSession) -> None:
    assert session.nadir == "baseline"
    session.go_to_lesion("T1")
    session.measure(line(20))
    session.go_to_lesion("T2")
    session.set_state("not-evaluable", reason="not-imaged")
    complete_visit(session)
    sign(session)
    session.go_to_visit("month-4")
    assert (session.nadir, session.prior) == ("baseline", "month-2")
    session.go_to_visit("month-2")
    session.amend("the node is on the sagittal series")
    session.go_to_lesion("T2")
    session.measure(line(20), line(12, upright=True))
    session.go_to_visit("month-4")
    assert session.nadir == "month-2"


@pytest.mark.parametrize("criteria", ["recist-1.1", "recist-1.0", "who-1979"])
def test_the_rows_add_up_to_the_sum_of_the_engine(criteria: str) -> None:
    everything = (*ACTIONS, *SIGNING, *SIGNING)

    @settings(max_examples=15)
    @given(steps(everything))
    def check(taken: list[Step]) -> None:
        with tempfile.TemporaryDirectory() as folder:
            session = open_session(Path(folder), charter(criteria))
            for step in taken:
                perform(session, step, everything)
                assert_same_sum(session)
            session.close()

    check()


def assert_same_sum(session: ReadSession) -> None:
    """Compare the sum of the rows with the engine's, where the engine has one."""
    evaluation = session.evaluation()
    if evaluation.responses is None or session.visit is None:
        return
    (overall,) = (one for one in evaluation.at(session.visit) if one["compartment"] == "overall")
    targets = [one.present for one in session.rows() if one.lesion.role == "target"]
    known = [size for size in targets if size is not None]
    if targets and len(known) == len(targets):
        assert overall["sum"] == pytest.approx(float(sum(known)), abs=1e-9)
    else:
        assert overall["sum"] is None
