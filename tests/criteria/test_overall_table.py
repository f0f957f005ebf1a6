"""The overall table: every cell has one answer, or the file is refused."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
import pytest

from recistkit import criteria
from recistkit.criteria.overall_table import NEW, NON_TARGET, TARGET
from recistkit.terms import RESPONSES
from tests.criteria.files import BASED, faults_of, load_text
from tests.oracle.response import overall_cell

CELLS = list(product(TARGET, NON_TARGET, NEW))
SOURCE = '"Protocol"'


def row(name: str, target: str, non_target: str, new: str, response: str) -> str:
    """Return a row of a file; words are joined by blanks, ``any`` stands for all."""
    target, non_target = (
        '"any"' if words == "any" else str(words.split()).replace("'", '"')
        for words in (target, non_target)
    )
    return (
        f'[[overall]]\nid = "{name}"\ntarget = {target}\nnon_target = {non_target}\n'
        f'new_lesion = "{new}"\nresponse = "{response}"\nmeaning = "m"\nsource = {SOURCE}\n'
    )


WORDS = "'CR', 'PR', 'SD', 'PD', 'NE', 'NON-CR/NON-PD' or 'NA'"
REST = "CR PR SD NE NA"


def test_a_table_without_gap_or_overlap_is_accepted(tmp_path: Path) -> None:
    rules = load_text(
        tmp_path,
        BASED + row("progressed", "PD", "any", "any", "PD") + row("rest", REST, "any", "any", "SD"),
    )
    table = rules.overall_table
    assert (table.ids, table.meanings) == (("progressed", "rest"), ("m", "m"))
    assert table.response.tolist() == [RESPONSES.index("PD"), RESPONSES.index("SD")]


def test_a_gap_is_refused_by_its_cell(tmp_path: Path) -> None:
    text = (
        BASED
        + row("progressed", "PD", "any", "any", "PD")
        + row("rest", "CR PR SD NE", "any", "any", "SD")
        + row("none", "NA", "CR NON-CR/NON-PD PD NE", "any", "SD")
        + row("none-new", "NA", "NA", "yes", "PD")
    )
    assert faults_of(tmp_path, text) == [
        "overall table has a gap: target NA, non-target NA, new lesion no"
    ]


def test_an_overlap_is_refused_with_the_rows_that_claim_it(tmp_path: Path) -> None:
    text = (
        BASED
        + row("progressed", "PD", "any", "any", "PD")
        + row("rest", REST, "any", "any", "SD")
        + row("again", "CR", "CR", "yes", "PD")
    )
    assert faults_of(tmp_path, text) == [
        "overall table has an overlap: target CR, non-target CR, new lesion yes in rest, again"
    ]


def test_an_id_used_twice_is_refused_once(tmp_path: Path) -> None:
    twice = (
        BASED
        + row("same", "PD", "any", "any", "PD")
        + row("same", REST, "any", "no", "SD")
        + row("other", REST, "any", "yes", "PD")
    )
    assert faults_of(tmp_path, twice) == ["overall row 'same' stands twice"]
    thrice = twice.replace('"other"', '"same"') + row("more", "NA", "NA", "no", "SD")
    cell = "target NA, non-target NA, new lesion no"
    overlap = f"overall table has an overlap: {cell} in same, more"
    assert faults_of(tmp_path, thrice) == [f"{overlap}; overall row 'same' stands twice"]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (('"a"', '"A b"'), r"overall.0.id: String should match pattern '^[a-z0-9\-]{1,40}$'"),
        (('"m"', '""'), "overall.0.meaning: String should have at least 1 character"),
        (('"m"', f'"{"m" * 201}"'), "overall.0.meaning: String should have at most 200 characters"),
        ((SOURCE, '""'), "overall.0.source: String should have at least 1 character"),
        (('"SD"', '"NC"'), f"overall.0.response: Input should be {WORDS}"),
        (("meaning", "sense"), "overall.0.meaning: Field required"),
    ],
)  # fmt: skip
def test_a_bad_row_is_refused(tmp_path: Path, change: tuple[str, str], fault: str) -> None:
    text = BASED + row("a", "any", "any", "any", "SD").replace(*change)
    assert fault in faults_of(tmp_path, text)


def test_a_meaning_may_be_of_200_characters(tmp_path: Path) -> None:
    text = row("a", "any", "any", "any", "SD").replace('"m"', f'"{"m" * 200}"')
    assert load_text(tmp_path, BASED + text).overall_table.meanings == ("m" * 200,)


@pytest.mark.parametrize("name", criteria.shipped())
def test_all_60_cells_answer_as_the_second_engine(name: str) -> None:
    table = criteria.load(name).overall_table
    answers = {
        cell: RESPONSES[
            table.response[
                table.row[RESPONSES.index(cell[0]), RESPONSES.index(cell[1]), NEW.index(cell[2])]
            ]
        ]
        for cell in CELLS
    }
    expected = {cell: overall_cell(cell[0], cell[1], cell[2] == "yes") for cell in CELLS}
    assert len(answers) == 60
    assert answers == expected


def test_words_that_cannot_stand_in_the_table_have_no_row() -> None:
    table = criteria.load("recist-1.1").overall_table
    assert table.row.shape == (7, 7, 2)
    assert int((table.row >= 0).sum()) == 60
    persists = RESPONSES.index("NON-CR/NON-PD")
    partial, stable = RESPONSES.index("PR"), RESPONSES.index("SD")
    assert np.unique(table.row[persists]).tolist() == [-1]
    assert np.unique(table.row[:, [partial, stable]]).tolist() == [-1]
