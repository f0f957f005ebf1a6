"""What the model of documents accepts, no column refuses: it is not looked at twice."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from pydantic import ValidationError

from recistkit.exchange.columns import parse_table
from recistkit.exchange.load_tables import READS, VISITS
from recistkit.exchange.read_document import load_read_documents
from recistkit.exchange.sources import open_documents, tables_of_documents
from recistkit.model.mark import Mark
from recistkit.model.read import Read, Timepoint
from recistkit.study.example_study import example_folder
from tests.exchange.read_documents import reads


def test_values_of_documents_are_the_same_with_and_without_a_second_check() -> None:
    documents = load_read_documents(example_folder() / "reads")
    for raw, columns in zip(tables_of_documents(documents), (READS, VISITS), strict=True):
        checked = parse_table(replace(raw, is_checked=False), columns)
        assert checked.faults == []
        assert parse_table(raw, columns).frame.equals(checked.frame)


@given(reads())
def test_no_column_refuses_what_a_document_may_hold(read: Read) -> None:
    for raw, columns in zip(tables_of_documents([read]), (READS, VISITS), strict=True):
        assert parse_table(replace(raw, is_checked=False), columns).faults == []


def test_a_folder_of_documents_needs_no_second_check() -> None:
    opened = open_documents(example_folder() / "reads")
    assert opened is not None
    assert [table.is_checked for table in opened] == [True, True]


@pytest.mark.parametrize("year", [1899, 2101])
def test_a_document_has_no_dates_that_a_table_would_refuse(year: int) -> None:
    date = dt.date(year, 6, 1)
    with pytest.raises(ValidationError, match="lies outside 1900 to 2100"):
        Mark(lesion="T1", timepoint="baseline", date=date, state="absent")
    with pytest.raises(ValidationError, match="lies outside 1900 to 2100"):
        Timepoint(label="baseline", date_first=date, date_last=date)
