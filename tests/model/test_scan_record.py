"""Names of subjects and visits are names of folders too, on every system."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from recistkit.model.scan_record import FolderName

NAMES = TypeAdapter[str](FolderName)


@pytest.mark.parametrize("name", ["S001", "month 2", "week-8", "_a", "a" * 64])
def test_a_name_that_every_system_takes_is_taken(name: str) -> None:
    assert NAMES.validate_python(name) == name


@pytest.mark.parametrize(
    "name", ["a/b", "a:b", "con", "NUL.x", ".hidden", "__a", "end.", "a_reader-b"]
)
def test_a_name_that_some_system_refuses_is_refused(name: str) -> None:
    with pytest.raises(ValidationError, match="cannot be the name of a folder on every system"):
        NAMES.validate_python(name)


def test_a_name_that_is_too_long_for_a_path_is_refused() -> None:
    with pytest.raises(ValidationError, match="expected at most 64 characters"):
        NAMES.validate_python("a" * 65)
