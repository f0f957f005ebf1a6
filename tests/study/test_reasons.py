"""The reason of each response: of NE the lesions that were not evaluable, and why."""

from __future__ import annotations

import polars as pl
import pytest

from recistkit.study.classify import classify
from tests.exchange.small_tables import Row, lesion, new_lesion, non_target, table


def reasons_of(
    reads: pl.DataFrame,
    timepoint: str = "W8",
    *,
    criteria: str = "recist-1.1",
    events: pl.DataFrame | None = None,
) -> dict[str, tuple[str, str]]:
    """Return response and reason of a visit, for each compartment."""
    responses = classify(reads, criteria=criteria, events=events, min_sd_days=0).responses
    here = responses.filter(pl.col("timepoint") == timepoint)
    return {
        row["compartment"]: (row["response"], row["reason"]) for row in here.iter_rows(named=True)
    }


def overall(reads: pl.DataFrame, criteria: str = "recist-1.1") -> tuple[str, str]:
    """Return response and reason of the whole patient at week 8."""
    return reasons_of(reads, criteria=criteria)["overall"]


def therapy(compartment: str | None = None) -> pl.DataFrame:
    """Return local therapy after the baseline."""
    columns = {"subject": "S1", "date": "2011-02-01", "event": "local-therapy"}
    return pl.DataFrame([columns | {"compartment": compartment}])


def test_ne_names_every_lesion_without_an_evaluation_and_why() -> None:
    rows = table(
        *(lesion("BL", name) for name in ("T4", "T3", "T2", "T1")),
        non_target("BL", "N1"),
        lesion("W8", "T1"),
        lesion("W8", "T3", longest_mm=None, state="not-evaluable", reason="artefact"),
        lesion("W8", "T4", longest_mm=None, state="not-evaluable", reason="moved, twice"),
        non_target("W8", "N1", state="not-evaluable", reason="not-imaged"),
    )
    assert overall(rows) == (
        "NE",
        (
            "targets and non-targets not all evaluated: N1 (not-imaged), "
            "T2 (no row at this visit), T3 (artefact), T4 (moved, twice)"
        ),
    )


@pytest.mark.parametrize(
    ("criteria", "cells", "expected"),
    [
        ("recist-1.1", {"longest_mm": None, "short_mm": "9.0"}, "no-longest-diameter"),
        ("recist-1.1", {"nodal": "true"}, "no-perpendicular"),
        ("recist-1.0", {"longest_mm": None, "short_mm": "9.0"}, "no-longest-diameter"),
        ("who-1979", {}, "no-perpendicular"),
        ("who-1979", {"longest_mm": None, "short_mm": "9.0"}, "no-longest-diameter"),
        ("zhu-2013", {"nodal": "true"}, "no-perpendicular"),
    ],
)
def test_a_lesion_without_the_axis_that_the_criteria_need_says_which(
    criteria: str, cells: Row, expected: str
) -> None:
    rows = table(
        lesion("BL", short_mm="20.0", nodal=cells.get("nodal")),
        lesion("W8", **cells),
    )
    assert overall(rows, criteria) == ("NE", f"targets not all evaluated: T1 ({expected})")


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize(
    ("criteria", "nodal", "whole", "part", "expected"),
    [
        ("who-1979", None, ("30.0", "20.0"), ("10.0", None), "no-perpendicular"),
        ("recist-1.1", "true", (None, "20.0"), ("10.0", None), "no-perpendicular"),
        ("recist-1.1", None, ("20.0", None), (None, "10.0"), "no-longest-diameter"),
    ],
)
def test_of_a_split_lesion_the_fragment_without_its_axis_says_why_in_any_order(
    criteria: str,
    nodal: str | None,
    whole: tuple[str | None, str | None],
    part: tuple[str | None, str | None],
    expected: str,
    backwards: bool,
) -> None:
    fragments = [
        lesion("W8", state="split", fragment=name, longest_mm=longest, short_mm=short, nodal=nodal)
        for name, (longest, short) in (("a", whole), ("b", part))
    ]
    rows = [lesion("BL", short_mm="20.0", nodal=nodal), *fragments[:: -1 if backwards else 1]]
    assert overall(table(*rows), criteria) == (
        "NE",
        f"targets not all evaluated: T1 ({expected})",
    )


def test_a_node_merged_into_another_lesion_misses_the_longest_diameter() -> None:
    rows = table(
        lesion("BL", "T1", nodal="true", short_mm="20.0"),
        lesion("BL", "T2", nodal="false"),
        lesion("W8", "T1", nodal="true", longest_mm=None, short_mm="20.0"),
        lesion("W8", "T2", longest_mm=None, state="merged", merged_into="T1"),
    )
    assert overall(rows) == ("NE", "targets not all evaluated: T1 (no-longest-diameter)")


@pytest.mark.parametrize("cells", [{}, {"short_mm": "20.0"}])
def test_after_local_therapy_the_therapy_is_the_reason(cells: Row) -> None:
    rows = table(lesion("BL", **cells), lesion("W8", **cells), non_target("BL"), non_target("W8"))
    assert reasons_of(rows, events=therapy())["overall"] == (
        "NE",
        "targets and non-targets not all evaluated: N1 (local-therapy), T1 (local-therapy)",
    )


def test_a_stated_reason_stands_also_after_local_therapy() -> None:
    rows = table(
        lesion("BL"), lesion("W8", longest_mm=None, state="not-evaluable", reason="resected")
    )
    assert reasons_of(rows, events=therapy())["overall"] == (
        "NE",
        "targets not all evaluated: T1 (resected)",
    )


def test_local_therapy_of_a_compartment_is_the_reason_there_and_overall() -> None:
    rows = table(
        *(lesion(visit, "T1", compartment="primary") for visit in ("BL", "W8")),
        *(lesion(visit, "T2", compartment="distant") for visit in ("BL", "W8")),
    )
    found = reasons_of(rows, events=therapy("distant"))
    assert found["primary"][0] == "SD"
    assert found["distant"] == ("NE", "targets not all evaluated: T2 (local-therapy)")
    assert found["overall"] == ("NE", "targets not all evaluated: T2 (local-therapy)")


def test_a_compartment_names_its_own_lesions_only() -> None:
    rows = table(
        *(lesion("BL", name, compartment="primary") for name in ("T1", "T2")),
        lesion("BL", "T3", compartment="distant"),
        lesion("W8", "T1", compartment="primary"),
    )
    found = reasons_of(rows)
    assert found["primary"] == ("NE", "targets not all evaluated: T2 (no row at this visit)")
    assert found["distant"] == ("NE", "targets not all evaluated: T3 (no row at this visit)")
    assert found["overall"] == (
        "NE",
        "targets not all evaluated: T2 (no row at this visit), T3 (no row at this visit)",
    )


def test_other_responses_give_the_meaning_of_their_rule() -> None:
    rows = table(
        lesion("BL"),
        lesion("W8", longest_mm=None, state="absent"),
        lesion("W16", longest_mm="3.0"),
        new_lesion("W24"),
        lesion("W24", longest_mm=None, state="absent"),
    )
    responses = classify(rows).responses
    assert responses.select("response", "rule", "reason").rows() == [
        (None, None, "baseline"),
        ("CR", "complete", "all disease gone"),
        ("PD", "reappearance-after-cr", "disease again after CR"),
        ("PD", "new-lesion", "unequivocal new lesion"),
    ]


def test_a_visit_before_the_baseline_says_so() -> None:
    rows = table(lesion("BL"), lesion("W8", baseline="true"), lesion("W16"))
    responses = classify(rows).responses
    assert responses.select("timepoint", "response", "reason", "flags").rows() == [
        ("BL", None, "pre-baseline", "pre-baseline"),
        ("W8", None, "baseline", None),
        ("W16", "SD", "targets neither shrank nor grew enough", None),
    ]


def test_where_the_marker_is_not_known_ne_says_so_and_names_no_lesion() -> None:
    rows = table(non_target("BL"), non_target("W8", state="absent"))
    visits = pl.DataFrame(
        {
            "subject": ["S1", "S1"],
            "timepoint": ["BL", "W8"],
            "tumour_marker": ["elevated", "not-done"],
        }
    )
    responses = classify(rows, visits=visits).responses
    assert responses.select("response", "reason").row(1) == (
        "NE",
        "non-targets not all evaluated: tumour marker not done",
    )
