"""The lesions that each disagreement comes from, and what is said of them."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from recistkit.reconciliation import Reconciliation, reconcile
from recistkit.reconciliation.differences import DIFFERENCES_SCHEMA
from tests.reconciliation.tables import best_table, mark, marks_table, responses_table

PR_OR_SD = "S1 A overall PR\nS1 B overall SD"

Marks = list[dict[str, Any]]


def visits(first: str, second: str, label: str = "m2") -> str:
    """Return the baseline and one visit of both readers: target, non-target, new, response."""
    return f"""
S1 A overall base 2020-01-01
S1 B overall base 2020-01-01
S1 A overall {label} 2020-03-01 {first}
S1 B overall {label} 2020-03-01 {second}"""


TARGETS_DIFFER = visits("PR NA none PR", "SD NA none SD")


def result_of(
    marks: Marks, responses: str = TARGETS_DIFFER, best: str = PR_OR_SD
) -> Reconciliation:
    return reconcile(
        best_table(best),
        responses_table(responses),
        readers=("A", "B"),
        reads=marks_table(*marks),
        compare=["best_response"],
    )


def told(
    marks: Marks, responses: str = TARGETS_DIFFER, best: str = PR_OR_SD
) -> list[tuple[str, str | None, str | None, str]]:
    """Return cause, first lesion, second lesion and text of each row."""
    table = result_of(marks, responses, best).differences
    return table.select("cause", "lesion_1", "lesion_2", "text").rows()


def target(lesions: dict[str, float], baseline_um: int = 50_000, later_um: int = 30_000) -> Marks:
    """Return targets of both readers at both visits: ``{"A T1": x}``."""
    return [
        mark(name[0], name[2:], x, timepoint=visit, longest_um=size)
        for name, x in lesions.items()
        for visit, size in (("base", baseline_um), ("m2", later_um))
    ]


def changed(marks: Marks, number: int, **values: object) -> Marks:
    """Return marks with one of them changed."""
    return [one | (values if place == number else {}) for place, one in enumerate(marks)]


PAIR = target({"A T1": 0.0, "B L1": 1.0})


def test_measurement_names_both_lesions_and_their_sizes() -> None:
    rows = result_of(changed(PAIR, 3, longest_um=36_500)).differences
    assert rows.schema == pl.Schema(DIFFERENCES_SCHEMA)
    assert rows.rows(named=True) == [
        {
            "subject": "S1",
            "compartment": "overall",
            "variable": "best_response",
            "cause": "measurement",
            "timepoint": "m2",
            "reader_1": "A",
            "lesion_1": "T1",
            "longest_mm_1": 30.0,
            "short_mm_1": None,
            "reader_2": "B",
            "lesion_2": "L1",
            "longest_mm_2": 36.5,
            "short_mm_2": None,
            "text": "T1 of A and L1 of B: 30 mm and 36.5 mm",
        }
    ]


def test_measurement_tells_where_the_sizes_differed_first() -> None:
    marks = changed(PAIR, 2, longest_um=44_000, short_um=20_000)
    assert told(marks) == [
        (
            "measurement",
            "T1",
            "L1",
            "T1 of A and L1 of B: 30 mm and 30 mm; at base 50 mm and 44 x 20 mm",
        )
    ]


def test_a_target_that_both_see_alike_is_not_named() -> None:
    both = [*PAIR, *target({"A T2": 200.0, "B L2": 200.0})]
    assert [row[1:3] for row in told(changed(both, 3, longest_um=36_500))] == [("T1", "L1")]


STATES: dict[str, tuple[dict[str, Any], str]] = {
    "gone for one": (
        {"state": "absent", "longest_um": None},
        "T1 of A and L1 of B: 30 mm and absent",
    ),
    "a size beside not evaluable does not count": (
        {"state": "not-evaluable"},
        "T1 of A and L1 of B: 30 mm and not-evaluable",
    ),
    "too small": (
        {"state": "too-small", "longest_um": 4000},
        "T1 of A and L1 of B: 30 mm and 4 mm (too-small)",
    ),
    "measured without a size": (
        {"state": None, "longest_um": None},
        "T1 of A and L1 of B: 30 mm and no size",
    ),
}


@pytest.mark.parametrize("name", STATES)
def test_a_state_is_told_where_it_is_not_measured(name: str) -> None:
    values, text = STATES[name]
    assert told(changed(PAIR, 3, **values)) == [("measurement", "T1", "L1", text)]


def test_targets_alike_in_both_reads_are_not_put_down_to_measurement() -> None:
    assert told(PAIR) == [("undetermined", None, None, "nothing in the tables tells why")]


def test_a_later_difference_does_not_explain_an_earlier_one() -> None:
    later = [
        mark(reader, lesion, 0.0, timepoint="m4", longest_um=size)
        for reader, lesion, size in (("A", "T1", 20_000), ("B", "L1", 25_000))
    ]
    assert [row[0] for row in told([*PAIR, *later])] == ["undetermined"]


def test_without_places_likeness_is_no_evidence() -> None:
    marks = [one | {"x_mm": None} for one in PAIR]
    assert told(marks) == [
        (
            "measurement",
            None,
            None,
            "the lesions of the two reads cannot be told apart one by one",
        )
    ]


def test_selection_names_the_targets_of_one_reader_only() -> None:
    marks = target({"A T1": 0.0, "B L1": 0.0, "A T2": 100.0, "B L2": 200.0})
    assert told(marks) == [
        ("selection", "T2", None, "T2 of A, a target, is no lesion of B"),
        ("selection", None, "L2", "L2 of B, a target, is no lesion of A"),
    ]


def test_selection_tells_what_else_the_other_reader_took_the_lesion_for() -> None:
    other = [
        mark("B", "NT1", 100.0, timepoint=visit, role="non-target", state="present")
        for visit in ("base", "m2")
    ]
    marks = [*target({"A T1": 0.0, "B L1": 0.0, "A T2": 100.0}), *other]
    assert told(marks) == [
        ("selection", "T2", "NT1", "T2 of A, a target, is NT1 of B, a non-target")
    ]


def test_selection_shows_the_sizes_at_the_visit_that_parts_the_readers() -> None:
    marks = target({"A T1": 0.0, "B L1": 100.0})
    rows = result_of(marks).differences
    assert rows.select("timepoint", "longest_mm_1", "longest_mm_2").rows() == [
        ("m2", 30.0, None),
        ("m2", None, 30.0),
    ]


def test_a_target_without_a_row_at_the_visit_is_named_without_sizes() -> None:
    marks = [one for one in target({"A T1": 0.0, "B L1": 100.0}) if one["timepoint"] == "base"]
    rows = result_of(marks).differences
    assert rows.select("lesion_1", "lesion_2", "longest_mm_1", "longest_mm_2").rows() == [
        ("T1", None, None, None),
        (None, "L1", None, None),
    ]


def test_one_lesion_in_two_compartments_is_another_selection_in_each() -> None:
    best = "\n".join(
        f"S1 {reader} {where} {word}"
        for where in ("primary", "distant")
        for reader, word in (("A", "PR"), ("B", "SD"))
    )
    responses = "\n".join(TARGETS_DIFFER.replace("overall", one) for one in ("primary", "distant"))
    marks = [
        one | {"compartment": "primary" if one["reader"] == "A" else "distant"} for one in PAIR
    ]
    table = result_of(marks, responses, best).differences
    assert table.select("compartment", "lesion_1", "lesion_2", "text").rows() == [
        ("primary", "T1", "L1", "T1 of A, a target, is L1 of B, a target elsewhere"),
        ("distant", "T1", "L1", "L1 of B, a target, is T1 of A, a target elsewhere"),
    ]


def new(reader: str, lesion: str, x: float, **values: object) -> dict[str, Any]:
    """Return a new lesion at the second visit."""
    row: dict[str, Any] = {"timepoint": "m2", "role": "new", "state": "present"}
    return mark(reader, lesion, x, **row | values)


ONE_NEW = visits("PR NA unequivocal PD", "PR NA none PR")
NEW_LESIONS: dict[str, tuple[Marks, list[tuple[str | None, str | None, str]]]] = {
    "of one reader": (
        [new("A", "N1", 0.0)],
        [("N1", None, "N1 of A, a new lesion, is no lesion of B")],
    ),
    "known to the other from the baseline": (
        [
            new("A", "N1", 0.0),
            mark("B", "NT1", 1.0, timepoint="m2", role="non-target", state="present"),
        ],
        [("N1", "NT1", "N1 of A, a new lesion, is NT1 of B, a non-target")],
    ),
    "of which one is not sure": (
        [new("A", "N1", 0.0), new("B", "N2", 0.0, certainty="equivocal")],
        [("N1", "N2", "N1 of A unequivocal, N2 of B equivocal")],
    ),
    "that the other does not see here": (
        [new("A", "N1", 0.0), new("B", "N2", 0.0, state="absent")],
        [("N1", "N2", "N1 of A, a new lesion, is N2 of B, a new lesion not seen here")],
    ),
    "that both see are not named": (
        [new("A", "N1", 0.0), new("B", "N2", 0.0), new("A", "N9", 90.0)],
        [("N9", None, "N9 of A, a new lesion, is no lesion of B")],
    ),
    "that nobody has a row of": (
        [],
        [(None, None, "no row of a new lesion at this visit tells them apart")],
    ),
}


@pytest.mark.parametrize("name", NEW_LESIONS)
def test_new_lesions_are_named(name: str) -> None:
    marks, rows = NEW_LESIONS[name]
    best = "S1 A overall PD\nS1 B overall PR"
    assert told(marks, ONE_NEW, best) == [("new-lesion", *row) for row in rows]


def non_target(reader: str, lesion: str, x: float, state: str) -> dict[str, Any]:
    return mark(reader, lesion, x, timepoint="m2", role="non-target", state=state, longest_um=None)


ONE_PROGRESSED = visits("PR PD none PD", "PR CR none PR")
NON_TARGETS: dict[str, tuple[Marks, list[tuple[str | None, str | None, str]]]] = {
    "in other states": (
        [non_target("A", "NT1", 0.0, "progressed"), non_target("B", "NT2", 4.0, "present")],
        [("NT1", "NT2", "NT1 of A progressed, NT2 of B present")],
    ),
    "of one reader": (
        [non_target("B", "NT1", 0.0, "present")],
        [(None, "NT1", "NT1 of B, a non-target (present), is no lesion of A")],
    ),
    "gone in one read and unknown to the other are not named": (
        [non_target("A", "NT1", 0.0, "absent")],
        [(None, None, "the lesions of the two reads cannot be told apart one by one")],
    ),
    "that are a target of the other": (
        [
            non_target("A", "NT1", 0.0, "progressed"),
            mark("B", "L1", 0.0, timepoint="m2"),
        ],
        [("NT1", "L1", "NT1 of A, a non-target (progressed), is L1 of B, a target")],
    ),
    "without a row of the other here": (
        [
            non_target("A", "NT1", 0.0, "progressed"),
            non_target("A", "NT1", 0.0, "present") | {"timepoint": "base"},
            non_target("B", "NT2", 0.0, "present") | {"timepoint": "base"},
        ],
        [
            (
                "NT1",
                "NT2",
                "NT1 of A, a non-target (progressed), is NT2 of B, a non-target not seen here",
            )
        ],
    ),
}


@pytest.mark.parametrize("name", NON_TARGETS)
def test_non_targets_are_named(name: str) -> None:
    marks, rows = NON_TARGETS[name]
    best = "S1 A overall PD\nS1 B overall PR"
    assert told(marks, ONE_PROGRESSED, best) == [("non-target", *row) for row in rows]


def test_a_date_is_told_with_both_values() -> None:
    best = "S1 A overall PD - - - - 2020-03-01\nS1 B overall PD - - - - -"
    responses = """
S1 A overall m2 2020-03-01 PD NA none PD
S1 B overall m2 2020-03-09 PD NA none PD"""
    result = reconcile(
        best_table(best),
        responses_table(responses),
        readers=("A", "B"),
        compare=["progression_date"],
    )
    assert result.differences.select("cause", "timepoint", "text").rows() == [
        ("date", None, "A 2020-03-01, B none: the same responses on other dates")
    ]


@pytest.mark.parametrize("reader", ["A", "B"])
def test_a_subject_with_one_read_says_whose(reader: str) -> None:
    best = f"S1 {reader} overall PR\nS2 A overall PR\nS2 B overall PR"
    assert told([], "", best) == [("undetermined", None, None, f"read by {reader} only")]


@pytest.mark.parametrize("reader", ["A", "B"])
def test_a_visit_of_one_reader_only_is_told(reader: str) -> None:
    responses = f"""
S1 A overall base 2020-01-01
S1 B overall base 2020-01-01
S1 {reader} overall m2 2020-03-01 PR NA none PR"""
    rows = told(PAIR, responses)
    assert rows == [("undetermined", None, None, f"only {reader} has a response at this visit")]


def test_without_reads_no_lesion_is_named() -> None:
    result = reconcile(
        best_table(PR_OR_SD),
        responses_table(TARGETS_DIFFER),
        readers=("A", "B"),
        compare=["best_response"],
    )
    assert result.differences.select("cause", "timepoint", "lesion_1", "text").rows() == [
        ("undetermined", "m2", None, "nothing in the tables tells why")
    ]
    assert result.matched_lesions.height == 0


def test_reads_that_agree_have_no_differences() -> None:
    best = "S1 A overall PR\nS1 B overall PR"
    table = result_of(PAIR, best=best).differences
    assert (table.height, table.schema) == (0, pl.Schema(DIFFERENCES_SCHEMA))


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_rows_changes_nothing(seed: int) -> None:
    marks = [
        *target({"A T1": 0.0, "B L1": 0.0, "A T2": 100.0, "B L2": 200.0}),
        *(one | {"subject": "S2"} for one in changed(PAIR, 3, longest_um=36_500)),
    ]
    both = [marks_table(*marks)]
    both.append(both[0].sample(fraction=1, shuffle=True, seed=seed))
    best = PR_OR_SD + "\n" + PR_OR_SD.replace("S1", "S2")
    responses = TARGETS_DIFFER + TARGETS_DIFFER.replace("S1", "S2")
    first, second = (
        reconcile(
            best_table(best),
            responses_table(responses),
            readers=("A", "B"),
            reads=reads,
            compare=["best_response"],
        )
        for reads in both
    )
    assert first.differences["subject"].to_list() == ["S1", "S1", "S2"]
    assert second.differences.equals(first.differences)
    assert second.matched_lesions.equals(first.matched_lesions)
    assert second.size_agreement.equals(first.size_agreement)
