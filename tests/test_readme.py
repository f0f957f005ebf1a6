"""The README: its transcript and its script say what the program says."""

from __future__ import annotations

import doctest
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.expected_files import UPDATE_VARIABLE

ROOT: Final = Path(__file__).resolve().parents[1]
README: Final = ROOT / "README.md"
TRANSCRIPT: Final = re.compile(r"^```console\n(.*?)^```$", flags=re.DOTALL | re.MULTILINE)


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with the files that the README names."""
    shutil.copytree(ROOT / "docs" / "examples", tmp_path / "docs" / "examples")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def played(transcript: str, folder: Path) -> str:
    """Run the commands of a transcript, one after the other, and return it with their output."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    lines = []
    for line in transcript.splitlines():
        if not line.startswith("$ "):
            continue
        done = subprocess.run(
            ["bash", "-o", "pipefail", "-c", line[2:]],
            cwd=folder,
            env=os.environ | {"PATH": path},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{line}\n{done.stdout}"
        lines += [f"{line}\n", done.stdout]
    return "".join(lines)


def test_the_transcript_is_what_the_commands_print(checkout: Path) -> None:
    text = README.read_text(encoding="utf-8")
    (transcript,) = TRANSCRIPT.findall(text)
    expected = played(transcript, checkout)
    if os.environ.get(UPDATE_VARIABLE) == "1":
        README.write_text(text.replace(transcript, expected), encoding="utf-8", newline="\n")
        (transcript,) = TRANSCRIPT.findall(README.read_text(encoding="utf-8"))
    assert transcript == expected


@pytest.mark.usefixtures("checkout")
def test_the_script_prints_what_it_says() -> None:
    text = README.read_text(encoding="utf-8")
    case = doctest.DocTestParser().get_doctest(text, {}, "README", str(README), 0)
    said: list[str] = []
    result = doctest.DocTestRunner().run(case, out=said.append)
    assert (result.failed, "".join(said)) == (0, "")
    assert result.attempted >= 4


def test_every_page_that_the_readme_names_is_there() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", README.read_text(encoding="utf-8"))
    assert [link for link in links if "://" not in link and not (ROOT / link).exists()] == []
