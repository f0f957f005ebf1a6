"""Drift: scans of a lesion that are not like those before, and what that makes measurable."""

from __future__ import annotations

from typing import Any

import pytest

from recistkit.findings.drift import THICKNESS_TOLERANCE_MM
from recistkit.model.limits import SelectionLimits
from tests.findings.tables import NO_LIMITS, RECIST_1_0, RECIST_1_1, found, lesion, over_time


def on_slices(
    *thickness_mm: float | None, sizes_um: tuple[int | None, ...] = (30_000,) * 3, **cells: object
) -> list[dict[str, Any]]:
    """Return one lesion over time on slices of these thicknesses."""
    rows = over_time("slice_thickness_mm", *thickness_mm)
    return [row | {"longest_um": size} | cells for row, size in zip(rows, sizes_um, strict=False)]


def told(*parts: str) -> str:
    """Return a message of its parts."""
    return "; ".join(parts)


def messages(*rows: dict[str, Any], limits: SelectionLimits = RECIST_1_1) -> list[tuple[str, str]]:
    """Return timepoint and message of each finding of changed slices."""
    every = found(*rows, limits=limits)
    return [(str(at), str(said)) for at, _, code, said in every if code == "thickness-changed"]


def test_another_modality_than_at_first_and_before_is_named_at_each_visit() -> None:
    assert found(*over_time("modality", "CT", "MR", "PT")) == [
        ("month-2", "T1", "modality-changed", "MR here, CT at baseline"),
        ("month-4", "T1", "modality-changed", "PT here, CT at baseline, MR at month-2"),
    ]


def test_the_first_modality_stated_is_what_counts() -> None:
    assert found(*over_time("modality", None, "CT", "MR")) == [
        ("month-4", "T1", "modality-changed", "MR here, CT at month-2"),
    ]


def test_another_word_for_the_same_modality_is_no_change() -> None:
    assert found(*over_time("modality", "MRI", "mr ", "MR")) == []


def test_what_a_lesion_was_not_evaluable_on_is_no_change() -> None:
    rows = over_time("modality", "CT", "MR")
    rows[1] |= {"state": "not-evaluable", "longest_um": None}
    assert found(*rows) == []


def test_two_modalities_in_one_visit_are_a_change_and_named_once() -> None:
    fragments = [
        lesion(fragment=name, state="split", modality=modality)
        for name, modality in (("a", "CT"), ("b", "MR"), ("c", "MR"))
    ]
    assert [row[2:] for row in found(*fragments)] == [
        ("modality-changed", "MR here, CT at baseline")
    ]


def test_each_reader_has_their_own_modality() -> None:
    rows = [lesion(modality="CT"), lesion(modality="MR", reader="B")]
    assert found(*rows) == []


def test_a_change_back_to_what_it_was_at_first_is_named_from_the_visit_before() -> None:
    assert found(*over_time("modality", "CT", "MR", "CT")) == [
        ("month-2", "T1", "modality-changed", "MR here, CT at baseline"),
        ("month-4", "T1", "modality-changed", "CT here, MR at month-2"),
    ]


def test_what_stays_changed_is_named_from_the_first_scan_only() -> None:
    assert found(*over_time("modality", "CT", "MR", "MR")) == [
        ("month-2", "T1", "modality-changed", "MR here, CT at baseline"),
        ("month-4", "T1", "modality-changed", "MR here, CT at baseline"),
    ]


def test_the_visit_before_is_the_last_one_that_says_what_it_was_measured_on() -> None:
    rows = over_time("modality", "CT", "MR", "CT")
    rows[1] |= {"state": "not-evaluable", "longest_um": None}
    assert found(*rows) == []


def test_another_plane_is_named() -> None:
    assert found(*over_time("plane", "axial", "coronal", "coronal")) == [
        ("month-2", "T1", "plane-changed", "coronal here, axial at baseline"),
        ("month-4", "T1", "plane-changed", "coronal here, axial at baseline"),
    ]


def test_another_word_for_the_same_plane_is_no_change() -> None:
    assert found(*over_time("plane", "axial", "Transverse", " transversal")) == []


def test_another_use_of_a_contrast_agent_is_named() -> None:
    message = "contrast agent not-stated here, given at baseline"
    assert found(*over_time("contrast", "given", "given", "not-stated")) == [
        ("month-4", "T1", "contrast-changed", message),
    ]


def test_no_contrast_agent_stated_is_as_none() -> None:
    assert found(*over_time("contrast", "not-stated", "none", None)) == []


def test_thicker_slices_are_named_with_what_they_make_measurable() -> None:
    rows = on_slices(5.0, 8.0, sizes_um=(12_000, 14_000))
    assert messages(*rows) == [
        (
            "month-2",
            told(
                "slices of 8 mm here, 5 mm at baseline",
                "the smallest measurable longest diameter is 16 mm here, 10 mm at baseline",
                "its own is 14 mm (below that) here, 12 mm at baseline",
            ),
        )
    ]


def test_a_size_of_exactly_twice_the_slices_is_not_below() -> None:
    [(_, message)] = messages(*on_slices(5.0, 8.0, sizes_um=(12_000, 16_000)))
    assert message.endswith("; its own is 16 mm here, 12 mm at baseline")
    [(_, message)] = messages(*on_slices(5.0, 8.0, sizes_um=(12_000, 15_999)))
    assert message.endswith("; its own is 15.999 mm (below that) here, 12 mm at baseline")


def test_slices_that_leave_the_smallest_size_as_it_is_are_named_alone() -> None:
    assert messages(*on_slices(1.25, 5.0)) == [
        ("month-2", "slices of 5 mm here, 1.25 mm at baseline")
    ]


def test_slices_are_compared_with_the_first_visit_and_the_one_before() -> None:
    assert messages(*on_slices(5.0, 8.0, 6.0)) == [
        (
            "month-2",
            told(
                "slices of 8 mm here, 5 mm at baseline",
                "the smallest measurable longest diameter is 16 mm here, 10 mm at baseline",
                "its own is 30 mm here, 30 mm at baseline",
            ),
        ),
        (
            "month-4",
            told(
                "slices of 6 mm here, 5 mm at baseline, 8 mm at month-2",
                "the smallest measurable longest diameter is 12 mm here, 10 mm at baseline, "
                "16 mm at month-2",
                "its own is 30 mm here, 30 mm at baseline, 30 mm at month-2",
            ),
        ),
    ]


def test_thinner_slices_after_thicker_ones_are_named_from_the_visit_before() -> None:
    said = messages(*on_slices(5.0, 8.0, 5.0, sizes_um=(12_000, 14_000, 12_000)))
    assert said[1] == (
        "month-4",
        told(
            "slices of 5 mm here, 8 mm at month-2",
            "the smallest measurable longest diameter is 10 mm here, 16 mm at month-2",
            "its own is 12 mm here, 14 mm (below that) at month-2",
        ),
    )


def test_a_node_is_held_to_its_short_axis() -> None:
    assert messages(*on_slices(5.0, 10.0, nodal=True, short_um=17_000)) == [
        (
            "month-2",
            told(
                "slices of 10 mm here, 5 mm at baseline",
                "the smallest measurable short axis is 20 mm here, 15 mm at baseline",
                "its own is 17 mm (below that) here, 17 mm at baseline",
            ),
        )
    ]


def test_without_a_rule_of_nodes_a_node_is_held_to_its_longest_diameter() -> None:
    factor_only = SelectionLimits(slice_thickness_factor=2.0)
    rows = on_slices(5.0, 10.0, nodal=True, short_um=17_000)
    assert messages(*rows, limits=factor_only) == [
        (
            "month-2",
            told(
                "slices of 10 mm here, 5 mm at baseline",
                "the smallest measurable longest diameter is 20 mm here, 10 mm at baseline",
                "its own is 30 mm here, 30 mm at baseline",
            ),
        )
    ]


def test_a_size_that_is_not_there_is_not_told() -> None:
    rows = on_slices(5.0, 8.0, sizes_um=(12_000, None))
    rows[1] |= {"state": "absent"}
    [(_, message)] = messages(*rows)
    assert message.endswith("at baseline; its own is 12 mm at baseline")
    without = [row | {"longest_um": None, "state": "too-small"} for row in rows]
    [(_, message)] = messages(*without)
    assert message.endswith("is 16 mm here, 10 mm at baseline")


@pytest.mark.parametrize("role", ["non-target", "new"])
def test_what_is_no_target_has_no_smallest_size(role: str) -> None:
    said = messages(*on_slices(5.0, 8.0, role=role, state="present"))
    assert said == [("month-2", "slices of 8 mm here, 5 mm at baseline")]


@pytest.mark.parametrize("limits", [RECIST_1_0, NO_LIMITS])
def test_criteria_without_a_rule_of_slices_name_the_slices_alone(limits: SelectionLimits) -> None:
    said = messages(*on_slices(5.0, 8.0), limits=limits)
    assert said == [("month-2", "slices of 8 mm here, 5 mm at baseline")]


def test_slices_that_headers_round_otherwise_are_the_same() -> None:
    below = THICKNESS_TOLERANCE_MM - 0.001
    assert messages(*on_slices(5.0, 5.0 + below, 5.0 - below)) == []
    assert messages(*on_slices(5.0, 5.0 + THICKNESS_TOLERANCE_MM)) == [
        (
            "month-2",
            told(
                "slices of 5.1 mm here, 5 mm at baseline",
                "the smallest measurable longest diameter is 10.2 mm here, 10 mm at baseline",
                "its own is 30 mm here, 30 mm at baseline",
            ),
        )
    ]


def test_fragments_are_one_lesion_on_the_thickest_of_their_slices() -> None:
    whole = lesion(slice_thickness_mm=5.0, longest_um=20_000)
    fragments = [
        lesion(
            timepoint="month-2",
            fragment=name,
            state="split",
            slice_thickness_mm=thickness_mm,
            longest_um=7_000,
        )
        for name, thickness_mm in (("a", 5.0), ("b", 8.0))
    ]
    [(_, message)] = messages(whole, *fragments)
    assert message.endswith("; its own is 14 mm (below that) here, 20 mm at baseline")


def test_each_lesion_of_each_reader_has_its_own_scans() -> None:
    rows = [lesion(slice_thickness_mm=5.0), lesion(slice_thickness_mm=8.0, lesion="T2")]
    rows += [lesion(slice_thickness_mm=9.0, reader="B", timepoint="month-2")]
    assert messages(*rows) == []
