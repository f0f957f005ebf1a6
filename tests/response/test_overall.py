"""The response of a visit: every cell of Tables 1 and 2, through whole patients."""

from __future__ import annotations

from itertools import product

import polars as pl
import pytest

import recistkit
from recistkit import criteria
from recistkit.criteria.overall_table import NEW, NON_TARGET, TARGET
from tests.oracle.response import overall_cell
from tests.response.patients import READS, assess, course, reads_rows

TARGET_LINES = {
    "CR": "T1/distant 40x40 gone",
    "PR": "T1/distant 40x40 20x20",
    "SD": "T1/distant 40x40 40x40",
    "PD": "T1/distant 40x40 60x60",
    "NE": "T1/distant 40x40 NE",
    "NA": "",
}
NON_TARGET_LINES = {
    "CR": "X1/distant seen gone",
    "NON-CR/NON-PD": "X1/distant seen seen",
    "PD": "X1/distant seen worse",
    "NE": "X1/distant seen NE",
    "NA": "",
}
NEW_LINES = {"no": "", "yes": "N1/distant . new"}
CELLS = list(product(TARGET, NON_TARGET, NEW))


@pytest.mark.parametrize("name", criteria.shipped())
def test_all_60_cells_of_the_table_answer_as_the_second_engine(name: str) -> None:
    patients = {
        "|".join(cell): "\n".join(
            [
                "T9/primary 40x40 40x40",
                TARGET_LINES[cell[0]],
                NON_TARGET_LINES[cell[1]],
                NEW_LINES[cell[2]] or "N2/distant . maybe",
            ]
        )
        for cell in CELLS
    }
    rules = criteria.load(name)
    table = assess(patients, criteria=name).responses.filter(
        pl.col("compartment") == "distant", pl.col("response").is_not_null()
    )
    found = {
        tuple(row["subject"].split("|")): (row["target"], row["non_target"], row["response"])
        for row in table.iter_rows(named=True)
    }
    expected = {
        cell: (rules.word(cell[0]), cell[1], rules.word(overall_cell(*cell[:2], cell[2] == "yes")))
        for cell in CELLS
    }
    assert len(found) == 60
    assert found == expected
    print(f"{name}: 60 cells through both engines, no difference")


def test_the_rule_and_its_meaning_stand_beside_the_response() -> None:
    text = """
        T1 40   gone gone 40 NE
        X1 seen gone seen seen NE
    """
    rules = [
        ("complete", "all disease gone"),
        ("reappearance-after-cr", "disease again after CR"),
        ("target-pd", "targets progressed"),
        (
            "target-ne-non-target-ne",
            "targets and non-targets not all evaluated: T1 (artefact), X1 (artefact)",
        ),
    ]
    assert course(text, "rule", "reason") == rules


def test_targets_gone_with_a_persisting_non_target_is_pr_not_sd() -> None:
    for cell in ("seen", "NE"):
        text = f"""
            T1 40   gone
            X1 seen {cell}
        """
        assert course(text, "target", "response", "rule") == [
            ("CR", "PR", "target-cr-rest-persists")
        ]


def test_pd_outranks_what_could_not_be_evaluated() -> None:
    text = """
        T1 40   NE
        X1 seen worse
    """
    assert course(text, "response") == ["PD"]


def test_a_patient_with_non_targets_only_has_non_cr_non_pd_instead_of_sd() -> None:
    assert course("X1 seen seen gone seen", "response", "rule") == [
        ("NON-CR/NON-PD", "non-target-only-persists"),
        ("CR", "non-target-only-cr"),
        ("PD", "reappearance-after-cr"),
    ]


def test_the_whole_patient_is_the_sum_of_its_compartments() -> None:
    text = """
        T1/primary 60 30
        T2/distant 40 44
    """
    columns = ("sum", "baseline_sum", "target", "response")
    assert course(text, *columns) == [(74.0, 100.0, "SD", "SD")]
    assert course(text, *columns, of="primary") == [(30.0, 60.0, "PR", "PR")]
    assert course(text, *columns, of="distant") == [(44.0, 40.0, "SD", "SD")]


def test_readers_do_not_share_their_smallest_sum() -> None:
    rows = reads_rows("T1 50 20 20", reader="A") + reads_rows("T1 50 50 50", reader="B")
    responses = recistkit.classify(pl.DataFrame(rows, schema=READS).drop("compartment")).responses
    assert responses.select("reader", "response").rows() == [
        ("A", None),
        ("A", "PR"),
        ("A", "PR"),
        ("B", None),
        ("B", "SD"),
        ("B", "SD"),
    ]
