"""Findings: small reads in, exact findings out."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest

from recistkit.findings import FINDING_COLUMNS, check_reads
from recistkit.model.limits import SelectionLimits
from tests.findings.tables import (
    NO_LIMITS,
    READS,
    RECIST_1_0,
    RECIST_1_1,
    VISITS,
    found,
    lesion,
    over_time,
    reads_of,
    visits_of,
)


def targets(count: int, **cells: object) -> list[dict[str, Any]]:
    """Return so many targets at baseline."""
    return [lesion(lesion=f"T{number}", **cells) for number in range(1, count + 1)]


def in_organs(*organs: str | None) -> list[dict[str, Any]]:
    """Return one target in each organ."""
    return [lesion(lesion=f"T{n}", organ=organ) for n, organ in enumerate(organs, start=1)]


def node(short_um: int | None, **cells: object) -> dict[str, Any]:
    """Return a nodal target."""
    return lesion(**{"nodal": True, "short_um": short_um, **cells})


def test_an_ordinary_read_has_no_findings_and_the_header_stands() -> None:
    reads = reads_of(lesion(organ="liver", modality="CT", slice_thickness_mm=5.0))
    table = check_reads(reads, visits_of(reads), RECIST_1_1)
    assert table.columns == list(FINDING_COLUMNS)
    assert set(table.dtypes) == {pl.String}
    assert table.height == 0


def test_a_table_without_rows_has_no_findings() -> None:
    table = check_reads(pl.DataFrame(schema=READS), pl.DataFrame(schema=VISITS), RECIST_1_1)
    assert table.shape == (0, 6)


def test_without_limits_nothing_is_said_about_the_selection() -> None:
    rows = [*targets(12, organ="liver", longest_um=2_000, slice_thickness_mm=9.0)]
    rows += [node(3_000, lesion="N1")]
    late = {"reference_date": dt.date(2021, 3, 1)}
    assert found(*rows, limits=NO_LIMITS, **late) == []


@pytest.mark.parametrize(("limits", "maximum"), [(RECIST_1_1, 5), (RECIST_1_0, 10)])
def test_targets_are_counted_per_patient(limits: SelectionLimits, maximum: int) -> None:
    assert found(*targets(maximum), limits=limits) == []
    names = ", ".join(sorted(f"T{number}" for number in range(1, maximum + 2)))
    message = f"{maximum + 1} targets at baseline ({names}), expected at most {maximum}"
    expected = [("baseline", None, "too-many-targets", message)]
    assert found(*targets(maximum + 1), limits=limits) == expected


def test_compartments_and_roles_do_not_add_to_the_targets_of_a_patient() -> None:
    rows = [*targets(5), lesion(lesion="N1", role="non-target", state="present")]
    rows[0]["compartment"] = "primary"
    assert found(*rows) == []


def test_each_read_has_its_own_number_of_targets() -> None:
    rows = [*targets(4), *targets(4, reader="B"), *targets(4, subject="S2")]
    assert found(*rows) == []


def test_fragments_and_later_visits_are_not_counted_again() -> None:
    rows = [*targets(5), *targets(5, timepoint="month-2")]
    rows += [lesion(lesion="T5", fragment="b")]
    assert found(*rows) == []


@pytest.mark.parametrize(("limits", "maximum"), [(RECIST_1_1, 2), (RECIST_1_0, 5)])
def test_targets_are_counted_per_organ(limits: SelectionLimits, maximum: int) -> None:
    assert found(*targets(maximum, organ="liver"), limits=limits) == []
    names = ", ".join(f"T{number}" for number in range(1, maximum + 2))
    message = f"{maximum + 1} targets in one organ, liver ({names}), expected at most {maximum}"
    expected = [("baseline", None, "too-many-per-organ", message)]
    assert found(*targets(maximum + 1, organ="liver"), limits=limits) == expected


def test_a_paired_organ_is_one_organ() -> None:
    assert found(*in_organs("lung-left", "lung-right", "lung-left")) == [
        (
            "baseline",
            None,
            "too-many-per-organ",
            "3 targets in one organ, lung (T1, T2, T3), expected at most 2",
        )
    ]


def test_all_nodes_are_one_organ() -> None:
    rows = [
        node(20_000, lesion=f"T{n}", organ=organ)
        for n, organ in enumerate(("pelvis", None, "mediastinal lymph node"), start=1)
    ]
    assert found(*rows) == [
        (
            "baseline",
            None,
            "too-many-per-organ",
            "3 targets in one organ, lymph nodes (T1, T2, T3), expected at most 2",
        )
    ]


def test_targets_without_an_organ_are_in_no_organ() -> None:
    assert found(*in_organs(None, None, None)) == []


SIZES: dict[str, tuple[dict[str, Any], list[tuple[str, str]]]] = {
    "exactly the smallest size": (lesion(longest_um=10_000), []),
    "just below it": (
        lesion(longest_um=9_900),
        [("below-minimum-size", "longest diameter 9.9 mm, expected at least 10 mm for a target")],
    ),
    "too small to measure": (
        lesion(state="too-small", longest_um=None),
        [("below-minimum-size", "too small to measure, expected at least 10 mm for a target")],
    ),
    "too small, with a size": (
        lesion(state="too-small", longest_um=4_000),
        [("below-minimum-size", "longest diameter 4 mm, expected at least 10 mm for a target")],
    ),
    "a size that was not taken": (lesion(state="not-evaluable", longest_um=None), []),
    "nodal or not unstated": (
        lesion(nodal=None, longest_um=9_000),
        [("below-minimum-size", "longest diameter 9 mm, expected at least 10 mm for a target")],
    ),
    "a node of exactly the smallest size": (node(15_000), []),
    "a node just below it": (
        node(14_900),
        [("node-below-15", "short axis 14.9 mm, expected at least 15 mm for a target")],
    ),
    "a node without its short axis": (node(None), []),
    "a node of 10 mm": (
        node(10_000),
        [("node-below-15", "short axis 10 mm, expected at least 15 mm for a target")],
    ),
    "a normal node as target": (
        node(9_900),
        [
            ("node-below-15", "short axis 9.9 mm, expected at least 15 mm for a target"),
            (
                "normal-node",
                (
                    "node with a short axis of 9.9 mm; below 10 mm a node is normal"
                    " and is not followed"
                ),
            ),
        ],
    ),
    "a normal node as non-target": (
        node(8_000, role="non-target", state="present", longest_um=None),
        [
            (
                "normal-node",
                "node with a short axis of 8 mm; below 10 mm a node is normal and is not followed",
            )
        ],
    ),
    "a pathological node as non-target": (node(12_000, role="non-target", state="present"), []),
    "a small non-target": (lesion(role="non-target", state="present", longest_um=4_000), []),
    "a small new lesion": (lesion(role="new", state="present", longest_um=4_000), []),
    "exactly twice its slices": (lesion(longest_um=16_000, slice_thickness_mm=8.0), []),
    "below twice its slices": (
        lesion(longest_um=15_900, slice_thickness_mm=8.0),
        [
            (
                "below-twice-slice-thickness",
                "longest diameter 15.9 mm on slices of 8 mm, expected at least 16 mm for a target",
            )
        ],
    ),
    "a node above 15 mm and below twice its slices": (
        node(15_000, slice_thickness_mm=7.6),
        [
            (
                "below-twice-slice-thickness",
                "short axis 15 mm on slices of 7.6 mm, expected at least 15.2 mm for a target",
            )
        ],
    ),
    "a node held to its short axis and not its longest": (
        node(16_000, longest_um=30_000, slice_thickness_mm=8.0),
        [],
    ),
    "a non-target below twice its slices": (
        lesion(role="non-target", state="present", longest_um=9_000, slice_thickness_mm=8.0),
        [],
    ),
}


@pytest.mark.parametrize("name", SIZES)
def test_targets_at_baseline_are_large_enough(name: str) -> None:
    row, findings = SIZES[name]
    assert found(row) == [("baseline", "T1", code, message) for code, message in findings]


def test_each_row_has_its_own_slice_thickness() -> None:
    rows = [
        lesion(lesion="T1", longest_um=12_000, slice_thickness_mm=5.0),
        lesion(lesion="T2", longest_um=12_000, slice_thickness_mm=7.0),
        lesion(lesion="T3", longest_um=12_000),
    ]
    assert [row[1:3] for row in found(*rows)] == [("T2", "below-twice-slice-thickness")]


def test_follow_up_sizes_are_not_held_to_the_limits() -> None:
    follow_up = lesion(timepoint="month-2", longest_um=3_000, slice_thickness_mm=8.0)
    assert found(lesion(), follow_up) == []


def test_the_fragments_of_a_lesion_are_one_size() -> None:
    first, second = (
        lesion(state="split", fragment=name, longest_um=6_000, slice_thickness_mm=thickness)
        for name, thickness in (("a", 5.0), ("b", 7.0))
    )
    assert found(first, second) == [
        (
            "baseline",
            "T1",
            "below-twice-slice-thickness",
            "longest diameter 12 mm on slices of 7 mm, expected at least 14 mm for a target",
        )
    ]
    assert found(first, second | {"longest_um": None}) == []


def test_of_a_split_node_the_largest_fragment_says_whether_it_is_normal() -> None:
    fragments = [node(8_000, state="split", fragment=name) for name in "ab"]
    assert [row[2] for row in found(*fragments)] == ["normal-node"]
    assert found(fragments[0], fragments[1] | {"short_um": 11_000}) == []


def test_a_node_has_no_rule_of_its_own_under_recist_1_0() -> None:
    small = node(4_000, longest_um=9_000, slice_thickness_mm=8.0)
    assert [row[2] for row in found(small, limits=RECIST_1_0)] == ["below-minimum-size"]
    assert found(node(4_000, longest_um=10_000), limits=RECIST_1_0) == []


def test_without_a_nodal_rule_slices_are_held_against_the_longest_diameter() -> None:
    limits = SelectionLimits(slice_thickness_factor=2.0)
    row = node(20_000, longest_um=15_000, slice_thickness_mm=8.0)
    assert [one[2:] for one in found(row, limits=limits)] == [
        (
            "below-twice-slice-thickness",
            "longest diameter 15 mm on slices of 8 mm, expected at least 16 mm for a target",
        )
    ]


def test_the_earliest_baseline_scan_lies_within_four_weeks() -> None:
    row = lesion()
    assert found(row, reference_date=dt.date(2020, 3, 29)) == []
    assert found(row, reference_date=dt.date(2020, 3, 30)) == [
        (
            "baseline",
            None,
            "baseline-too-early",
            (
                "earliest baseline scan 2020-03-01, 29 days before the reference date 2020-03-30;"
                " expected at most 28"
            ),
        )
    ]


def test_without_a_reference_date_no_baseline_is_too_early() -> None:
    assert found(lesion(), reference_date=None) == []


def test_only_the_baseline_is_held_to_the_reference_date() -> None:
    rows = [lesion(timepoint="screening"), lesion(timepoint="month-2")]
    assert found(*rows, reference_date=dt.date(2021, 1, 1)) == []


def test_a_non_target_recorded_late_is_named_once() -> None:
    late = lesion(lesion="N1", role="non-target", state="present", longest_um=None)
    rows = [lesion(), late | {"timepoint": "month-4"}, late | {"timepoint": "month-2"}]
    message = "non-target first recorded after the baseline; not evaluable before"
    assert found(*rows) == [("month-2", "N1", "non-target-without-baseline", message)]
    assert found(*rows, late) == []


def test_a_non_target_seen_only_before_the_baseline_is_recorded_late() -> None:
    late = lesion(lesion="N1", role="non-target", state="present", longest_um=None)
    rows = [lesion(), late | {"timepoint": "screening"}, late | {"timepoint": "month-2"}]
    assert [row[:3] for row in found(*rows)] == [("month-2", "N1", "non-target-without-baseline")]


def test_another_organ_than_at_first_is_named() -> None:
    assert found(*over_time("organ", "lung-left", "Lung-Left ", "lung-right")) == [
        ("month-4", "T1", "organ-changed", "lung-right here, lung-left at baseline"),
    ]


def test_a_size_that_no_rule_uses_is_named() -> None:
    rows = [
        lesion(),
        lesion(timepoint="month-2", state="not-evaluable", longest_um=None, short_um=8_000),
        lesion(timepoint="month-4", state="merged"),
        lesion(timepoint="month-4", lesion="T2", state="merged", longest_um=None),
    ]
    assert found(*rows) == [
        ("month-2", "T1", "size-not-used", "a size beside not-evaluable is not used"),
        ("month-4", "T1", "size-not-used", "a size beside merged is not used"),
    ]


def test_sizes_finer_than_a_tenth_of_a_millimetre_are_counted_per_read() -> None:
    rows = [
        lesion(),
        lesion(timepoint="month-2", lesion="T2", longest_um=29_950),
        lesion(timepoint="month-2", longest_um=30_000, short_um=12_001),
        lesion(timepoint="month-2", reader="B", longest_um=30_100),
    ]
    message = "sizes finer than 0.1 mm in 2 row(s), first 12.001 mm of T1 at month-2"
    assert found(*rows) == [(None, None, "finer-than-0.1-mm", message)]


def test_a_longest_diameter_finer_than_a_tenth_is_shown_first() -> None:
    message = "sizes finer than 0.1 mm in 1 row(s), first 29.95 mm of T1 at baseline"
    assert found(lesion(longest_um=29_950, short_um=12_001))[0][3] == message


def test_a_node_without_a_stated_compartment_is_named_once() -> None:
    message = "node without a stated compartment; it counts for the whole patient only"
    rows = [
        node(20_000, compartment=None),
        node(20_000, compartment=None, timepoint="month-2"),
        lesion(lesion="T2", compartment=None),
    ]
    assert found(*rows) == [("baseline", "T1", "node-without-stated-compartment", message)]
    assert found(node(20_000, compartment="primary")) == []


def test_an_organ_that_names_a_node_is_marked_nodal() -> None:
    rows = over_time("organ", "inguinal lymph node", "inguinal lymph node")
    message = "organ inguinal lymph node names a lymph node, but the lesion is not marked nodal"
    assert found(*rows) == [("baseline", "T1", "node-not-marked-nodal", message)]
    assert found(node(20_000, organ="inguinal lymph node")) == []


def test_visits_before_the_baseline_are_not_looked_at() -> None:
    before = [
        node(4_321, timepoint="screening", organ="spleen", modality="US", compartment=None),
        lesion(timepoint="screening", lesion="T2", state="merged"),
        *targets(8, timepoint="screening"),
    ]
    assert found(*before, lesion(organ="liver", modality="CT")) == []


def test_findings_stand_in_the_order_of_subject_reader_visit_and_lesion() -> None:
    rows = [
        lesion(subject="S2", longest_um=9_000),
        lesion(reader="B", longest_um=9_000),
        lesion(timepoint="month-4", state="merged"),
        lesion(timepoint="month-2", state="merged"),
        lesion(longest_um=9_950),
        lesion(lesion="T0", longest_um=9_000),
        *(lesion(lesion=f"X{number}") for number in range(4)),
    ]
    reads = reads_of(*rows)
    table = check_reads(reads, visits_of(reads), RECIST_1_1)
    assert table.select("subject", "reader", "timepoint", "lesion", "code").rows() == [
        ("S1", "A", None, None, "finer-than-0.1-mm"),
        ("S1", "A", "baseline", None, "too-many-targets"),
        ("S1", "A", "baseline", "T0", "below-minimum-size"),
        ("S1", "A", "baseline", "T1", "below-minimum-size"),
        ("S1", "A", "month-2", "T1", "size-not-used"),
        ("S1", "A", "month-4", "T1", "size-not-used"),
        ("S1", "B", "baseline", "T1", "below-minimum-size"),
        ("S2", "A", "baseline", "T1", "below-minimum-size"),
    ]


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_rows_changes_no_finding(seed: int) -> None:
    rows = [
        *targets(6, organ="liver", longest_um=9_950, modality="CT"),
        *targets(6, organ="lung", longest_um=9_950, modality="MR", timepoint="month-2"),
        lesion(lesion="N1", role="non-target", state="present", timepoint="month-2"),
    ]
    reads = reads_of(*rows)
    visits = visits_of(reads)
    shuffled = reads.sample(fraction=1, shuffle=True, seed=seed)
    again = visits.sample(fraction=1, shuffle=True, seed=seed)
    expected = check_reads(reads, visits, RECIST_1_1)
    assert check_reads(shuffled, again, RECIST_1_1).equals(expected)
