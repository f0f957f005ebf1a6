"""The page on the scans of a folder: its commands print what it says, its codes are those there."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import Final

from recistkit.model.series_finding import SERIES_FINDINGS
from recistkit.scans.listing import SEVERAL_PATIENTS
from tests.cli.test_scans import KEY
from tests.expected_files import UPDATE_VARIABLE
from tests.test_readme import ROOT, TRANSCRIPT, played

PAGE: Final = ROOT / "docs" / "scans.md"


def test_the_transcript_is_what_the_commands_print(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "example_scans" / "RK-001", tmp_path / "example_scans" / "RK-001")
    (tmp_path / "scans-key.json").write_text(KEY, encoding="utf-8")
    text = PAGE.read_text(encoding="utf-8")
    (transcript,) = TRANSCRIPT.findall(text)
    expected = played(transcript, tmp_path)
    if os.environ.get(UPDATE_VARIABLE) == "1":
        PAGE.write_text(text.replace(transcript, expected), encoding="utf-8", newline="\n")
        (transcript,) = TRANSCRIPT.findall(PAGE.read_text(encoding="utf-8"))
    assert transcript == expected


def test_every_finding_is_explained_as_the_program_does() -> None:
    _, _, section = PAGE.read_text(encoding="utf-8").partition("| finding | meaning |")
    explained = dict(re.findall(r"^\| `([a-z-]+)` \| (.+) \|$", section, re.MULTILINE))
    assert explained.pop(SEVERAL_PATIENTS)
    assert explained == SERIES_FINDINGS
