"""The second engine on cases that the guidelines settle, visit by visit."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest

from tests.oracle.build import best, column, courses, day, products, row, target, visit_row
from tests.oracle.engine import assess, overall_cell
from tests.oracle.generate import generate
from tests.oracle.tables import Row, baseline_of, reads_of


@pytest.mark.parametrize(
    ("course", "word"),
    [
        ("100 70", "PR"),
        ("100 70.001", "SD"),
        ("100 70.05", "SD"),
        ("20 24", "SD"),
        ("24.9 29.9", "PD"),
        ("25 30", "PD"),
        ("25 29.999", "SD"),
        ("30 35", "SD"),
        ("30 35.999", "SD"),
        ("30 36", "PD"),
        ("100 0", "CR"),
        ("100 -", "PR"),
        ("100 ?", "NE"),
    ],
)
def test_target_response_meets_its_limits_exactly(course: str, word: str) -> None:
    assert column(courses(course), "target") == [word]


@pytest.mark.parametrize(
    ("sizes", "word", "change"),
    [
        (("21.8 18.3", "42.5 24.9", "17.7 14.2"), "PR", Fraction(-30)),
        (("12.3 14.5", "24.0 15.4", "27.2 46.3"), "PD", Fraction(20)),
        (("4.0 7.4", "8.4 10.0"), "PD", Fraction(5 * 1000, 124)),
    ],
)
def test_sums_that_binary_arithmetic_misses(
    sizes: tuple[str, ...], word: str, change: Fraction
) -> None:
    assert column(courses(*sizes), "target") == [word]
    assert column(courses(*sizes), "change_from_baseline_percent") == [change]


def test_progression_outranks_partial_response() -> None:
    assert column(courses("100 40 48"), "response") == ["PR", "PD"]


def test_recist_1_0_has_no_5_mm_rule() -> None:
    assert column(courses("20 24"), "response", criteria="recist-1.0") == ["PD"]
    assert column(courses("20 23.999"), "response", criteria="recist-1.0") == ["SD"]


def test_partial_sum_may_progress_but_never_responds() -> None:
    reads = courses("10 ?", "20 40", "20 40")
    assert column(reads, "response") == ["PD"]
    assert column(reads, "flags") == ["partial-sum-progression"]
    assert column(reads, "sum") == [None]
    assert column(courses("10 ?", "20 5", "20 5"), "response") == ["NE"]


def test_partial_sum_at_the_limit_is_progression_and_below_it_is_not() -> None:
    assert column(courses("25 30", "25 30", "0.1 ?"), "target") == ["NE"]
    assert column(courses("25 30.12", "25 30", "0.1 ?"), "target") == ["PD"]


def test_partial_sum_never_sets_the_nadir() -> None:
    assert column(courses("50 ? 50", "50 20 50"), "nadir_sum") == [100, 100]


def test_small_sum_after_zero_is_no_progression_without_an_earlier_overall_cr() -> None:
    persists = [row(visit, "X1", "present") for visit in range(4)]
    reads = courses("30 0 4.999 5") + persists
    assert column(reads, "target") == ["CR", "PR", "PD"]
    assert column(reads, "response") == ["PR", "PR", "PD"]


def test_reappearance_after_overall_cr_is_progression_even_with_ne_between() -> None:
    reads = courses("30 0 ? 4.999")
    assert column(reads, "target") == ["CR", "NE", "PR"]
    assert column(reads, "response") == ["CR", "NE", "PD"]
    assert column(reads, "flags") == ["", "", "reappeared"]


def test_nodes_below_10_mm_are_a_complete_response_with_a_sum() -> None:
    nodes = [target(0, "L1", "20"), target(1, "L1", "9.999"), target(2, "L1", "10")]
    assert column(nodes, "response") == ["CR", "PD"]
    assert column(nodes, "sum") == [Fraction("9.999"), 10]
    assert column(nodes, "flags") == ["", "reappeared"]
    assert column(nodes, "response", criteria="recist-1.0") == ["PR", "PR"]


def test_node_that_grows_back_below_10_mm_stays_in_complete_response() -> None:
    nodes = [target(visit, "L1", size) for visit, size in enumerate(("20", "6", "9.9"))]
    assert column(nodes, "response") == ["CR", "CR"]


@pytest.mark.parametrize(
    ("later", "word"),
    [
        ([row(2, "L1", "measured", "30")], "NE"),
        ([row(2, "L1", "split", "30", fragment=part) for part in "ab"], "NE"),
        (
            [
                row(2, "L1", "split", "30", fragment="a"),
                row(2, "L1", "split", "30", short_mm="10", fragment="b"),
            ],
            "PD",
        ),
        ([row(2, "L1", "too-small")], "CR"),
    ],
)
def test_node_has_come_back_only_when_it_is_known_to_measure_10_mm(
    later: list[Row], word: str
) -> None:
    nodes = [target(0, "L1", "20"), target(1, "L1", "0")]
    assert column(nodes + later, "response") == ["CR", word]


def test_merged_node_shows_nothing_where_its_holder_is_not_evaluable() -> None:
    nodes = [
        target(visit, name, "9" if visit else "20") for visit in (0, 1) for name in ("L1", "L2")
    ]
    nodes += [target(2, "L1", "?"), row(2, "L2", "merged", merged_into="L1")]
    assert column(nodes, "response") == ["CR", "NE"]


def test_split_lesion_is_the_sum_of_its_fragments() -> None:
    parts = [row(1, "T1", "split", size, fragment=size) for size in ("20", "15")]
    assert column([*courses("50"), *parts], "sum") == [35]
    assert column([*courses("50"), *parts], "response") == ["PR"]


def test_split_node_answers_the_10_mm_test_by_its_largest_fragment() -> None:
    def fragments(*sizes: str) -> list[Row]:
        return [row(1, "L1", "split", "30", short_mm=size, fragment=size) for size in sizes]

    assert column([target(0, "L1", "20"), *fragments("9.9", "9.8")], "response") == ["CR"]
    assert column([target(0, "L1", "20"), *fragments("10", "1")], "response") == ["PR"]


def test_merged_lesion_contributes_nothing_and_blocks_cr() -> None:
    merged = [target(1, "T1", "40"), row(1, "T2", "merged", merged_into="T1")]
    assert column(courses("30", "30") + merged, "sum") == [40]
    assert column(courses("30", "30") + merged, "response") == ["PR"]


def test_merged_nodes_are_normal_when_the_conglomerate_is() -> None:
    nodes = [target(0, "L1", "20"), target(0, "L2", "20"), target(1, "L1", "9")]
    nodes.append(row(1, "L2", "merged", merged_into="L1"))
    assert column(nodes, "response") == ["CR"]


def test_node_that_holds_a_merged_organ_lesion_counts_by_its_longest_diameter() -> None:
    reads = [target(0, "L1", "20"), *courses("30")]
    reads += [row(1, "L1", "measured", "34", short_mm="9")]
    reads += [row(1, "T1", "merged", merged_into="L1")]
    assert column(reads, "sum") == [34]
    assert column(reads, "response") == ["PR"]


def test_progression_by_an_imputed_size_is_flagged_and_can_be_switched_off() -> None:
    reads = courses("30 0 -") + [row(visit, "X1", "present") for visit in range(3)]
    assert column(reads, "response") == ["PR", "PD"]
    assert column(reads, "flags") == ["", "progression-by-imputed-size"]
    assert column(reads, "response", imputed_can_progress=False) == ["PR", "PR"]


def test_target_without_a_baseline_sum_neither_responds_nor_is_stable() -> None:
    reads = products("20 20x20 10x10 20x20")
    assert column(reads, "response", criteria="zhu-2013") == ["NE", "NE", "PD"]
    assert column(reads, "baseline_sum", criteria="zhu-2013") == [None, None, None]


@pytest.mark.parametrize(
    ("target_word", "non_target", "new", "word"),
    [
        ("CR", "CR", False, "CR"),
        ("CR", "NA", False, "CR"),
        ("CR", "NON-CR/NON-PD", False, "PR"),
        ("CR", "NE", False, "PR"),
        ("PR", "CR", False, "PR"),
        ("PR", "NON-CR/NON-PD", False, "PR"),
        ("PR", "NE", False, "PR"),
        ("PR", "NA", False, "PR"),
        ("SD", "CR", False, "SD"),
        ("SD", "NE", False, "SD"),
        ("NC", "NE", False, "NC"),
        ("NE", "CR", False, "NE"),
        ("NE", "NON-CR/NON-PD", False, "NE"),
        ("NE", "NE", False, "NE"),
        ("PD", "CR", False, "PD"),
        ("PD", "NE", True, "PD"),
        ("CR", "PD", False, "PD"),
        ("NE", "PD", True, "PD"),
        ("CR", "CR", True, "PD"),
        ("NE", "NE", True, "PD"),
        ("NA", "CR", False, "CR"),
        ("NA", "NON-CR/NON-PD", False, "NON-CR/NON-PD"),
        ("NA", "NE", False, "NE"),
        ("NA", "PD", False, "PD"),
        ("NA", "CR", True, "PD"),
        ("NA", "NA", False, "NA"),
        ("NA", "NA", True, "PD"),
    ],
)
def test_overall_tables(target_word: str, non_target: str, new: bool, word: str) -> None:
    assert overall_cell(target_word, non_target, new) == word


@pytest.mark.parametrize(
    ("states", "word"),
    [
        (("absent", "absent"), "CR"),
        (("absent", "present"), "NON-CR/NON-PD"),
        (("increased", "absent"), "NON-CR/NON-PD"),
        (("not-evaluable", "present"), "NE"),
        (("not-evaluable", "progressed"), "PD"),
    ],
)
def test_non_target_response(states: tuple[str, str], word: str) -> None:
    reads = [row(0, name, "present") for name in ("X1", "X2")]
    reads += [row(1, name, state) for name, state in zip(("X1", "X2"), states, strict=True)]
    assert column(reads, "non_target") == [word]
    assert column(reads, "response") == [word]


def test_missing_row_is_not_evaluable() -> None:
    assert column([*courses("30 30", "30"), row(0, "X1", "present")], "target") == ["NE"]
    assert column([*courses("30 30"), row(0, "X1", "present")], "non_target") == ["NE"]


def test_elevated_marker_stands_against_complete_response() -> None:
    markers = ("elevated", "elevated", "not-done", "normal")
    visits = [visit_row(n, tumour_marker=word) for n, word in enumerate(markers)]
    alone = courses("30 0 0 0")
    assert column(alone, "non_target", visits=visits) == ["NON-CR/NON-PD", "NE", "CR"]
    assert column(alone, "response", visits=visits) == ["PR", "PR", "CR"]
    assert column(alone, "flags", visits=visits) == ["marker-not-normal", "marker-not-normal", ""]
    beside = alone + [row(n, "X1", "absent" if n else "present") for n in range(4)]
    assert column(beside, "non_target", visits=visits) == ["NON-CR/NON-PD", "NE", "CR"]
    visits[0]["tumour_marker"] = "normal"
    assert column(beside, "response", visits=visits) == ["CR", "CR", "CR"]


def test_equivocal_new_lesion_is_dated_back_when_it_is_confirmed() -> None:
    reads = courses("30 30 30 30")
    reads += [row(1, "N1", None, certainty="equivocal"), row(2, "N1", "present")]
    assert column(reads, "new_lesion") == ["unequivocal"] * 3
    assert column(reads, "response") == ["PD"] * 3
    assert column(reads, "flags") == ["back-dated", "after-progression", "after-progression"]
    assert best(reads)["progression_date"] == day(28)


def test_equivocal_new_lesion_alone_is_no_progression() -> None:
    reads = [*courses("30 30"), row(1, "N1", "present", certainty="equivocal")]
    assert column(reads, "new_lesion") == ["equivocal"]
    assert column(reads, "response") == ["SD"]


def test_stated_new_lesion_without_a_row_is_progression_of_the_whole_patient_only() -> None:
    reads = [cells | {"compartment": "primary"} for cells in courses("30 30 30")]
    visits = [visit_row(1, new_lesions="unequivocal")]
    assert column(reads, "response", visits=visits) == ["PD", "PD"]
    assert column(reads, "response", visits=visits, of="primary") == ["SD", "SD"]
    flags = column(reads, "flags", visits=visits, of="primary")
    assert flags == ["new-lesion-not-placed", "after-progression"]


def test_stated_new_lesion_is_placed_by_a_row_that_proves_to_have_been_it() -> None:
    reads = [cells | {"compartment": "primary"} for cells in courses("30 30 30")]
    reads.append(row(1, "N1", "present", certainty="equivocal", compartment="primary"))
    visits = [visit_row(1, new_lesions="unequivocal")]
    assert column(reads, "flags", visits=visits, of="primary")[0] == "new-lesion-not-placed"
    assert column(reads, "response", visits=visits, of="primary") == ["SD", "SD"]
    reads.append(row(2, "N1", "present", compartment="primary"))
    assert column(reads, "flags", visits=visits, of="primary")[0] == "back-dated"
    assert column(reads, "response", visits=visits, of="primary") == ["PD", "PD"]


def test_compartment_progression_does_not_decide_the_whole() -> None:
    primary = [cells | {"compartment": "primary"} for cells in courses("10 16")]
    distant = [row(n, "T2", "measured", "90", compartment="distant") for n in range(2)]
    assert column(primary + distant, "response", of="primary") == ["PD"]
    assert column(primary + distant, "response") == ["SD"]
    assert column(primary + distant, "flags") == ["compartment-progression"]
    assert best(primary + distant)["best_response"] == "SD"


def test_compartment_without_disease_is_na_until_a_new_lesion() -> None:
    reads = [cells | {"compartment": "primary"} for cells in courses("30 30 30")]
    reads.append(row(2, "N1", None, compartment="distant"))
    assert column(reads, "response", of="distant") == ["NA", "PD"]
    assert column(reads, "response", of="primary") == ["SD", "SD"]
    assert column(reads, "response") == ["SD", "PD"]
    assert best(reads, of="distant")["best_response"] == "PD"
    assert best(reads, of="primary")["progression_date"] is None
    none_yet = [each for each in reads if each["role"] == "target"]
    none_yet.append(row(2, "N1", None, compartment="distant", certainty="equivocal"))
    assert best(none_yet, of="distant")["best_response"] == "NA"


def test_compartment_stops_at_overall_progression_unless_told_otherwise() -> None:
    reads = [cells | {"compartment": "primary"} for cells in courses("30 30 9 9")]
    reads.append(row(1, "N1", None, compartment="distant"))
    assert best(reads, of="primary")["best_response"] == "SD"
    assert best(reads, of="primary", compartment_stop="own")["best_response_confirmed"] == "PR"


def test_local_therapy_ends_its_compartment() -> None:
    reads = [cells | {"compartment": "primary"} for cells in courses("30 20 20")]
    reads += [row(n, "X1", "present", compartment="distant") for n in range(3)]
    event = {"subject": "S1", "date": day(28), "event": "local-therapy", "note": None}
    events = [event | {"compartment": "primary"}]
    assert column(reads, "response", of="primary", events=events) == ["PR", "NE"]
    assert column(reads, "response", events=events) == ["PR", "NE"]
    assert column(reads, "flags", of="primary", events=events) == ["", "after-local-therapy"]
    assert column(reads, "flags", events=events) == ["", ""]
    assert best(reads, of="primary", events=events)["last_date"] == day(28)


def test_nothing_counts_after_new_therapy() -> None:
    event = {"subject": "S1", "event": "new-therapy", "compartment": None, "note": None}
    reads = courses("100 100 60")
    assert best(reads, events=[event | {"date": day(55)}])["best_response"] == "SD"
    assert best(reads, events=[event | {"date": day(56)}])["best_response"] == "PR"


def test_zhu_2013_judges_products() -> None:
    assert column(products("10x10 10x7"), "response", criteria="zhu-2013") == ["PR"]
    assert column(products("10x10 7.001x10"), "response", criteria="zhu-2013") == ["SD"]
    assert column(products("10x10 8.3x8.3"), "response", criteria="zhu-2013") == ["PR"]
    assert column(products("10x10 12x10"), "response", criteria="zhu-2013") == ["PD"]
    assert column(products("10x10 10"), "response", criteria="zhu-2013") == ["NE"]
    assert column(courses("10 -"), "sum", criteria="zhu-2013") == [25]


def test_who_1979_progresses_by_one_lesion_or_by_the_sum() -> None:
    reads = products("10x10 12.5x10", "30x30 30x20")
    assert column(reads, "response", criteria="who-1979") == ["PD"]
    assert column(reads, "response", criteria="who-1979", who_pd="sum") == ["NC"]
    assert column(products("10x10 12.499x10"), "response", criteria="who-1979") == ["NC"]
    assert column(products("10x10 10x5"), "target", criteria="who-1979") == ["PR"]
    assert column(products("10x10 10x5 10x6.25"), "target", criteria="who-1979") == ["PR", "PD"]


def test_who_1979_judges_merged_lesions_together() -> None:
    reads = products("10x10 20x12.49", "10x10")
    reads.append(row(1, "T2", "merged", merged_into="T1"))
    assert column(reads, "response", criteria="who-1979") == ["NC"]
    reads[1]["short_mm"] = "12.5"
    assert column(reads, "response", criteria="who-1979") == ["PD"]


def test_baseline_is_marked_or_last_before_the_reference_date_or_the_first() -> None:
    reads = courses("30 30 30")
    visits = reads_of(reads, [])["S1", "1"]
    assert baseline_of(visits, None) == 0
    assert baseline_of(visits, day(28)) == 1
    assert baseline_of(visits, day(-1)) == 0
    visits[2].rows[0]["baseline"] = True
    assert baseline_of(visits, day(28)) == 2
    assert assess(reads, criteria="recist-1.1")[0][0]["flags"] == "pre-baseline"


def test_progression_is_dated_by_the_earliest_scan_and_response_by_the_last() -> None:
    reads = courses("30 20 40", "30 20 40")
    for each in reads:
        if each["lesion"] == "T2":
            each["date"] += timedelta(days=3)
    found = best(reads)
    assert found["response_date"] == day(31)
    assert found["progression_date"] == day(56)
    assert found["last_date"] == day(59)


def test_rows_are_ordered_by_subject_reader_compartment_and_visit() -> None:
    case = generate(5, 20, "recist-1.1")
    responses, lines = assess(case.reads, criteria="recist-1.1", visits=case.visits)
    place = {"primary": "0", "distant": "1", "overall": "~"}
    for rows, last in ((responses, "date_first"), (lines, "last_date")):
        keys = [
            (r["subject"], r["reader"], place.get(r["compartment"], r["compartment"]), r[last])
            for r in rows
        ]
        assert keys == sorted(keys)


def test_row_order_of_the_input_does_not_matter() -> None:
    case = generate(9, 20, "zhu-2013")
    given: dict[str, Any] = {"visits": case.visits, "subjects": case.subjects}
    turned = assess(case.reads[::-1], criteria="zhu-2013", **given)
    assert turned == assess(case.reads, criteria="zhu-2013", **given)
