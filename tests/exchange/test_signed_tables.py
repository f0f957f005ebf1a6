"""Tables of signed documents from their text: the same as those of the parsed documents."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recistkit.errors import DocumentError
from recistkit.exchange.read_document import read_document_text
from recistkit.exchange.read_tables import reads_table, visits_table
from recistkit.exchange.signed_tables import tables_of_texts
from recistkit.model.read import Read
from tests.exchange.read_documents import example, example_text, reads


def require_same_tables(documents: Sequence[Read]) -> None:
    texts = [read_document_text(one) for one in documents]
    table, visits = tables_of_texts(texts, "trial")
    assert table.frame.equals(reads_table(documents))
    assert table.frame.schema == reads_table(documents).schema
    assert visits.frame.equals(visits_table(documents))
    assert visits.frame.schema == visits_table(documents).schema
    assert (table.name, visits.name) == ("trial", "trial")


def test_the_example_of_the_documentation_gives_the_same_tables() -> None:
    require_same_tables([example()])


@given(st.lists(reads(), max_size=3, unique_by=lambda one: (one.subject, one.reader)))
def test_any_documents_give_the_same_tables(documents: list[Read]) -> None:
    require_same_tables(documents)


def test_what_is_no_document_is_refused_as_one() -> None:
    content = json.loads(example_text())
    del content["lesions"][0]
    for text in ("{", "[]", "{}", json.dumps(content)):
        with pytest.raises(DocumentError):
            tables_of_texts([text], "trial")
