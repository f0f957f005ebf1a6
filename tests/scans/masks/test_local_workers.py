"""Work in several processes: none is lost, whatever happens to some of them."""

from __future__ import annotations

import os

import pytest

from recistkit.errors import OptionError
from recistkit.scans.masks.local_workers import done_here


def end_at_bad(name: str) -> str:
    """Stand for work: end the process without a word at one task."""
    if name == "bad":
        os._exit(3)
    return name.upper()


def refuse(name: str) -> str:
    raise OptionError(f"no {name}")


@pytest.mark.parametrize("workers", [1, 2])
def test_each_task_has_its_outcome(workers: int) -> None:
    names = [f"task {number}" for number in range(7)]
    assert dict(done_here(names, end_at_bad, workers)) == {name: name.upper() for name in names}


def test_a_task_that_ends_its_process_takes_no_other_with_it() -> None:
    names = ["one", "bad", *(f"task {number}" for number in range(6))]
    expected = {name: name.upper() for name in names} | {"bad": None}
    assert dict(done_here(names, end_at_bad, 2)) == expected


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_of_the_work_itself_ends_it(workers: int) -> None:
    with pytest.raises(OptionError) as refusal:
        list(done_here(["one", "two"], refuse, workers))
    assert str(refusal.value) == "no one" or str(refusal.value) == "no two"


def test_the_number_of_workers_is_at_least_one() -> None:
    with pytest.raises(OptionError) as refusal:
        done_here([], end_at_bad, 0)
    assert str(refusal.value) == "workers is 0; expected 1 or more"


def test_no_tasks_give_no_outcomes() -> None:
    assert list(done_here([], end_at_bad, 2)) == []
