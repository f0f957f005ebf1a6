"""Worked cases under all four criteria, byte for byte as in the files beside this module.

A case is a text of `tests.response.patients` with its story in the first line.
After a change that is meant, write the files anew and review their diff::

    RECISTKIT_WRITE_GOLDEN=1 python -m pytest tests/golden
"""

from __future__ import annotations

import os
from pathlib import Path

import polars as pl
import pytest

from recistkit import criteria
from recistkit.study.classify import Classification
from tests.response.patients import assess

WRITE = "RECISTKIT_WRITE_GOLDEN"
FOLDER = Path(__file__).parent
CASES = sorted(path.stem for path in FOLDER.glob("*.txt"))
LEFT_OUT = ("subject", "reader", "criteria")


def results(case: str) -> dict[str, Classification]:
    """Return the results of a case under each of the criteria."""
    lines = (FOLDER / f"{case}.txt").read_text(encoding="utf-8").splitlines()
    text = "\n".join(line for line in lines if not line.startswith("#"))
    return {name: assess(text, criteria=name) for name in criteria.shipped()}


def table_of(found: dict[str, Classification], table: str) -> str:
    """Return one table of all criteria, without the hashes of their content."""
    frames = [
        getattr(result, table).drop(LEFT_OUT).select(pl.lit(name).alias("criteria"), pl.all())
        for name, result in found.items()
    ]
    text: str = pl.concat(frames).write_csv(float_scientific=False)
    return text


@pytest.mark.parametrize("case", CASES)
def test_a_worked_case_gives_the_same_bytes_as_before(case: str) -> None:
    found = results(case)
    for table in ("responses", "best"):
        path = FOLDER / f"{case}.{table}.csv"
        text = table_of(found, table)
        if os.environ.get(WRITE):
            path.write_bytes(text.encode())
        assert path.read_bytes().decode() == text


def test_every_file_belongs_to_a_case() -> None:
    expected = {f"{case}.{table}.csv" for case in CASES for table in ("responses", "best")}
    assert {path.name for path in FOLDER.glob("*.csv")} == expected
    assert len(CASES) == 8
