"""Whether a study is what it was: what is found beside its two kinds of database."""

from __future__ import annotations

from pathlib import Path

import pytest

from recistkit.errors import RoleError
from recistkit.study.own_files import require_own
from tests.study.small_trial import acting_as, begin_trial, read_all, verified


@pytest.fixture
def trial(tmp_path: Path) -> Path:
    trial = begin_trial(tmp_path)
    read_all(trial, "A", 0.5, ("S1",))
    return trial


def test_a_document_that_is_not_what_was_signed_is_named(trial: Path) -> None:
    document = trial / "readers" / "A" / "S1_reader-A.json"
    text = document.read_text(encoding="utf-8")
    document.write_text(text.replace('"12.0"', '"21.0"'), encoding="utf-8", newline="\n")
    for person in ("A", "M"):
        assert verified(trial, person) == ("S1_reader-A.json: is not what was signed last",)
    assert verified(trial, "B") == ()


def test_a_document_that_nobody_signed_is_named(trial: Path) -> None:
    (trial / "readers" / "B").mkdir()
    (trial / "readers" / "B.db").write_bytes((trial / "readers" / "A.db").read_bytes())
    (trial / "readers" / "B" / "S1_reader-B.json").write_text("{}", encoding="utf-8")
    assert verified(trial) == ("B.db: is the journal of another reader",)
    (trial / "readers" / "B.db").unlink()
    assert verified(trial) == ("S1_reader-B.json: is not what was signed last",)


def test_a_signature_that_the_study_does_not_know_is_named(trial: Path) -> None:
    before = (trial / "study.db").read_bytes()
    read_all(trial, "A", 0.5, ("S2",))
    (trial / "study.db").write_bytes(before)
    said = "is signed and the study does not know it; opening the case tells it"
    assert verified(trial)[:3] == tuple(f"A.db: S2, revision {one} {said}" for one in (1, 2, 3))


def test_the_charter_of_the_folder_is_compared_with_the_one_in_force(trial: Path) -> None:
    charter = trial / "study.toml"
    charter.write_text(charter.read_text(encoding="utf-8") + "#", encoding="utf-8", newline="\n")
    said = "study.toml: is not the charter in force; 'study amend' makes it so"
    assert verified(trial) == (said,)
    charter.unlink()
    assert verified(trial) == ("study.toml: is not there; the charter in force is in study.db",)


@pytest.mark.parametrize("place", ["readers/A.db", "readers/A/S1_reader-A.json", "readers/A"])
def test_a_readers_files_are_for_that_reader_and_the_manager(trial: Path, place: str) -> None:
    for person in ("A", "M"):
        with acting_as(person):
            require_own(trial / place)
    said = "B reads in this study, and is given no other reader's files"
    with acting_as("B"), pytest.raises(RoleError, match=said):
        require_own(trial / place)
    with acting_as("J"), pytest.raises(RoleError, match="this needs the role manager or reader"):
        require_own(trial / place)


def test_whether_another_readers_file_is_there_is_not_told(trial: Path) -> None:
    with acting_as("A"):
        for name in ("B", "B.db", "A.x.db", "A.1", "C/S9_reader-C.json", "", "../study.db"):
            with pytest.raises(RoleError, match="A reads in this study"):
                require_own(trial / "readers" / name)
        for name in (".", "scans", "../readers", "study.toml", "x" * 5000, "\0"):
            require_own(trial / name)
