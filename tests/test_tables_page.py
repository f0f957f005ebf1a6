"""docs/tables.md names exactly the columns and words that the program has."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest

from recistkit import terms
from recistkit.exchange import load_tables
from recistkit.findings.table import FINDING_COLUMNS
from recistkit.reconciliation.adjudication import ADJUDICATION_SCHEMA
from recistkit.reconciliation.agreement import AGREEMENT_SCHEMA
from recistkit.reconciliation.arrow import RECONCILED_COLUMNS
from recistkit.reconciliation.differences import DIFFERENCES_SCHEMA
from recistkit.reconciliation.size_agreement import SIZE_AGREEMENT_SCHEMA
from recistkit.reconciliation.sizes import MATCHED_SCHEMA
from recistkit.scans.listing import SCANS_COLUMNS
from recistkit.scans.masks.cohort import MEASURED_COLUMNS
from recistkit.study.result_tables import BEST_COLUMNS, RESPONSES_COLUMNS

PAGE: Final = Path(__file__).resolve().parents[1] / "docs" / "tables.md"
IN: Final = {
    "Reads table": load_tables.READS,
    "Visits table": load_tables.VISITS,
    "Subjects table": load_tables.SUBJECTS,
    "Events table": load_tables.EVENTS_TABLE,
    "Decisions table": load_tables.DECISIONS,
}
OUT: Final = {
    "`responses`": RESPONSES_COLUMNS,
    "`best`": BEST_COLUMNS,
    "`reconciled`": RECONCILED_COLUMNS,
    "`differences`": tuple(DIFFERENCES_SCHEMA),
    "`agreement`": tuple(AGREEMENT_SCHEMA),
    "`size_agreement`": tuple(SIZE_AGREEMENT_SCHEMA),
    "`adjudication`": tuple(ADJUDICATION_SCHEMA),
    "`matched_lesions`": tuple(MATCHED_SCHEMA),
    "`findings`": FINDING_COLUMNS,
    "Measurements table": MEASURED_COLUMNS,
    "Scans table": tuple(SCANS_COLUMNS),
}


def section(title: str) -> str:
    """Return the text of a section of the page."""
    text = PAGE.read_text(encoding="utf-8")
    found = re.search(rf"^### {re.escape(title)}\n(.*?)(?=^##|\Z)", text, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found.group(1)


def columns(title: str) -> list[tuple[str, bool]]:
    """Return the columns of a section's table, and whether each is required."""
    rows = re.findall(r"^\| (\*{0,2})`(\w+)`\*{0,2} \|", section(title), re.MULTILINE)
    return [(name, bool(stars)) for stars, name in rows]


@pytest.mark.parametrize("title", IN)
def test_a_table_that_goes_in_has_these_columns(title: str) -> None:
    assert columns(title) == [(column.name, column.required) for column in IN[title]]


@pytest.mark.parametrize("title", OUT)
def test_a_table_that_comes_out_has_these_columns(title: str) -> None:
    assert columns(title) == [(name, False) for name in OUT[title]]


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("Reads table", terms.ROLES),
        ("Reads table", terms.TARGET_STATES),
        ("Reads table", terms.NON_TARGET_STATES),
        ("Reads table", terms.CERTAINTIES),
        ("Reads table", terms.KINDS),
        ("Reads table", terms.REASONS),
        ("Visits table", terms.NEW_LESION_STATEMENTS),
        ("Visits table", terms.TUMOUR_MARKERS),
        ("Events table", terms.EVENTS),
        ("`responses`", terms.RESPONSES),
        ("`responses`", terms.NEW_LESION_STATEMENTS),
    ],
)
def test_every_word_of_a_list_is_named(title: str, words: tuple[str, ...]) -> None:
    text = section(title)
    assert [word for word in words if f"`{word}`" not in text] == []
