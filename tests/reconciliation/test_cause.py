"""What a disagreement is put down to."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from recistkit.reconciliation import reconcile
from tests.reconciliation.tables import (
    best_table,
    mark,
    marks_table,
    reads_table,
    responses_table,
)

PR_OR_SD = """
S1 A overall PR 2020-03-01
S1 B overall SD
"""


def cause_of(
    best: str,
    responses: str,
    reads: str | pl.DataFrame | None = None,
    variable: str = "best_response",
) -> str:
    """Return the cause of the one disagreement of the overall row."""
    result = reconcile(
        best_table(best),
        responses_table(responses),
        readers=("A", "B"),
        reads=reads_table(reads) if isinstance(reads, str) else reads,
        compare=[variable],
    )
    rows = result.reconciled.filter(pl.col("compartment") == "overall")
    assert rows["status"].to_list() == ["adjudication-needed"]
    cause = rows["cause"].item()
    assert isinstance(cause, str)
    return cause


def visit(first: str, second: str, label: str = "m2", date: str = "2020-03-01") -> str:
    """Return one visit of both readers: target, non-target, new lesion, response, flags."""
    return f"""
S1 A overall base 2020-01-01
S1 B overall base 2020-01-01
S1 A overall {label} {date} {first}
S1 B overall {label} {date} {second}"""


SAME_ORGANS = """
S1 A base T1 - liver false 30000
S1 B base L1 - Liver false 31000
"""
OTHER_ORGANS = """
S1 A base T1 - liver false 30000
S1 B base L1 - lung false 31000
"""

COMPONENTS = {
    "a new lesion": ("PR CR unequivocal PD", "PR CR none PR", "new-lesion"),
    "a new lesion before anything else": ("SD PD unequivocal PD", "PR CR none PR", "new-lesion"),
    "an equivocal one is none": ("SD CR equivocal SD", "PR CR none PR", "measurement"),
    "no statement on new lesions is none": ("SD CR - SD", "PR CR none PR", "measurement"),
    "non-target progression": ("PR PD none PD", "PR CR none PR", "non-target"),
    "non-target progression before targets": ("SD PD none PD", "PR CR none PR", "non-target"),
    "targets before other non-targets": ("SD CR none SD", "PR NE none PR", "measurement"),
    "non-targets alone": ("CR NON-CR/NON-PD none PR", "CR CR none CR", "non-target"),
    "nothing that can be seen": ("SD CR none PD", "SD CR none SD", "undetermined"),
}


@pytest.mark.parametrize("name", COMPONENTS)
def test_the_cause_is_the_component_that_differs(name: str) -> None:
    first, second, cause = COMPONENTS[name]
    assert cause_of(PR_OR_SD, visit(first, second), SAME_ORGANS) == cause


def test_other_organs_at_baseline_are_another_selection() -> None:
    responses = visit("PR NA none PR", "SD NA none SD")
    assert cause_of(PR_OR_SD, responses, OTHER_ORGANS) == "selection"


def test_a_node_is_not_a_lesion_of_its_organ() -> None:
    responses = visit("PR NA none PR", "SD NA none SD")
    reads = "S1 A base T1 - pelvis true 20000\nS1 B base L1 - pelvis false 21000"
    assert cause_of(PR_OR_SD, responses, reads) == "selection"


def test_targets_of_one_reader_only_are_another_selection() -> None:
    responses = visit("PR NA none PR", "NA CR none CR")
    reads = "S1 A base T1 - liver false 20000 0 0 0"
    assert cause_of(PR_OR_SD, responses, reads) == "selection"


def test_without_the_reads_selection_and_measurement_are_not_told_apart() -> None:
    responses = visit("PR NA none PR", "SD NA none SD")
    assert cause_of(PR_OR_SD, responses) == "undetermined"


PLACES = {
    "the same place": ("30000 0 0 0", "30000 6 8 0", "measurement"),
    "beyond 10 mm": ("20000 0 0 0", "20000 6 8 0.1", "selection"),
    "within half of the larger one": ("60000 0 0 0", "20000 0 0 30", "measurement"),
    "a place not stated": ("30000 0 0 0", "30000 - - -", "measurement"),
}


@pytest.mark.parametrize("name", PLACES)
def test_places_tell_two_lesions_of_one_organ_apart(name: str) -> None:
    first, second, cause = PLACES[name]
    reads = f"S1 A base T1 - liver false {first}\nS1 B base L1 - liver false {second}"
    assert cause_of(PR_OR_SD, visit("PR NA none PR", "SD NA none SD"), reads) == cause


def test_places_go_before_the_names_of_organs() -> None:
    reads = "S1 A base T1 - liver false 20000 0 0 0\nS1 B base L1 - hepar false 20000 1 0 0"
    assert cause_of(PR_OR_SD, visit("PR NA none PR", "SD NA none SD"), reads) == "measurement"


FRAMES: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "places far apart in one series": ({}, {}, "selection"),
    "places far apart in one frame": (
        {"frame_of_reference": "7.7"},
        {"frame_of_reference": "7.7", "series": "2.2"},
        "selection",
    ),
    "two series, of which nobody knows the frame": ({}, {"series": "2.2"}, "measurement"),
    "two frames, in which a distance says nothing": (
        {"frame_of_reference": "7.7"},
        {"frame_of_reference": "8.8"},
        "measurement",
    ),
    "a node and none": ({"nodal": True}, {"x_mm": 0.0}, "selection"),
}


@pytest.mark.parametrize("name", FRAMES)
def test_places_tell_only_within_a_frame_and_else_the_organs_do(name: str) -> None:
    first, second, cause = FRAMES[name]
    reads = marks_table(mark("A", "T1", 0.0, **first), mark("B", "L1", **{"x_mm": 90.0} | second))
    assert cause_of(PR_OR_SD, visit("PR NA none PR", "SD NA none SD"), reads) == cause


def test_a_target_without_a_place_leaves_the_question_to_the_organs() -> None:
    marks = [
        mark("A", "T1", 0.0),
        mark("A", "T2", organ="lung"),
        mark("B", "L1", 0.0),
        mark("B", "L2", organ="left lung"),
    ]
    responses = visit("PR NA none PR", "SD NA none SD")
    # One pair by place, the other by organ without its side: the same targets.
    assert cause_of(PR_OR_SD, responses, marks_table(*marks)) == "measurement"
    no_places = [one | {"x_mm": None} for one in marks]
    assert cause_of(PR_OR_SD, responses, marks_table(*no_places)) == "selection"


def test_a_lesion_that_is_taken_is_no_open_question() -> None:
    marks = [
        mark("A", "T1", 0.0),
        mark("A", "T2", series="9.9", organ="lung"),
        mark("B", "L1", 0.0),
    ]
    responses = visit("PR NA none PR", "SD NA none SD")
    assert cause_of(PR_OR_SD, responses, marks_table(*marks)) == "selection"


SECOND_TARGETS = {
    "one more target of the first reader": ("A", "selection"),
    "one more target of the second reader": ("B", "selection"),
}


@pytest.mark.parametrize("name", SECOND_TARGETS)
def test_one_more_target_is_another_selection(name: str) -> None:
    reader, cause = SECOND_TARGETS[name]
    reads = f"""
    S1 A base T1 - liver false 20000 0 0 0
    S1 B base L1 - liver false 20000 1 0 0
    S1 {reader} base T2 - liver false 20000 2 0 0
    """
    assert cause_of(PR_OR_SD, visit("PR NA none PR", "SD NA none SD"), reads) == cause


@pytest.mark.parametrize("reader", ["A", "B"])
def test_each_target_needs_one_of_the_other_reader_near_it(reader: str) -> None:
    other = "B" if reader == "A" else "A"
    reads = f"""
    S1 {reader} base T1 - liver false 20000 0 0 0
    S1 {reader} base T2 - liver false 20000 50 0 0
    S1 {other} base L1 - liver false 20000 0 0 0
    S1 {other} base L2 - liver false 20000 5 0 0
    """
    assert cause_of(PR_OR_SD, visit("PR NA none PR", "SD NA none SD"), reads) == "selection"


def test_only_the_baseline_of_the_two_readers_is_a_selection() -> None:
    reads = f"""{SAME_ORGANS.strip()}
    S1 A screening T0 - lung false 20000
    S1 A m2 T9 - lung false 20000
    S1 C base T1 - lung false 20000
    """
    responses = visit("PR NA none PR", "SD NA none SD") + "\nS1 C overall base 2020-01-01"
    assert cause_of(PR_OR_SD, responses, reads) == "measurement"


def test_fragments_are_one_target() -> None:
    reads = SAME_ORGANS.strip() + "\nS1 A base T1 - liver false 10000"
    assert cause_of(PR_OR_SD, visit("PR NA none PR", "SD NA none SD"), reads) == "measurement"


def test_each_compartment_has_its_own_selection() -> None:
    best = "\n".join(
        f"S1 {reader} {where} {word}"
        for where in ("primary", "distant")
        for reader, word in (("A", "PR"), ("B", "SD"))
    )
    responses = "\n".join(
        f"S1 {reader} {where} base 2020-01-01\nS1 {reader} {where} m2 2020-03-01 {w} NA none {w}"
        for where in ("primary", "distant")
        for reader, w in (("A", "PR"), ("B", "SD"))
    )
    reads = """
    S1 A base T1 primary rectum false 40000
    S1 B base L1 primary rectum false 41000
    S1 A base T2 distant liver  false 20000
    S1 B base L2 distant lung   false 20000
    """
    result = reconcile(
        best_table(best),
        responses_table(responses),
        readers=("A", "B"),
        reads=reads_table(reads),
        compare=["best_response"],
    )
    assert result.reconciled.select("compartment", "cause").rows() == [
        ("primary", "measurement"),
        ("distant", "selection"),
    ]


def test_the_first_visit_at_which_the_readers_part_decides() -> None:
    later = """
S1 A overall m4 2020-05-01 PR NA unequivocal PD
S1 B overall m4 2020-05-01 SD NA none SD"""
    responses = visit("PR NA none PR", "SD NA none SD") + later
    assert cause_of(PR_OR_SD, responses, SAME_ORGANS) == "measurement"


def test_a_visit_of_one_reader_only_is_undetermined() -> None:
    responses = (
        visit("PR NA none PR", "PR NA none PR")
        + """
S1 A overall m4 2020-05-01 PR NA unequivocal PD"""
    )
    assert cause_of(PR_OR_SD, responses, SAME_ORGANS) == "undetermined"


def test_visits_after_the_end_of_both_assessments_do_not_count() -> None:
    best = "S1 A overall PD - - - - 2020-03-01\nS1 B overall PD - - - - 2020-03-02"
    later = """
S1 A overall m4 2020-05-01 PR NA none PR after-progression
S1 B overall m4 2020-05-01 SD NA none SD back-dated;after-progression"""
    responses = visit("PD NA none PD", "PD NA none PD") + later
    assert cause_of(best, responses, SAME_ORGANS, "progression_date") == "date"


def test_a_visit_after_the_end_of_one_assessment_counts() -> None:
    best = "S1 A overall PR\nS1 B overall SD"
    later = """
S1 A overall m4 2020-05-01 SD NA unequivocal PD after-new-therapy
S1 B overall m4 2020-05-01 SD NA none SD"""
    responses = visit("SD NA none SD", "SD NA none SD") + later
    assert cause_of(best, responses, SAME_ORGANS) == "new-lesion"


def test_the_date_of_progression_looks_for_the_first_progression_of_one_reader() -> None:
    best = "S1 A overall PR - - - - 2020-05-01\nS1 B overall PR"
    later = """
S1 A overall m4 2020-05-01 SD NA unequivocal PD
S1 B overall m4 2020-05-01 SD NA none SD"""
    responses = visit("PR NA none PR", "SD NA none SD") + later
    assert cause_of(best, responses, SAME_ORGANS, "progression_date") == "new-lesion"


def test_the_date_of_response_looks_for_the_first_response_of_one_reader() -> None:
    best = "S1 A overall PR 2020-05-01\nS1 B overall PR"
    later = """
S1 A overall m4 2020-05-01 PR NA none PR
S1 B overall m4 2020-05-01 SD NA none SD"""
    responses = visit("SD PD none PD", "SD CR none SD") + later
    assert cause_of(best, responses, SAME_ORGANS, "response_date") == "measurement"


def test_a_date_that_both_give_for_one_visit_is_a_date() -> None:
    best = "S1 A overall PD - - - - 2020-05-01\nS1 B overall PD - - - - 2020-05-03"
    later = """
S1 A overall m4 2020-05-01 PD NA none PD
S1 B overall m4 2020-05-01 PD NA none PD"""
    responses = visit("PR NA none PR", "SD NA none SD") + later
    assert cause_of(best, responses, SAME_ORGANS, "progression_date") == "date"


def test_a_date_that_one_gives_comes_from_where_the_responses_differ() -> None:
    best = "S1 A overall PD\nS1 B overall PR 2020-05-01"
    later = """
S1 A overall m4 2020-05-01 PR NA none PR after-progression
S1 B overall m4 2020-05-01 PR NA none PR"""
    responses = visit("PD NA none PD", "SD NA none SD") + later
    assert cause_of(best, responses, SAME_ORGANS, "response_date") == "measurement"


def test_the_same_responses_at_visits_of_other_dates_are_a_date() -> None:
    responses = """
S1 A overall m2 2020-03-01 SD NA none SD
S1 B overall m2 2020-03-09 SD NA none SD"""
    assert cause_of("S1 A overall NE\nS1 B overall SD", responses) == "date"


def test_the_same_responses_with_other_last_dates_are_a_date() -> None:
    best = "S1 A overall SD - - - - - 2020-03-01\nS1 B overall SD - - - - - 2020-03-02"
    assert cause_of(best, visit("SD NA none SD", "SD NA none SD"), None, "last_date") == "date"


def test_the_same_responses_at_the_same_dates_are_undetermined() -> None:
    responses = visit("SD NA none SD", "SD NA none SD")
    assert cause_of("S1 A overall NE\nS1 B overall SD", responses) == "undetermined"


def test_no_visit_at_all_is_undetermined() -> None:
    assert cause_of("S1 A overall NE\nS1 B overall SD", "S1 A overall base 2020-01-01") == (
        "undetermined"
    )
