"""A trial's own criteria files, written for a test."""

from __future__ import annotations

from pathlib import Path

import pytest

from recistkit import criteria
from recistkit.errors import CriteriaError

HEAD = 'id = "trial"\nversion = "1"\ntitle = "Trial"\ncitation = "Protocol"\n'
BASED = f'{HEAD}based_on = "recist-1.1"\n'


def table(name: str, **entries: object) -> str:
    """Return a table of a file with its source; numbers stay as they are written."""
    lines = [f"{key.removesuffix('_')} = {value}" for key, value in entries.items()]
    return "\n".join([f"[{name}]", *lines, 'source = "Protocol 7.2"', ""])


def load_text(folder: Path, text: str | bytes, name: str = "trial.toml") -> criteria.Criteria:
    """Load a text as a trial's own file."""
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return criteria.load(path)


def faults_of(folder: Path, text: str | bytes) -> list[str]:
    """Return the faults of a text, and check the head of the message."""
    with pytest.raises(CriteriaError) as caught:
        load_text(folder, text)
    head, *faults = str(caught.value).split("\n  ")
    assert head == "trial.toml: not usable"
    assert caught.value.source == "trial.toml"
    assert caught.value.faults == tuple(faults)
    return faults
