"""The page on studies: its transcript is what the commands print."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from tests.expected_files import UPDATE_VARIABLE
from tests.study.small_trial import PEOPLE, write_source
from tests.test_readme import ROOT, TRANSCRIPT, played

PAGE: Final = ROOT / "docs" / "study.md"


def test_the_transcript_is_what_the_commands_print(tmp_path: Path) -> None:
    write_source(tmp_path / "hospital-disk", tmp_path / "mapping.csv")
    (tmp_path / "people.toml").write_text(PEOPLE, encoding="utf-8")
    text = PAGE.read_text(encoding="utf-8")
    (transcript,) = TRANSCRIPT.findall(text)
    expected = played(transcript, tmp_path)
    if os.environ.get(UPDATE_VARIABLE) == "1":
        PAGE.write_text(text.replace(transcript, expected), encoding="utf-8", newline="\n")
        (transcript,) = TRANSCRIPT.findall(PAGE.read_text(encoding="utf-8"))
    assert transcript == expected
