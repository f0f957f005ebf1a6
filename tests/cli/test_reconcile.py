"""``recistkit reconcile``."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from recistkit.criteria import load
from tests.cli.conftest import Run

NAMED = f"criteria {load('recist-1.1').reference} (RECIST 1.1)\n"
TABLES = (
    *("responses", "best", "reconciled", "differences", "agreement", "size_agreement"),
    *("adjudication", "matched_lesions", "accepted_responses", "accepted_best"),
)
WROTE = (
    "wrote responses.csv, best.csv, reconciled.csv, differences.csv, agreement.csv, "
    "size_agreement.csv, adjudication.csv, matched_lesions.csv, accepted_responses.csv and "
    "accepted_best.csv to results\n"
)
COMMAND = ("reconcile", "reads.csv", "--readers", "A,B", "--output", "results")


def accepted(folder: Path) -> dict[str, str]:
    best = pl.read_csv(folder / "results" / "accepted_best.csv", infer_schema=False)
    return dict(best.select("subject", "reader").unique().sort("subject").iter_rows())


def test_a_decision_settles_what_differs(run: Run, study: Path) -> None:
    ended = run(*COMMAND, "--decisions", "decisions.csv")
    assert (ended.code, ended.out) == (0, "")
    assert ended.err == f"{NAMED}{WROTE}1 subject agreed, 1 adjudicated, 0 open\n"
    assert accepted(study) == {"S1": "A", "S2": "B"}
    assert sorted(path.name for path in (study / "results").iterdir()) == sorted(
        f"{name}.csv" for name in TABLES
    )


def test_an_open_disagreement_is_written_too(run: Run, study: Path) -> None:
    ended = run(*COMMAND)
    assert ended.code == 0
    assert ended.err == (
        f"{NAMED}{WROTE}1 subject agreed, 0 adjudicated, 1 open\nadjudication is needed for S2\n"
    )
    assert accepted(study) == {"S1": "A"}


def test_an_open_disagreement_exits_with_1_when_strict(run: Run) -> None:
    assert run(*COMMAND, "--strict").code == 1
    assert run(*COMMAND, "--strict", "--decisions", "decisions.csv").code == 0


def test_the_other_reader_can_be_accepted_on_agreement(run: Run, study: Path) -> None:
    run(*COMMAND, "--when-agreed", "B")
    assert accepted(study) == {"S1": "B"}


def test_only_what_is_named_is_compared(run: Run, study: Path) -> None:
    ended = run(*COMMAND, "--compare", "best_response, progression_date")
    assert ended.err.endswith("2 subjects agreed, 0 adjudicated, 0 open\n")
    table = pl.read_csv(study / "results" / "reconciled.csv")
    assert table["variable"].unique().sort().to_list() == ["best_response", "progression_date"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--readers", "A"], "readers: expected two different readers, not A"),
        (["--readers", "A,C"], "readers: no read by C; there are reads by A, B"),
        (["--when-agreed", "C"], "when_agreed: expected A or B, not C"),
    ],
)
def test_readers_that_are_not_there_are_wrong_usage(
    arguments: list[str], message: str, run: Run, study: Path
) -> None:
    ended = run(*COMMAND, *arguments)
    assert (ended.code, ended.err) == (2, f"{NAMED}Error: {message}\n")
    assert not (study / "results").exists()


def test_decisions_that_are_not_there_are_wrong_usage(run: Run, study: Path) -> None:
    ended = run(*COMMAND, "--decisions", "decided.csv")
    assert (ended.code, ended.err) == (2, "Error: there is no file decided.csv\n")
    ended = run("reconcile", "-", *COMMAND[2:], "--decisions", "-")
    assert (ended.code, ended.err) == (2, "Error: only one table can come from standard input\n")
    assert not (study / "results").exists()


def test_a_decision_that_cannot_be_followed_writes_nothing(run: Run, study: Path) -> None:
    (study / "decisions.csv").write_text(
        "subject,accepted_reader,adjudicator,decided_on,reason\nS9,B,C,2011-06-01,size\n",
        encoding="utf-8",
    )
    ended = run(*COMMAND, "--decisions", "decisions.csv")
    assert ended.code == 1
    assert ended.err == (
        f"{NAMED}decisions.csv: 1 fault\n  row 2, column 'subject': 'S9' has no read by A or B\n"
    )
    assert not (study / "results").exists()


def test_a_later_run_leaves_no_table_of_an_earlier_one(run: Run, study: Path) -> None:
    run(*COMMAND, "--format", "parquet")
    run("classify", "reads.csv", "--output", "results")
    assert sorted(path.name for path in (study / "results").iterdir()) == [
        "best.csv",
        "responses.csv",
    ]


def test_the_command_writes_figures_beside_its_tables(run: Run, study: Path) -> None:
    options = ("--readers", "A,B", "--output", "results", "--figures", "figures")
    ended = run("reconcile", "reads.csv", *options)
    assert ended.code == 0
    assert "wrote 10 figures to figures\n" in ended.err
    assert len(list((study / "figures").glob("*.svg"))) == 10
    ended = run("reconcile", "reads.csv", *options[:-1], "results")
    assert ended.code != 0
    assert "results holds other things than figures" in ended.err


@pytest.mark.parametrize("tables", ["figures", "figures/tables"])
def test_figures_that_would_take_the_tables_with_them_are_refused_before_the_work(
    tables: str, run: Run, study: Path
) -> None:
    options = ("--readers", "A,B", "--output", tables, "--figures", "figures")
    ended = run("reconcile", "reads.csv", *options)
    where = Path(tables)
    message = f"Error: {where} lies in figures; expected a folder of its own for --figures\n"
    assert (ended.code, ended.out, ended.err) == (2, "", message)
    assert not (study / "figures").exists()
