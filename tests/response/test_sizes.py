"""Sizes by state: too small, gone, split, merged, without an axis (conventions C5 to C9)."""

from __future__ import annotations

import pytest

from tests.response.patients import course

FOUR = ("recist-1.1", "recist-1.0", "who-1979", "zhu-2013")


@pytest.mark.parametrize(
    ("name", "total"),
    [("recist-1.1", 35.0), ("recist-1.0", 35.0), ("who-1979", 325.0), ("zhu-2013", 325.0)],
)
def test_too_small_to_measure_counts_5_mm_or_25_mm2(name: str, total: float) -> None:
    text = """
        T1 30x10 30x10
        T2 20x10 small
    """
    assert course(text, "sum", criteria=name) == [total]


def test_too_small_with_a_size_counts_that_size() -> None:
    assert course("T1 20 small:3.5", "target", "sum") == [("PR", 3.5)]
    assert course("T1 20x20 small:4x3", "sum", criteria="zhu-2013") == [12.0]
    assert course("L1 x20 small:x4", "target", "sum") == [("CR", 4.0)]


def test_too_small_with_one_axis_of_a_product_counts_the_stand_in() -> None:
    assert course("T1 20x20 small:4", "sum", criteria="zhu-2013") == [25.0]
    assert course("L1 x20 small:4", "sum") == [5.0]


def test_too_small_is_seen_and_so_no_cr() -> None:
    assert course("T1 20 small", "target", "sum") == [("PR", 5.0)]
    assert course("T1 20 small:0.1", "target") == ["PR"]


def test_a_node_too_small_to_measure_is_normal() -> None:
    assert course("L1 x20 small", "target", "sum") == [("CR", 5.0)]
    assert course("L1 20x20 small", "target", criteria="recist-1.0") == ["PR"]


def test_a_node_too_small_with_a_short_axis_is_judged_by_it() -> None:
    assert course("L1 x20 small:x9.9", "target", "sum") == [("CR", 9.9)]


@pytest.mark.parametrize(
    ("name", "baseline", "cell", "reason"),
    [
        ("zhu-2013", "20x20", "20", "no-perpendicular"),
        ("who-1979", "20x20", "20", "no-perpendicular"),
        ("zhu-2013", "20x20", "x20", "no-longest-diameter"),
        ("recist-1.1", "20x20", "x20", "no-longest-diameter"),
        ("recist-1.0", "20x20", "x20", "no-longest-diameter"),
    ],
)
def test_measured_without_the_axis_that_counts_is_not_evaluable(
    name: str, baseline: str, cell: str, reason: str
) -> None:
    text = f"T1 {baseline} {cell}"
    assert course(text, "target", "sum", "reason", criteria=name) == [
        ("NE", None, f"targets not all evaluated: T1 ({reason})")
    ]


def test_a_size_beside_not_evaluable_is_not_used() -> None:
    assert course("T1 20 NE:artefact:40", "target", "sum") == [("NE", None)]


def test_fragments_of_a_split_lesion_add_up() -> None:
    assert course("T1 30 12.5+8", "target", "sum") == [("PR", 20.5)]
    assert course("T1 30x20 10x5+8x4", "sum", criteria="zhu-2013") == [82.0]


def test_a_patient_may_have_nothing_but_fragments() -> None:
    assert course("T1 20+10 12+8", "target", "sum", "baseline_sum") == [("PR", 20.0, 30.0)]


def test_fragments_are_no_new_lesions_and_count_as_one_lesion() -> None:
    text = """
        T1 30 12+8+6
        T2 30 NE
    """
    # Three fragments of T1 do not stand in for the missing T2.
    assert course("T1 30 12+8+6", "response", "new_lesion", "sum") == [("SD", "none", 26.0)]
    assert course(text, "target", "sum") == [("NE", None)]


def test_a_fragment_without_its_axis_makes_the_lesion_not_evaluable() -> None:
    text = "T1 30x20 10x5+8 10x5+8x5"
    assert course(text, "target", "sum", criteria="zhu-2013") == [("NE", None), ("PR", 90.0)]
    rows = course("T1 30x20 8+10x5", "target", "reason", criteria="zhu-2013")
    assert rows == [("NE", "targets not all evaluated: T1 (no-perpendicular)")]


def test_a_fragment_without_its_axis_spoils_no_other_lesion() -> None:
    text = """
        T1 30x20 10x5+8 30x20
        T2 30x20 30x30  10+10x5
        T3 9x9   60x60  60x60
    """
    rows = course(text, "target", "flags", criteria="zhu-2013")
    assert rows == [
        ("PD", "partial-sum-progression"),
        ("PD", "partial-sum-progression;after-progression"),
    ]


@pytest.mark.parametrize(
    ("fragments", "expected", "total"),
    [
        ("x9+x8", "CR", 17.0),
        ("x10+x3", "PR", 13.0),
        ("x3+x10", "PR", 13.0),
        ("x9.999+x9.999", "CR", 19.998),
    ],
)
def test_the_largest_fragment_of_a_node_answers_the_10_mm_test(
    fragments: str, expected: str, total: float
) -> None:
    assert course(f"L1 x20 {fragments}", "target", "sum") == [(expected, total)]


def test_a_merged_lesion_counts_once_under_the_lesion_that_holds_it() -> None:
    text = """
        T1 30 50
        T2 25 >T1
    """
    assert course(text, "target", "sum") == [("SD", 50.0)]


def test_a_merged_lesion_is_not_gone() -> None:
    text = """
        T1 30 2
        T2 25 >T1
        L1 x20 x9
    """
    assert course(text, "target") == ["PR"]


def test_a_size_beside_merged_is_not_used() -> None:
    text = """
        T1 30 30
        T2 25 >T1:25
    """
    assert course(text, "sum") == [30.0]


def test_a_merged_node_goes_by_its_holder_not_by_a_size_beside_it() -> None:
    text = """
        L1 25x20 20x9
        L2 25x20 >L1:25x12
    """
    assert course(text, "target", "sum") == [("CR", 9.0)]


def test_a_merged_lesion_is_evaluable_though_its_holder_is_not() -> None:
    text = """
        T1 30 NE
        T2 25 >T1
    """
    assert course(text, "target", "reason") == [("NE", "targets not all evaluated: T1 (artefact)")]


@pytest.mark.parametrize(
    ("holder", "expected", "total"),
    [("20x9", "CR", 9.0), ("20x10", "PR", 10.0), ("40x30", "SD", 30.0)],
)
def test_nodes_merged_into_a_node_count_by_the_common_short_axis(
    holder: str, expected: str, total: float
) -> None:
    text = f"""
        L1 25x20 {holder}
        L2 25x20 >L1
    """
    assert course(text, "target", "sum") == [(expected, total)]


def test_a_conglomerate_with_another_lesion_counts_by_its_longest_diameter() -> None:
    text = """
        L1 25x20 20x9
        T1 20    >L1
    """
    # L1 alone would be a normal node of 9 mm: what it holds is no node.
    assert course(text, "target", "sum") == [("PR", 20.0)]


def test_a_node_merged_into_another_lesion_blocks_cr() -> None:
    text = """
        T1 30    8
        L1 25x20 >T1
    """
    assert course(text, "target", "sum") == [("PR", 8.0)]


def test_only_the_node_that_holds_another_lesion_counts_by_its_longest_diameter() -> None:
    text = """
        L1 25x20 20x9
        T1 20    >L1
        L2 25x20 18x9
    """
    assert course(text, "sum") == [29.0]
    separate = """
        L1 25x20 20x9  20x9
        T1 20    >L1   12
        L2 25x20 18x9  18x9
    """
    assert course(separate, "sum") == [29.0, 30.0]


def test_a_merged_node_whose_holder_was_not_evaluated_shows_no_disease() -> None:
    text = """
        L1 25x20 x9  NE
        L2 25x20 x9  >L1
    """
    assert course(text, "target", "response", "flags") == [("CR", "CR", None), ("NE", "NE", None)]


def test_a_merged_node_whose_holder_is_ill_is_ill() -> None:
    text = """
        L1 25x20 x9 25x10
        L2 25x20 x9 >L1
    """
    assert course(text, "target", "sum") == [("CR", 18.0), ("PR", 10.0)]


def test_a_merged_target_counts_as_disease_where_nodes_have_no_rule() -> None:
    text = """
        L1 25x20 8x4
        L2 25x20 >L1
    """
    assert course(text, "target", "sum", criteria="recist-1.0") == [("PR", 8.0)]


def test_a_target_that_cannot_be_told_from_a_non_target_is_not_evaluable() -> None:
    text = """
        T1 30   NE:merged-with-non-target
        X1 seen seen
    """
    assert course(text, "target", "reason") == [
        ("NE", "targets not all evaluated: T1 (merged-with-non-target)")
    ]


@pytest.mark.parametrize("name", FOUR)
def test_a_lesion_too_small_at_baseline_has_a_size(name: str) -> None:
    text = """
        T1 30x30 30x30
        T2 small:4x4 small:4x4
    """
    assert course(text, "target", criteria=name)[0] in {"SD", "NC"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("T1 20 gone small\nX1 seen seen seen", ("PD", "progression-by-imputed-size")),
        ("T1 4.1 small:0.1 small\nX1 seen seen seen", ("SD", None)),
        ("T1 20 gone small:5\nX1 seen seen seen", ("PD", None)),
        ("T1 20 gone small\nT2 20 1 6.2\nX1 seen seen seen",
         ("PD", None)),
        ("T1 20 gone small\nT2 20 1 5.9\nX1 seen seen seen",
         ("PD", "progression-by-imputed-size")),
    ],
)  # fmt: skip
def test_progression_by_an_imputed_size_is_flagged(
    text: str, expected: tuple[str, str | None]
) -> None:
    assert course(text, "target", "flags")[1] == expected
