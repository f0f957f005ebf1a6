"""Agreement of sizes against published figures, and against a recomputation in plain Python."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from statistics import NormalDist, mean, stdev
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy import stats

from recistkit.reconciliation import reconcile
from recistkit.reconciliation.bland_altman import Limits, limits_of_agreement
from recistkit.reconciliation.intraclass import Intraclass, absolute_agreement, consistency
from recistkit.reconciliation.size_agreement import SIZE_AGREEMENT_SCHEMA
from tests.reconciliation.tables import best_table, mark, marks_table, responses_table

# Shrout & Fleiss 1979, table 2: six targets, four judges.
SHROUT_FLEISS = np.array(
    [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], float
)
# Bland & Altman 1986, table 1: peak expiratory flow of 17 subjects, first readings.
WRIGHT = (494, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427)
MINI = (512, 430, 520, 428, 500, 600, 364, 380, 658, 445, 432, 626, 260, 477, 259, 350, 451)


def test_intraclass_correlations_are_those_of_shrout_and_fleiss() -> None:
    found = absolute_agreement(SHROUT_FLEISS)
    # Table 4 of the paper: ICC(2,1) = .29, ICC(3,1) = .71; intervals as R's psych::ICC prints them.
    assert [found.value, found.lower, found.upper] == pytest.approx([0.29, 0.019, 0.761], abs=5e-4)
    found = consistency(SHROUT_FLEISS)
    assert [found.value, found.lower, found.upper] == pytest.approx([0.71, 0.342, 0.946], abs=5e-3)


def test_limits_are_those_of_bland_and_altman() -> None:
    found = limits_of_agreement(np.array(WRIGHT, float) - np.array(MINI, float))
    # The paper: bias -2.1, s 38.8, interval of the bias -22.0 to 17.8.
    assert found.mean == pytest.approx(-2.1, abs=0.05)
    assert found.deviation == pytest.approx(38.8, abs=0.05)
    assert found.mean_interval == pytest.approx((-22.0, 17.8), abs=0.05)
    # The paper has two standard deviations where 1.96 stand here: -79.7 and 75.5.
    assert found.lower == pytest.approx(-2.1 - 1.96 * 38.8, abs=0.1)
    assert found.upper == pytest.approx(-2.1 + 1.96 * 38.8, abs=0.1)
    # Its interval of the lower limit is -114.3 to -45.1, by the rougher error sqrt(3) s / sqrt(n).
    assert found.lower_interval is not None
    width = found.lower_interval[1] - found.lower_interval[0]
    assert width == pytest.approx(-45.1 + 114.3, rel=0.01)


def by_hand(table: Sequence[Sequence[float]]) -> tuple[float, ...]:
    """Return both correlations with their intervals, from sums of squares in plain Python."""
    n, k = len(table), len(table[0])
    grand = mean(value for row in table for value in row)
    rows = [mean(row) for row in table]
    columns = [mean(row[j] for row in table) for j in range(k)]
    between = k * sum((row - grand) ** 2 for row in rows) / (n - 1)
    readers = n * sum((column - grand) ** 2 for column in columns) / (k - 1)
    rest = sum(
        (table[i][j] - rows[i] - columns[j] + grand) ** 2 for i in range(n) for j in range(k)
    ) / ((n - 1) * (k - 1))
    # Shrout & Fleiss 1979, ICC(2,1) and its interval.
    agreement = (between - rest) / (between + (k - 1) * rest + k * (readers - rest) / n)
    ratio = readers / rest
    a = k * agreement * ratio + n * (1 + (k - 1) * agreement) - k * agreement
    b = (n - 1) * (k * agreement * ratio) ** 2 + (
        n * (1 + (k - 1) * agreement) - k * agreement
    ) ** 2
    v = (k - 1) * (n - 1) * a**2 / b
    up, down = stats.f.ppf(0.975, n - 1, v), stats.f.ppf(0.975, v, n - 1)
    spread = k * readers + (k * n - k - n) * rest
    lower = n * (between - up * rest) / (up * spread + n * between)
    upper = n * (down * between - rest) / (spread + n * down * between)
    # ICC(3,1).
    consistent = (between - rest) / (between + (k - 1) * rest)
    freedom = (n - 1) * (k - 1)
    low = between / rest / stats.f.ppf(0.975, n - 1, freedom)
    high = between / rest * stats.f.ppf(0.975, freedom, n - 1)
    ends = ((low - 1) / (low + k - 1), (high - 1) / (high + k - 1))
    return agreement, lower, upper, consistent, *ends


@pytest.mark.parametrize("seed", range(12))
def test_correlations_are_those_worked_out_in_plain_python(seed: int) -> None:
    chance = random.Random(seed)
    k = 2 if seed % 3 else 3
    bias = [chance.uniform(-5, 5) for _ in range(k)]
    table = []
    for _ in range(chance.randint(2, 40)):
        size = chance.uniform(10, 60)
        table.append([size + one + chance.gauss(0, 3) for one in bias])
    first, second = absolute_agreement(np.array(table)), consistency(np.array(table))
    found = (first.value, first.lower, first.upper, second.value, second.lower, second.upper)
    assert found == pytest.approx(by_hand(table), abs=1e-6)
    assert (first.status, second.status) == ("estimated", "estimated")


@pytest.mark.parametrize("count", [2, 3, 17, 200])
def test_limits_are_those_worked_out_in_plain_python(count: int) -> None:
    chance = random.Random(count)
    values = [chance.gauss(1, 4) for _ in range(count)]
    found = limits_of_agreement(np.array(values))
    bias, spread, z = mean(values), stdev(values), NormalDist().inv_cdf(0.975)
    t = stats.t.ppf(0.975, count - 1)
    of_mean = t * spread / math.sqrt(count)
    of_limit = t * spread * math.sqrt(1 / count + z**2 / (2 * (count - 1)))
    lower, upper = bias - z * spread, bias + z * spread
    assert (found.mean, found.deviation) == pytest.approx((bias, spread), abs=1e-6)
    assert (found.lower, found.upper) == pytest.approx((lower, upper), abs=1e-6)
    for interval, middle, reach in (
        (found.mean_interval, bias, of_mean),
        (found.lower_interval, lower, of_limit),
        (found.upper_interval, upper, of_limit),
    ):
        assert interval == pytest.approx((middle - reach, middle + reach), abs=2e-6)
    assert found.status == "estimated"


def test_limits_need_two_pairs_and_a_mean_one() -> None:
    assert limits_of_agreement(np.array([])) == Limits()
    assert limits_of_agreement(np.array([])).status == "not estimable"
    assert limits_of_agreement(np.array([2.5])) == Limits(mean=2.5)
    assert limits_of_agreement(np.array([2.5])).status == "limits not estimable"


NOTHING = Intraclass()
CORRELATIONS: dict[str, tuple[list[list[float]], Intraclass, Intraclass]] = {
    "no value": ([[]], NOTHING, NOTHING),
    "one target": ([[3, 4]], NOTHING, NOTHING),
    "one reader": ([[3], [4]], NOTHING, NOTHING),
    "all values equal": ([[5.1, 5.1], [5.1, 5.1], [5.1, 5.1]], NOTHING, NOTHING),
    "no difference": ([[1.1, 1.1], [2.2, 2.2], [5, 5]], Intraclass(1.0), Intraclass(1.0)),
    "a constant difference": ([[1, 2], [2, 3], [3, 4]], Intraclass(0.666667), Intraclass(1.0)),
    "equal targets, other readers": ([[1, 2], [1, 2]], Intraclass(0.0), NOTHING),
    "two targets, readers crossed": ([[1, 2], [2, 1]], NOTHING, Intraclass(-1.0)),
    "equal targets, only a rest": ([[1, -1], [-1, 1], [0, 0]], Intraclass(-3.0), Intraclass(-1.0)),
}


@pytest.mark.parametrize("name", CORRELATIONS)
def test_what_cannot_be_estimated_is_said_and_not_guessed(name: str) -> None:
    rows, agreement, consistent = CORRELATIONS[name]
    table = np.array(rows, float)
    assert absolute_agreement(table) == agreement
    assert consistency(table) == consistent
    assert absolute_agreement(table).status == (
        "not estimable" if agreement.value is None else "interval not estimable"
    )


BEST = best_table("""
S1 A overall PR
S1 B overall PR
S2 A overall PR
S2 B overall PR
""")
RESPONSES = """
S1 A overall base 2020-01-01 -  -  -    -  - 50
S1 B overall base 2020-01-01 -  -  -    -  - 52
S2 A overall base 2020-01-01 -  -  -    -  - 80
S2 B overall base 2020-01-01 -  -  -    -  - 81
S1 A overall m2   2020-03-01 PR NA none PR - 30
S1 B overall m2   2020-03-01 PR NA none PR - 29
S2 A overall m2   2020-03-01 NE NA none NE - -
S2 B overall m2   2020-03-01 PR NA none PR - 40
S1 A overall m4   2020-05-01 PR NA none PR - 31
S1 C overall m4   2020-05-01 PR NA none PR - 90
"""


def figures(reads: pl.DataFrame | None = None, responses: str = RESPONSES) -> pl.DataFrame:
    """Return the size agreement of A and B."""
    return reconcile(
        BEST, responses_table(responses), readers=("A", "B"), reads=reads
    ).size_agreement


def ends(name: str, interval: tuple[float, float] | None) -> dict[str, float]:
    """Return the columns of an interval that there is."""
    assert interval is not None
    return {f"{name}_lower": interval[0], f"{name}_upper": interval[1]}


def test_sums_are_compared_where_both_are_complete() -> None:
    table = figures()
    assert table.schema == pl.Schema(SIZE_AGREEMENT_SCHEMA)
    columns = ["compartment", "variable", "unit", "subjects", "compared", "mean_difference"]
    assert table.select(columns).rows() == [
        ("overall", "baseline_sum", "mm", 2, 2, -1.5),
        ("overall", "sum", "mm", 2, 3, round((-2 - 1 + 1) / 3, 6)),
    ]
    row = table.row(1, named=True)
    values = np.array([[50.0, 52.0], [80.0, 81.0], [30.0, 29.0]])
    limits, agreement = limits_of_agreement(values[:, 0] - values[:, 1]), absolute_agreement(values)
    assert row == {
        "compartment": "overall",
        "variable": "sum",
        "reader_1": "A",
        "reader_2": "B",
        "unit": "mm",
        "subjects": 2,
        "compared": 3,
        "mean_difference": limits.mean,
        **ends("mean_difference", limits.mean_interval),
        "lower_limit": limits.lower,
        **ends("lower_limit", limits.lower_interval),
        "upper_limit": limits.upper,
        **ends("upper_limit", limits.upper_interval),
        "deviation": limits.deviation,
        "limits_status": "estimated",
        "icc_2_1": agreement.value,
        "icc_2_1_lower": agreement.lower,
        "icc_2_1_upper": agreement.upper,
        "icc_2_1_status": "estimated",
        "icc_3_1": consistency(values).value,
        "icc_3_1_lower": consistency(values).lower,
        "icc_3_1_upper": consistency(values).upper,
        "icc_3_1_status": "estimated",
    }


def test_a_visit_before_the_baseline_is_not_compared() -> None:
    earlier = pl.concat(
        [
            responses_table(RESPONSES),
            responses_table("""
            S1 A overall screen 2019-12-01 - - - - - 10
            S1 B overall screen 2019-12-01 - - - - - 20
            """).with_columns(reason=pl.lit("pre-baseline")),
        ]
    )
    result = reconcile(BEST, earlier, readers=("A", "B"))
    assert result.size_agreement.equals(figures())


def test_nothing_to_compare_is_not_estimable() -> None:
    table = figures(responses=RESPONSES.splitlines()[0] + "\n".join(RESPONSES.splitlines()[7:9]))
    row = table.row(0, named=True)
    assert (row["variable"], row["compared"], row["mean_difference"]) == ("sum", 0, None)
    statuses = [row[f"{name}_status"] for name in ("limits", "icc_2_1", "icc_3_1")]
    assert statuses == ["not estimable"] * 3


def lesion(reader: str, name: str, x: float, longest_mm: float, **values: object) -> dict[str, Any]:
    row: dict[str, Any] = {"compartment": "distant", "longest_um": round(longest_mm * 1000)}
    return mark(reader, name, x, **row | values)


MATCHED = marks_table(
    lesion("A", "T1", 0.0, 30.0, short_um=20_000),
    lesion("B", "L1", 0.0, 31.5, short_um=19_000),
    lesion("A", "T1", 0.0, 20.0, timepoint="m2"),
    lesion("B", "L1", 0.0, 20.3, timepoint="m2"),
    lesion("A", "T2", 90.0, 40.0, compartment="primary"),
    lesion("B", "L2", 90.0, 41.0),
    lesion("A", "N3", 200.0, 25.0, nodal=True, short_um=18_000),
    lesion("B", "N3", 200.0, 25.0, nodal=True, short_um=17_200),
    lesion("A", "X4", 300.0, 25.0),
    lesion("B", "X4", 300.0, 15.0, role="non-target", state="present"),
    lesion("A", "X5", 400.0, 25.0),
    lesion("B", "X5", 400.0, 0.0, state="absent"),
)


def test_matched_targets_are_compared_axis_by_axis() -> None:
    table = figures(MATCHED).filter(pl.col("variable").str.ends_with("_mm"))
    columns = ["compartment", "variable", "unit", "subjects", "compared", "mean_difference"]
    assert table.select(columns).rows() == [
        ("distant", "longest_mm", "mm", 1, 2, round((-1.5 - 0.3) / 2, 6)),
        ("distant", "short_mm", "mm", 1, 1, 0.8),
        ("overall", "longest_mm", "mm", 1, 3, round((-1.5 - 0.3 - 1) / 3, 6)),
        ("overall", "short_mm", "mm", 1, 1, 0.8),
    ]
    assert table["limits_status"][1] == "limits not estimable"


def test_matched_lesions_are_shown_with_their_differences() -> None:
    table = reconcile(
        BEST, responses_table(RESPONSES), readers=("A", "B"), reads=MATCHED
    ).matched_lesions
    columns = ["lesion_1", "lesion_2", "timepoint", "compartment"]
    differences = ["longest_difference_mm", "short_difference_mm", "matched_by", "distance_mm"]
    assert table.select(*columns, *differences).rows() == [
        ("N3", "N3", "base", "distant", 0.0, 0.8, "place", 0.0),
        ("T1", "L1", "base", "distant", -1.5, 1.0, "place", 0.0),
        ("T2", "L2", "base", None, -1.0, None, "place", 0.0),
        ("X4", "X4", "base", "distant", 10.0, None, "place", 0.0),
        ("X5", "X5", "base", "distant", None, None, "place", 0.0),
        ("T1", "L1", "m2", "distant", -0.3, None, "place", 0.0),
    ]
    row = table.row(0, named=True)
    assert (row["reader_1"], row["reader_2"], row["nodal"]) == ("A", "B", True)
    assert (row["role_1"], row["state_1"], row["short_mm_1"]) == ("target", "measured", 18.0)


def test_two_reads_of_one_reader_have_the_same_figures_as_two_readers() -> None:
    again = {"B": "A again"}
    result = reconcile(
        BEST.with_columns(pl.col("reader").replace(again)),
        responses_table(RESPONSES).with_columns(pl.col("reader").replace(again)),
        readers=("A", "A again"),
        reads=MATCHED.with_columns(pl.col("reader").replace(again)),
    )
    assert result.size_agreement.drop("reader_2").equals(figures(MATCHED).drop("reader_2"))
    assert result.size_agreement["reader_2"].unique().to_list() == ["A again"]
    assert result.agreement["kappa_status"][0] == "not estimable"
