"""Agreement figures against numbers worked out by hand and against a second library."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import cohen_kappa_score

from recistkit.reconciliation import reconcile
from recistkit.reconciliation.agreement import AGREEMENT_SCHEMA
from recistkit.reconciliation.kappa import Kappa, cohens_kappa
from tests.reconciliation.tables import NO_RESPONSES, best_table, responses_table


def best_of(pairs: list[tuple[str, str]]) -> pl.DataFrame:
    """Return a best table with one subject per pair of words."""
    lines = [
        f"S{number} {reader} overall {word}"
        for number, pair in enumerate(pairs)
        for reader, word in zip("AB", pair, strict=True)
    ]
    return best_table("\n".join(lines))


def figures(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    """Return the agreement row of the best response."""
    result = reconcile(best_of(pairs), NO_RESPONSES, readers=("A", "B"), compare=["best_response"])
    return result.agreement.row(0, named=True)


# Four ordered words, 20 subjects, and three more with a word that has no place in the order.
# Row totals 3, 5, 7, 5 and column totals 2, 7, 7, 4: distances observed 5 of 20, expected
# 424 of 400, so that weighted kappa = 1 - 5 * 20 / 424.
PAIRS = [
    *[("CR", "CR")] * 2,
    ("CR", "PR"),
    *[("PR", "PR")] * 4,
    ("PR", "SD"),
    *[("SD", "SD")] * 5,
    *[("SD", "PR")] * 2,
    *[("PD", "PD")] * 4,
    ("PD", "SD"),
]
APART = [("NE", "SD"), ("NE", "NE"), ("NON-CR/NON-PD", "NON-CR/NON-PD")]


def test_weighted_kappa_is_as_worked_out_by_hand() -> None:
    row = figures([*PAIRS, *APART])
    assert row["weighted_kappa"] == round(1 - 5 * 20 / 424, 6)
    assert (row["weighted_compared"], row["weighted_left_out"]) == (20, 3)
    assert row["weighted_kappa_status"] == "estimated"


def test_counts_and_per_cent_are_over_all_words() -> None:
    row = figures([*PAIRS, *APART])
    assert (row["compared"], row["agreed"], row["unit"]) == (23, 17, "subjects")
    assert row["agreed_percent"] == round(100 * 17 / 23, 6)


def test_kappa_and_its_interval_are_as_worked_out_by_hand() -> None:
    # Agreement 0.7, by chance 0.5; variance (0.10972 + 0.10188 - 0.01) / (0.25 * 50) = 0.016128.
    counts = np.array([[20, 5], [10, 15]])
    assert cohens_kappa(counts) == Kappa(0.4, 0.151092, 0.648908)


def test_kappa_and_its_error_are_those_published() -> None:
    # Fleiss, Cohen & Everitt 1969, table 1: two clinicians, 200 patients; kappa .429, error .054.
    kappa = cohens_kappa(np.array([[106, 10, 4], [22, 28, 10], [2, 12, 6]]))
    assert kappa.value == pytest.approx(0.429, abs=5e-4)
    assert kappa.lower is not None
    assert (0.429 - kappa.lower) / 1.96 == pytest.approx(0.054, abs=5e-4)


def test_kappas_are_those_of_another_library() -> None:
    row = figures([*PAIRS, *APART])
    first, second = zip(*[*PAIRS, *APART], strict=True)
    assert row["kappa"] == pytest.approx(cohen_kappa_score(first, second), abs=1e-6)
    first, second = zip(*PAIRS, strict=True)
    order = ["CR", "PR", "SD", "PD"]
    other = cohen_kappa_score(first, second, labels=order, weights="linear")
    assert row["weighted_kappa"] == pytest.approx(other, abs=1e-6)


def test_a_word_that_nobody_used_keeps_its_place_in_the_weights() -> None:
    pairs = [("CR", "CR"), ("CR", "SD"), ("PD", "PD"), ("SD", "SD")]
    # Distances observed 2 of 4; expected 2 * (2*2 + 1*3) + (2 + 1) + (3 + 2*1) = 22 of 16.
    assert figures(pairs)["weighted_kappa"] == round(1 - (2 / 4) / (22 / 16), 6)


def test_the_word_nc_stands_at_the_place_of_sd() -> None:
    who = [tuple(word.replace("SD", "NC") for word in pair) for pair in PAIRS]
    row = figures([(first, second) for first, second in who])
    assert row["weighted_kappa"] == round(1 - 5 * 20 / 424, 6)
    assert row["weighted_left_out"] == 0


def test_the_interval_ends_at_one() -> None:
    counts = np.array([[3, 1], [0, 3]])
    # Agreement 6/7, by chance 24/49; variance (0.444343 + 0.008229 - 0.339722) / 1.822157.
    assert cohens_kappa(counts) == Kappa(0.72, 0.232242, 1.0)


def test_the_interval_begins_at_minus_one() -> None:
    counts = np.array([[0, 3], [3, 1]])
    kappa = cohens_kappa(counts)
    assert (kappa.value, kappa.lower, kappa.status) == (-0.75, -1.0, "estimated")


def test_one_category_throughout_is_not_estimable() -> None:
    row = figures([("PR", "PR")] * 5)
    assert row == {
        "compartment": "overall",
        "variable": "best_response",
        "reader_1": "A",
        "reader_2": "B",
        "unit": "subjects",
        "compared": 5,
        "one_reader_only": 0,
        "agreed": 5,
        "agreed_percent": 100.0,
        "kappa": None,
        "kappa_lower": None,
        "kappa_upper": None,
        "kappa_status": "not estimable",
        "weighted_compared": 5,
        "weighted_left_out": 0,
        "weighted_kappa": None,
        "weighted_kappa_lower": None,
        "weighted_kappa_upper": None,
        "weighted_kappa_status": "not estimable",
    }


def test_words_outside_the_order_leave_nothing_to_weight() -> None:
    row = figures([("NE", "NE"), ("NA", "NE")])
    assert row["kappa_status"] == "interval not estimable"
    assert (row["weighted_compared"], row["weighted_left_out"]) == (0, 2)
    assert row["weighted_kappa_status"] == "not estimable"


def test_perfect_agreement_and_a_constant_reader_have_no_interval() -> None:
    assert cohens_kappa(np.array([[3, 0], [0, 4]])) == Kappa(1.0, None, None)
    assert cohens_kappa(np.array([[9, 1], [0, 0]])) == Kappa(0.0, None, None)
    assert cohens_kappa(np.array([[3, 0], [0, 4]])).status == "interval not estimable"


def test_dates_have_no_kappa() -> None:
    best = best_table("S1 A overall PR 2020-03-01\nS1 B overall PR 2020-03-01")
    result = reconcile(best, NO_RESPONSES, readers=("A", "B"), compare=["response_date"])
    row = result.agreement.row(0, named=True)
    assert (row["agreed"], row["agreed_percent"]) == (1, 100.0)
    assert (row["kappa"], row["kappa_status"]) == (None, "not applicable")
    assert (row["weighted_compared"], row["weighted_kappa_status"]) == (None, "not applicable")


def test_a_subject_with_one_read_is_counted_apart() -> None:
    best = best_table("S1 A overall PR\nS1 B overall PR\nS2 A overall PR\nS3 B overall PR")
    result = reconcile(best, NO_RESPONSES, readers=("A", "B"), compare=["best_response"])
    row = result.agreement.row(0, named=True)
    assert (row["compared"], row["one_reader_only"]) == (1, 2)


def test_without_any_pair_there_is_no_per_cent() -> None:
    best = best_table("S1 A overall PR\nS2 B overall PR")
    result = reconcile(best, NO_RESPONSES, readers=("A", "B"), compare=["best_response"])
    row = result.agreement.row(0, named=True)
    assert (row["compared"], row["agreed"], row["agreed_percent"]) == (0, 0, None)
    assert row["kappa_status"] == "not estimable"


def test_responses_agree_visit_by_visit_where_both_have_the_visit() -> None:
    best = best_table("S1 A primary PR\nS1 B primary PR\nS1 A overall PR\nS1 B overall PR")
    responses = responses_table("""
    S1 A primary base 2020-01-01
    S1 A primary m1 2020-02-01 PR NA none PR
    S1 A primary m2 2020-03-01 SD NA none SD
    S1 A primary m3 2020-04-01 PD NA none PD
    S1 B primary base 2020-01-01
    S1 B primary m1 2020-02-01 PR NA none PR
    S1 B primary m2 2020-03-01 PR NA none PR
    """)
    table = reconcile(best, responses, readers=("A", "B"), compare=["best_response"]).agreement
    assert table.schema == pl.Schema(AGREEMENT_SCHEMA)
    columns = ["compartment", "variable", "unit", "compared", "one_reader_only", "agreed"]
    assert table.select(columns).rows() == [
        ("primary", "best_response", "subjects", 1, 0, 1),
        ("primary", "response", "visits", 2, 1, 1),
        ("overall", "best_response", "subjects", 1, 0, 1),
    ]
