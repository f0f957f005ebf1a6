"""Files that a test compares with what the program says, and that it can write anew."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

__all__ = ["UPDATE_VARIABLE", "assert_same_text"]

UPDATE_VARIABLE: Final = "RECISTKIT_UPDATE"
"""Set to 1, it writes the files anew; the difference is then reviewed like any other."""


def assert_same_text(path: Path, text: str) -> None:
    """Compare a file with a text, or write it there if the variable says so."""
    if os.environ.get(UPDATE_VARIABLE) == "1":
        path.write_text(text, encoding="utf-8", newline="\n")
    assert path.read_text(encoding="utf-8") == text
