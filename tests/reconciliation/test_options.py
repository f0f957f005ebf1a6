"""What a reconciliation can be asked for."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from recistkit.errors import OptionError
from recistkit.reconciliation import reconcile
from recistkit.terms import DEFAULT_COMPARED
from tests.reconciliation.tables import NO_RESPONSES, best_table

BEST = best_table("S1 A overall PR\nS1 B overall PR")
LISTED = (
    "best_response, response_date, best_response_confirmed, confirmed_response_date, "
    "confirmed_on, progression_date, last_date"
)


def refused(
    readers: Sequence[str] = ("A", "B"),
    compare: Sequence[str] = DEFAULT_COMPARED,
    when_agreed: str | None = None,
) -> str:
    """Return why the options are refused."""
    with pytest.raises(OptionError) as caught:
        reconcile(BEST, NO_RESPONSES, readers=readers, compare=compare, when_agreed=when_agreed)
    return str(caught.value)


def test_readers_are_two_and_different() -> None:
    assert refused(["A"]) == "readers: expected two different readers, not A"
    assert refused(["A", "A"]) == "readers: expected two different readers, not A, A"
    assert refused(["A", "B", "C"]) == "readers: expected two different readers, not A, B, C"
    assert refused([]) == "readers: expected two different readers, not none"


def test_readers_have_reads() -> None:
    assert refused(["A", "D"]) == "readers: no read by D; there are reads by A, B"


def test_no_reader_is_called_neither() -> None:
    assert refused(["A", "neither"]) == "readers: 'neither' is what a decision for no read says"


def test_the_read_accepted_on_agreement_is_one_of_the_two() -> None:
    assert refused(when_agreed="C") == "when_agreed: expected A or B, not C"


@pytest.mark.parametrize(
    ("compare", "shown"),
    [
        (["sum"], "sum"),
        ([], "none"),
        (["best_response", "best_response"], "best_response, best_response"),
    ],
)
def test_variables_are_different_columns_of_the_best_table(compare: list[str], shown: str) -> None:
    assert refused(compare=compare) == f"compare: expected different ones of {LISTED}, not {shown}"
