"""``recistkit classify``."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

import recistkit
from recistkit.criteria import load, shipped
from recistkit.exchange.read_document import parse_read_document
from tests.cli.conftest import Run
from tests.cli.small_study import READS
from tests.study.study_with_scans import write_study_with_scans

ROOT = Path(__file__).resolve().parents[2]
NAMED = f"criteria {load('recist-1.1').reference} (RECIST 1.1)\n"


def responses(folder: Path) -> list[tuple[str, ...]]:
    table = pl.read_csv(folder / "responses.csv", infer_schema=False)
    return table.select("subject", "reader", "compartment", "timepoint", "response").rows()


def test_two_tables_are_written_and_named(run: Run, study: Path) -> None:
    ended = run("classify", "reads.csv", "--output", "results")
    assert (ended.code, ended.out) == (0, "")
    assert ended.err == f"{NAMED}wrote responses.csv and best.csv to results\n"
    assert sorted(path.name for path in (study / "results").iterdir()) == [
        "best.csv",
        "responses.csv",
    ]
    assert ("S2", "A", "primary", "month-2", "PR") in responses(study / "results")
    assert ("S2", "B", "primary", "month-2", "SD") in responses(study / "results")


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("file_format", ["csv", "parquet", "json"])
def test_the_same_reads_give_the_same_bytes_through_every_door(
    file_format: str, run: Run, study: Path
) -> None:
    table = pl.read_csv(study / "reads.csv", infer_schema=False)
    table.reverse().write_parquet(study / "reads.parquet")
    options = ("--output", "results", "--format", file_format)
    run("classify", "reads.csv", *options)
    expected = files_of(study / "results")
    assert sorted(expected) == [f"best.{file_format}", f"responses.{file_format}"]
    assert run("classify", "reads.parquet", *options).code == 0
    assert files_of(study / "results") == expected
    assert run("classify", "-", *options, stdin=READS).code == 0
    assert files_of(study / "results") == expected


def test_the_command_and_the_library_say_the_same(run: Run, study: Path) -> None:
    run("classify", "reads.csv", "--output", "results", "--format", "parquet")
    result = recistkit.classify(study / "reads.csv")
    assert pl.read_parquet(study / "results" / "best.parquet").equals(result.best)
    assert pl.read_parquet(study / "results" / "responses.parquet").equals(result.responses)


def test_a_warning_of_the_criteria_stands_beside_them(run: Run) -> None:
    ended = run(
        *("classify", "reads.csv", "--criteria", "zhu-2013", "--subjects", "subjects.csv"),
        *("--output", "results"),
    )
    assert ended.err == (
        f"criteria {load('zhu-2013').reference} (Zhu 2013 (sum of products with RECIST "
        "thresholds))\n"
        "warning: zhu-2013 is not RECIST: -30 % of a sum of products is about -16 % of a "
        "diameter; report RECIST beside it\n"
        "wrote responses.csv and best.csv to results\n"
    )


def test_a_trial_s_own_criteria_are_named(run: Run) -> None:
    ended = run("classify", "reads.csv", "--criteria", "trial.toml", "--output", "results")
    assert ended.err.splitlines()[0].startswith("criteria trial-7 1 ")
    assert ended.err.splitlines()[0].endswith(" (Trial 7)")


def test_an_unknown_column_is_ignored_with_a_warning(run: Run) -> None:
    reads = "\n".join(
        f"{line},{'colour' if number == 0 else 'red'}"
        for number, line in enumerate(READS.splitlines())
    )
    ended = run("classify", "-", "--output", "results", stdin=reads + "\n")
    assert ended.code == 0
    warnings = [line for line in ended.err.splitlines() if line.startswith("warning: ")]
    assert len(warnings) == 1
    assert "colour" in warnings[0]


def test_every_fault_of_a_table_is_named_and_nothing_is_written(run: Run, study: Path) -> None:
    reads = READS.replace("42.1", "abc").replace("S1,A,month-2,2011-03-01", "S1,A,month-2,2011")
    ended = run("classify", "-", "--output", "results", stdin=reads)
    assert (ended.code, ended.out) == (1, "")
    assert ended.err == (
        f"{NAMED}<standard input>: 3 faults\n"
        "  row 4, column 'date': '2011' is not a date like 2011-03-31\n"
        "  row 5, column 'date': '2011' is not a date like 2011-03-31\n"
        "  row 18, column 'longest_mm': 'abc' is not a number\n"
    )
    assert not (study / "results").exists()


def test_files_that_are_not_there_are_wrong_usage_and_all_are_named(run: Run, study: Path) -> None:
    ended = run("classify", "raeds.csv", "--output", "results")
    assert (ended.code, ended.err) == (2, "Error: there is no file raeds.csv\n")
    absent = (*("--visits", "reads*.csv"), *("--subjects", "subjects.csv"), *("--events", "e.csv"))
    ended = run("classify", "far/raeds.csv", *absent, "--output", "results")
    assert (ended.code, ended.err) == (
        2,
        "Error: there is no file raeds.csv and no file reads*.csv and no file e.csv\n",
    )
    assert not (study / "results").exists()


def test_a_draft_is_warned_of(run: Run, study: Path) -> None:
    text = (ROOT / "docs" / "read-document.md").read_text(encoding="utf-8")
    document = text.split("```json\n")[1].split("```")[0]
    (study / "documents").mkdir()
    (study / "documents" / "read.json").write_text(document, encoding="utf-8")
    ended = run("classify", "documents", "--output", "results")
    assert ended.code == 0
    read = parse_read_document(document.encode(), "read.json")
    assert ended.err == (
        f"{NAMED}warning: documents: the read of subject {read.subject!r} by reader "
        f"{read.reader!r} is a draft, not signed\n"
        "wrote responses.csv and best.csv to results\n"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["--confirmation-days", "-1"],
            f"{NAMED}Error: confirmation_days is -1; expected 0 to 3650\n",
        ),
        (
            ["--visits", "-", "--events", "-"],
            "Error: only one table can come from standard input\n",
        ),
    ],
)
def test_an_option_that_cannot_be_is_wrong_usage(
    arguments: list[str], message: str, run: Run, study: Path
) -> None:
    ended = run("classify", "reads.csv", "--output", "results", *arguments)
    assert (ended.code, ended.err) == (2, message)
    assert not (study / "results").exists()


@pytest.mark.parametrize("criteria", ["recist-9", "absent.toml", "."])
def test_unknown_criteria_are_wrong_usage(criteria: str, run: Run, study: Path) -> None:
    ended = run("classify", "reads.csv", "--criteria", criteria, "--output", "results")
    assert (ended.code, ended.err) == (
        2,
        (
            f"Error: there are no criteria {criteria}; known are {', '.join(shipped())}, "
            "or give a file\n"
        ),
    )
    assert not (study / "results").exists()


def test_criteria_with_a_fault_in_the_file_are_a_fault(run: Run, study: Path) -> None:
    (study / "trial.toml").write_text("colour =", encoding="utf-8")
    ended = run("classify", "reads.csv", "--criteria", "trial.toml", "--output", "results")
    assert (ended.code, ended.err.splitlines()[0]) == (1, "trial.toml: not usable")


def test_results_that_cannot_be_written_are_a_fault(run: Run, study: Path) -> None:
    (study / "results").write_text("a file", encoding="utf-8")
    ended = run("classify", "reads.csv", "--output", "results")
    assert (ended.code, ended.err) == (
        1,
        f"{NAMED}results: cannot be written (File exists); what was there is unchanged\n",
    )


CONVENTION = {
    "confirmation-days": "28",
    "max-intervening-ne": "1",
    "accept-sd-between": "no",
    "sustain-pr": "no",
    "compartment-stop": "first",
    "min-sd-days": "none",
    "sd-from": "reference",
}


@pytest.mark.parametrize(
    ("arguments", "changed"),
    [
        ([], {}),
        (["--confirmation-days", "42"], {"confirmation-days": "42"}),
        (["--max-intervening-ne", "0"], {"max-intervening-ne": "0"}),
        (["--accept-sd-between"], {"accept-sd-between": "yes"}),
        (["--no-accept-sd-between"], {}),
        (["--sustain-pr"], {"sustain-pr": "yes"}),
        (["--no-sustain-pr"], {}),
        (["--compartment-stop", "own"], {"compartment-stop": "own"}),
        (
            ["--min-sd-days", "42", "--sd-from", "baseline"],
            {"min-sd-days": "42", "sd-from": "baseline"},
        ),
    ],
)
def test_each_option_is_in_force_and_said_in_the_table(
    arguments: list[str], changed: dict[str, str], run: Run, study: Path
) -> None:
    assert run("classify", "reads.csv", "--output", "results", *arguments).code == 0
    best = pl.read_csv(study / "results" / "best.csv")
    expected = "; ".join(f"{name}={value}" for name, value in (CONVENTION | changed).items())
    assert best["convention"].unique().to_list() == [expected]


def test_a_minimum_time_of_sd_needs_a_reference_date(run: Run) -> None:
    ended = run("classify", "reads.csv", "--min-sd-days", "42", "--output", "results")
    assert ended.code == 1
    assert "reads.csv: 2 faults\n  row 2, column 'subject': " in ended.err


def test_read_documents_give_the_same_bytes_as_their_table(run: Run, study: Path) -> None:
    folder = write_study_with_scans(study / "scanned")
    run("classify", "reads.csv", "--output", "results")
    expected = files_of(study / "results")
    assert run("classify", str(folder / "reads"), "--output", "results").code == 0
    assert files_of(study / "results") == expected
