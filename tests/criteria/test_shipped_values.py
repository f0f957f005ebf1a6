"""Every value of the shipped criteria, against the papers."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from recistkit import criteria
from recistkit.model.limits import SelectionLimits

SHIPPED = ("recist-1.1", "recist-1.0", "who-1979", "zhu-2013")

# Eisenhauer 2009, Therasse 2000, WHO 1979 and Miller 1981, Zhu 2013; None: no such rule.
VALUES = """
                                       recist-1.1      recist-1.0        who-1979          zhu-2013
size.measure                           longest         longest           product           product
size.nodes                             short           as-other-lesions  as-other-lesions  as-other-lesions
too_small.diameter_mm                  5               5                 5                 5
normal_node.short_below_mm             10              None              None              None
partial_response.decrease_percent      30              30                50                30
partial_response.from                  baseline-sum    baseline-sum      baseline-sum      baseline-sum
progression.increase_percent           20              20                25                20
progression.minimum_increase           5               None              None              None
progression.from                       smallest-sum    smallest-sum      smallest-sum      smallest-sum
progression.per                        sum             sum               lesion            sum
imputed_progression.imputed_can_progress True          True              True              True
non_target.not_all_evaluated           NE              NE                NE                NE
tumour_marker.must_normalise           True            True              True              True
reappearance.after_complete_response   True            True              True              True
words.stable                           SD              SD                NC                SD
best_response.confirmation_days        28              28                28                28
best_response.minimum_stable_days      None            None              None              42
target_limits.maximum                  5               10                None              10
target_limits.maximum_per_organ        2               5                 None              5
minimum_size.longest_mm                10              10                None              10
minimum_size.node_short_mm             15              None              None              None
minimum_size.slice_thickness_factor    2               None              None              None
baseline_window.days                   28              28                None              28
"""  # noqa: E501 - one line for each value

# Eisenhauer 2009, Tables 1 and 2, with the empty cells settled; the others use the same.
OVERALL = {
    "target-pd": "PD",
    "non-target-pd": "PD",
    "new-lesion": "PD",
    "complete": "CR",
    "target-cr-rest-persists": "PR",
    "target-pr": "PR",
    "target-sd": "SD",
    "target-ne": "NE",
    "target-ne-non-target-ne": "NE",
    "non-target-only-cr": "CR",
    "non-target-only-persists": "NON-CR/NON-PD",
    "non-target-only-ne": "NE",
    "no-disease": "NA",
}


def values_in(rules: criteria.Criteria) -> dict[str, Any]:
    """Return the values of criteria by their dotted names, without sources and overall rows."""
    dump = rules.model_dump(by_alias=True)
    return {
        f"{table}.{key}": value
        for table, entries in dump.items()
        if isinstance(entries, dict)
        for key, value in entries.items()
        if key != "source"
    }


def as_text(value: object) -> str:
    """Return a value as the table above writes it."""
    return f"{value:f}".removesuffix(".0") if isinstance(value, Decimal) else str(value)


@pytest.mark.parametrize("name", SHIPPED)
def test_every_value_is_that_of_the_paper(name: str) -> None:
    header, *lines = (line.split() for line in VALUES.strip().splitlines())
    expected = {key: cells[header.index(name)] for key, *cells in lines}
    found = values_in(criteria.load(name))
    assert {key: as_text(value) for key, value in found.items()} == expected


@pytest.mark.parametrize("name", SHIPPED)
def test_the_overall_table_answers_as_tables_1_and_2(name: str) -> None:
    assert {row.id: row.response for row in criteria.load(name).overall} == OVERALL


@pytest.mark.parametrize(
    ("name", "papers"),
    [
        ("recist-1.1", ("Eisenhauer 2009", "The letter of Eisenhauer 2009")),
        ("recist-1.0", ("Therasse 2000", "Silent in Therasse 2000")),
        ("who-1979", ("Miller 1981", "WHO 1979", "Silent in Miller 1981")),
        ("zhu-2013", ("Zhu 2013", "Silent in Zhu 2013")),
    ],
)
def test_each_table_says_where_its_values_come_from(name: str, papers: tuple[str, ...]) -> None:
    own = {"size", "too_small", "partial_response", "progression", "best_response"}
    dump = criteria.load(name).model_dump()
    sources = {table: dump[table]["source"] for table in own}
    assert [table for table, said in sources.items() if not said.startswith(papers)] == []
    inherited = [entries["source"] for entries in dump.values() if isinstance(entries, dict)]
    assert all(inherited)
    assert len(inherited) == 14
    assert all(row["source"] for row in dump["overall"])


@pytest.mark.parametrize(
    ("name", "unit", "steps", "too_small", "node", "share", "growth", "increase"),
    [
        ("recist-1.1", "mm", 1000, 5000, 10000, Fraction(7, 10), Fraction(6, 5), 5000),
        ("recist-1.0", "mm", 1000, 5000, None, Fraction(7, 10), Fraction(6, 5), 1),
        ("who-1979", "mm2", 1_000_000, 5000, None, Fraction(1, 2), Fraction(5, 4), 1),
        ("zhu-2013", "mm2", 1_000_000, 5000, None, Fraction(7, 10), Fraction(6, 5), 1),
    ],
)
def test_thresholds_reach_the_engine_as_exact_fractions_and_whole_steps(
    name: str,
    unit: str,
    steps: int,
    too_small: int,
    node: int | None,
    share: Fraction,
    growth: Fraction,
    increase: int,
) -> None:
    rules = criteria.load(name)
    assert (rules.unit, rules.steps_per_unit) == (unit, steps)
    assert (rules.too_small_um, rules.normal_node_um) == (too_small, node)
    assert rules.partial_response_factor == share
    assert rules.progression_factor == growth
    assert rules.minimum_increase_steps == increase


def test_selection_limits_are_whole_micrometres() -> None:
    assert criteria.load("recist-1.1").selection_limits == SelectionLimits(
        maximum_targets=5,
        maximum_per_organ=2,
        minimum_longest_um=10_000,
        minimum_node_short_um=15_000,
        normal_node_short_um=10_000,
        slice_thickness_factor=2.0,
        baseline_window_days=28,
    )
    assert criteria.load("who-1979").selection_limits == SelectionLimits()


def test_only_who_calls_stable_disease_no_change() -> None:
    words = {name: criteria.load(name).word("SD") for name in SHIPPED}
    assert words == {"recist-1.1": "SD", "recist-1.0": "SD", "who-1979": "NC", "zhu-2013": "SD"}
    who = criteria.load("who-1979")
    assert [who.word(word) for word in ("CR", "PR", "PD", "NE")] == ["CR", "PR", "PD", "NE"]


def test_only_the_trial_warns_that_it_is_not_recist() -> None:
    warnings = {name: criteria.load(name).warning for name in SHIPPED}
    trial = warnings.pop("zhu-2013")
    assert trial == (
        "not RECIST: -30 % of a sum of products is about -16 % of a diameter; "
        "report RECIST beside it"
    )
    assert set(warnings.values()) == {None}


def test_titles_and_citations_name_the_papers() -> None:
    heads = {
        name: (rules.title, rules.version) for name in SHIPPED for rules in [criteria.load(name)]
    }
    assert heads == {
        "recist-1.1": ("RECIST 1.1", "1"),
        "recist-1.0": ("RECIST 1.0", "1"),
        "who-1979": ("WHO 1979", "1"),
        "zhu-2013": ("Zhu 2013 (sum of products with RECIST thresholds)", "1"),
    }
    assert criteria.load("recist-1.1").citation == (
        "Eisenhauer EA, Therasse P, Bogaerts J, et al. Eur J Cancer 2009;45:228-247"
    )
