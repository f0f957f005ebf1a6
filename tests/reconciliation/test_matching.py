"""Which lesion of one read is which of the other."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import numpy as np
import polars as pl
import pytest

from recistkit.reconciliation.matching import REACH, Reach, match_lesions
from tests.reconciliation.tables import mark, marks_table

Marks = list[dict[str, Any]]


def matched(*marks: dict[str, Any], reach: Reach = REACH) -> list[tuple[str, str, str]]:
    """Return first lesion, second lesion and how they were matched."""
    pairs = match_lesions(marks_table(*marks), ("A", "B"), reach).pairs
    return pairs.select("lesion_1", "lesion_2", "matched_by").rows()


def placed(reader: str, xs: dict[str, float], **values: object) -> Marks:
    """Return one lesion per name, side by side on the x axis."""
    return [mark(reader, lesion, x, **values) for lesion, x in xs.items()]


ABC = {"T1": 0.0, "T2": 40.0, "T3": 80.0}


def test_the_same_lesions_under_other_names_are_found() -> None:
    other = placed("B", {"L1": 80.0, "L2": 0.0, "L3": 40.0})
    assert matched(*placed("A", ABC), *other) == [
        ("T1", "L2", "place"),
        ("T2", "L3", "place"),
        ("T3", "L1", "place"),
    ]


def test_lesions_that_all_lie_a_little_aside_are_found() -> None:
    other = placed("B", {f"L{name}": x + 7 for name, x in ABC.items()})
    assert [pair[:2] for pair in matched(*placed("A", ABC), *other)] == [
        ("T1", "LT1"),
        ("T2", "LT2"),
        ("T3", "LT3"),
    ]


def test_a_lesion_that_one_reader_lacks_stays_alone() -> None:
    other = placed("B", {"L1": 0.0, "L3": 80.0})
    assert [pair[:2] for pair in matched(*placed("A", ABC), *other)] == [
        ("T1", "L1"),
        ("T3", "L3"),
    ]


def test_a_split_lesion_lies_at_the_middle_of_its_fragments() -> None:
    fragments = [
        mark("A", "T1", x, fragment=name, longest_um=9000) for name, x in (("a", 0.0), ("b", 30.0))
    ]
    assert matched(*fragments, mark("B", "L1", 15.0)) == [("T1", "L1", "place")]
    assert matched(*fragments, mark("B", "L1", 0.0, organ=None)) == []


@pytest.mark.parametrize("lacking", ["place", "series"])
def test_a_split_lesion_with_fragments_that_cannot_be_joined_has_no_place(lacking: str) -> None:
    second: dict[str, Any] = {"series": "9.9"} if lacking == "series" else {"x_mm": None}
    fragments = [
        mark("A", "T1", 0.0, fragment="a"),
        mark("A", "T1", fragment="b", **{"x_mm": 0.0} | second),
    ]
    assert matched(*fragments, mark("B", "L1", 0.0)) == [("T1", "L1", "organ")]


def test_fragments_of_two_series_in_one_frame_have_a_place() -> None:
    fragments = [
        mark("A", "T1", x, fragment=series, series=series, frame_of_reference="7.7")
        for series, x in (("1.1", 0.0), ("1.2", 4.0))
    ]
    other = mark("B", "L1", 2.0, series="1.3", frame_of_reference="7.7")
    assert matched(*fragments, other) == [("T1", "L1", "place")]


LIMITS = {
    "at 10 mm": (10.0, 20_000, 5000, True),
    "beyond 10 mm": (10.000001, 20_000, 5000, False),
    "at half of the larger one": (30.0, 20_000, 60_000, True),
    "beyond half of the larger one": (30.001, 60_000, 20_000, False),
    "without sizes": (10.0, None, None, True),
}


@pytest.mark.parametrize("name", LIMITS)
def test_the_reach_follows_the_size(name: str) -> None:
    distance, first, second, is_matched = LIMITS[name]
    pairs = matched(
        mark("A", "T1", 0.0, longest_um=first), mark("B", "L1", distance, longest_um=second)
    )
    assert pairs == ([("T1", "L1", "place")] if is_matched else [])


def test_the_short_axis_makes_a_reach_where_it_is_all_there_is() -> None:
    node: dict[str, Any] = {"nodal": True, "longest_um": None, "short_um": 30_000}
    assert matched(mark("A", "T1", 0.0, **node), mark("B", "L1", 15.0, **node))


def test_the_reach_is_data() -> None:
    pair = (mark("A", "T1", 0.0), mark("B", "L1", 4.0))
    assert matched(*pair, reach=Reach(least_um=3999, share_of_longest=100)) == []
    assert matched(*pair, reach=Reach(least_um=4000, share_of_longest=100)) != []


def test_a_lesion_named_after_another_organ_is_the_same_only_inside_the_lesion() -> None:
    assert matched(mark("A", "T1", 0.0, organ="lung"), mark("B", "L1", 10.0)) == [
        ("T1", "L1", "place")
    ]
    small: dict[str, Any] = {"longest_um": 12_000}
    assert matched(mark("A", "T1", 0.0, organ="lung", **small), mark("B", "L1", 6.0, **small))
    assert not matched(mark("A", "T1", 0.0, organ="lung", **small), mark("B", "L1", 6.1, **small))
    no_size: dict[str, Any] = {"longest_um": None}
    other = mark("A", "T1", 0.0, organ="lung", **no_size)
    assert not matched(other, mark("B", "L1", 0.001, **no_size))
    assert matched(other, mark("B", "L1", 0.0, **no_size))


@pytest.mark.parametrize("first", ["left lung", "Lung, upper lobe"])
def test_sides_and_lobes_are_one_organ(first: str) -> None:
    small: dict[str, Any] = {"longest_um": 5000}
    pair = (mark("A", "T1", 0.0, organ=first, **small), mark("B", "L1", 9.0, organ="lung", **small))
    assert matched(*pair) == [("T1", "L1", "place")]


def test_a_node_is_never_a_lesion_that_is_none() -> None:
    assert matched(mark("A", "T1", 0.0, nodal=True), mark("B", "L1", 0.0)) == []
    assert matched(mark("A", "T1", nodal=True), mark("B", "L1")) == []


def test_nothing_matches_across_frames_of_reference() -> None:
    other = mark("B", "L1", 0.0, frame_of_reference="2.2")
    assert matched(mark("A", "T1", 0.0, frame_of_reference="1.1"), other) == []
    assert matched(mark("A", "T1", frame_of_reference="1.1"), other) == []


def test_one_frame_of_reference_joins_two_series() -> None:
    first = mark("A", "T1", 0.0, frame_of_reference="1.1", series="5.1")
    second = mark("B", "L1", 0.0, frame_of_reference="1.1", series="5.2")
    assert matched(first, second) == [("T1", "L1", "place")]


SERIES: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "one series, one frame unnamed": ({"frame_of_reference": "1.1"}, {}, "place"),
    "nothing named": ({"series": None}, {"series": None}, "place"),
    "two series without frames": ({"series": "5.1"}, {"series": "5.2"}, "organ"),
    "one series unnamed": ({"series": "5.1"}, {"series": None}, "organ"),
    "a frame and nothing": (
        {"series": None, "frame_of_reference": "1.1"},
        {"series": None},
        "organ",
    ),
}


@pytest.mark.parametrize("name", SERIES)
def test_the_series_stands_for_a_frame_that_is_not_named(name: str) -> None:
    first, second, by = SERIES[name]
    assert matched(mark("A", "T1", 0.0, **first), mark("B", "L1", 0.0, **second)) == [
        ("T1", "L1", by)
    ]


def test_two_lesions_at_one_place_are_not_torn_apart_for_one_more_pair() -> None:
    first = placed("A", {"T1": 0.0, "T2": 9.0})
    second = placed("B", {"L1": 0.0, "L2": -9.0})
    assert matched(*first, *second) == [("T1", "L1", "place")]


def test_of_equally_close_choices_the_one_with_more_pairs_is_taken() -> None:
    # T1-L1 has all the closeness there is; T2 and L2 lie at the very limit, and add nothing.
    first = placed("A", {"T1": 0.0, "T2": 10.0})
    second = placed("B", {"L1": 0.0, "L2": 20.0})
    assert matched(*first, *second) == [("T1", "L1", "place"), ("T2", "L2", "place")]


def test_a_tie_goes_by_the_names_of_the_lesions() -> None:
    pairs = matched(*placed("A", {"T1": 0.0}), *placed("B", {"L2": -5.0, "L1": 5.0}))
    assert pairs == [("T1", "L1", "place")]


def best_closeness(distances: np.ndarray[Any, Any], reach: float) -> float:
    """Return the largest sum of closeness over all one-to-one choices."""
    closeness = np.maximum(1 - distances / reach, 0)
    size = len(distances)
    orders = np.array(list(permutations(range(size))))
    return float(closeness[np.arange(size), orders].sum(axis=1).max())


@pytest.mark.parametrize("size", range(2, 8))
def test_the_sum_of_closeness_is_that_of_brute_force(size: int) -> None:
    random = np.random.default_rng(size)
    for _ in range(5):
        points = random.uniform(0, 25, (2, size, 3))
        marks = [
            mark(reader, f"{reader}{n}", point[0], y_mm=point[1], z_mm=point[2], longest_um=30_000)
            for reader, cloud in zip("AB", points, strict=True)
            for n, point in enumerate(cloud)
        ]
        distances = np.linalg.norm(points[0][:, None] - points[1][None], axis=2)
        pairs = match_lesions(marks_table(*marks), ("A", "B")).pairs.filter(matched_by="place")
        found = sum(
            1 - distances[int(first[1:]), int(second[1:])] / 15
            for first, second in pairs.select("lesion_1", "lesion_2").rows()
        )
        assert found == pytest.approx(best_closeness(distances, 15), abs=1e-5)
        assert pairs["lesion_1"].is_unique().all()
        assert pairs["lesion_2"].is_unique().all()


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_rows_changes_nothing(seed: int) -> None:
    random = np.random.default_rng(17)
    marks = [
        mark(
            reader,
            f"T{n}",
            float(random.integers(0, 12)),
            fragment=fragment,
            subject=f"S{n % 2}",
            y_mm=float(random.uniform(0, 5)),
        )
        for reader in "AB"
        for n in range(6)
        for fragment in "abc"
    ]
    table = marks_table(*marks)
    result = match_lesions(table, ("A", "B"))
    shuffled = match_lesions(table.sample(fraction=1, shuffle=True, seed=seed), ("A", "B"))
    assert result.pairs.height > 4
    assert shuffled.pairs.equals(result.pairs)
    assert shuffled.lesions.equals(result.lesions)


def test_subjects_and_visits_are_kept_apart() -> None:
    first = mark("A", "T1", 0.0, organ=None)
    assert matched(first, mark("B", "L1", 0.0, subject="S2", organ=None)) == []
    assert matched(first, mark("B", "L1", 0.0, timepoint="m2", organ=None)) == []


def test_places_are_compared_at_the_first_visit_that_has_both() -> None:
    first = [mark("A", "T1"), mark("A", "T1", 0.0, timepoint="m2")]
    second = [
        mark("B", "L1", 50.0),
        mark("B", "L1", 3.0, timepoint="m2"),
        mark("B", "L1", 4.0, timepoint="m4"),
    ]
    pairs = match_lesions(marks_table(*first, *second), ("A", "B")).pairs
    assert pairs.rows() == [("S1", "T1", "L1", "place", 3.0)]


def test_a_new_lesion_may_be_what_the_other_reader_had_from_the_baseline() -> None:
    first = [mark("A", "N1", 0.0, timepoint="m2", role="new", state="present")]
    second = [
        mark("B", "NT1", 1.0, timepoint=visit, role="non-target", state="present")
        for visit in ("base", "m2")
    ]
    assert matched(*first, *second) == [("N1", "NT1", "place")]


def test_readers_who_are_not_named_take_no_part() -> None:
    assert matched(mark("A", "T1", 0.0), mark("C", "L1", 0.0)) == []


ORGANS: dict[str, tuple[dict[str, Any], dict[str, Any], bool]] = {
    "one of each": ({}, {}, True),
    "sides do not count": ({"organ": "left lung"}, {"organ": "lung"}, True),
    "other organs": ({"organ": "lung"}, {}, False),
    "no organ": ({"organ": None}, {"organ": None}, False),
    "other roles": ({"role": "non-target"}, {}, False),
    "other compartments": ({"compartment": "primary"}, {"compartment": "distant"}, False),
    "one place only": ({"x_mm": 0.0}, {}, True),
    "places too far apart": ({"x_mm": 0.0}, {"x_mm": 50.0}, False),
    "no common visit": ({"timepoint": "m2"}, {}, False),
}


@pytest.mark.parametrize("name", ORGANS)
def test_without_places_the_organ_tells_where_it_is_not_ambiguous(name: str) -> None:
    first, second, is_matched = ORGANS[name]
    pairs = matched(mark("A", "T1", **first), mark("B", "L1", **second))
    assert pairs == ([("T1", "L1", "organ")] if is_matched else [])


def test_two_lesions_of_one_organ_without_places_cannot_be_told_apart() -> None:
    assert matched(mark("A", "T1"), mark("B", "L1"), mark("B", "L2")) == []
    assert matched(mark("A", "T1"), mark("A", "T2"), mark("B", "L1"), mark("B", "L2")) == []


def test_what_places_have_matched_is_no_longer_ambiguous() -> None:
    pairs = matched(mark("A", "T1", 0.0), mark("A", "T2"), mark("B", "L1", 0.0), mark("B", "L2"))
    assert pairs == [("T1", "L1", "place"), ("T2", "L2", "organ")]


def test_an_empty_table_has_no_pairs() -> None:
    matching = match_lesions(marks_table(), ("A", "B"))
    assert (matching.lesions.height, matching.pairs.height) == (0, 0)


def test_a_lesion_is_nodal_if_one_of_its_rows_says_so() -> None:
    first = [mark("A", "T1", 0.0, nodal=True), mark("A", "T1", 0.0, timepoint="m2", nodal=None)]
    lesions = match_lesions(marks_table(*first), ("A", "B")).lesions
    assert lesions["nodal"].to_list() == [True, True]


def test_columns_that_a_table_lacks_are_empty() -> None:
    table = marks_table(mark("A", "T1", 0.0), mark("B", "L1", 0.0))
    short = table.select("subject", "reader", "timepoint", "lesion", "x_mm", "y_mm", "z_mm")
    assert match_lesions(short, ("A", "B")).pairs.select(pl.col("lesion_1")).rows() == [("T1",)]
