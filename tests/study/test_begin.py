"""Beginning a study, and changing its charter."""

from __future__ import annotations

from pathlib import Path

import pytest

from recistkit.errors import OptionError, RoleError, SettingsError, StoreError
from recistkit.store.rows import CharterVersion
from recistkit.study.begin import amend_charter, init_study
from recistkit.study.folder import StudyFolder
from recistkit.study.study_files import is_study
from tests.study.small_trial import CHARTER, acting_as, verified


def begin(folder: Path, text: str = CHARTER) -> Path:
    folder.mkdir()
    (folder / "study.toml").write_text(text, encoding="utf-8")
    with acting_as("M"):
        init_study(folder)
    return folder


def test_a_new_folder_gets_a_charter_that_its_login_manages(tmp_path: Path) -> None:
    with acting_as("M"):
        settings = init_study(tmp_path / "trial", study="TRIAL-7")
    assert (settings.id, [one.login for one in settings.people]) == ("TRIAL-7", ["mona"])
    assert is_study(tmp_path / "trial")
    assert verified(tmp_path / "trial") == ()


def test_the_charter_that_is_there_becomes_version_one_word_for_word(tmp_path: Path) -> None:
    folder = begin(tmp_path / "trial")
    with StudyFolder.opened(folder, to_look=True) as study:
        assert study.file.charter().text == CHARTER
        assert study.file.charter().version == 1


def test_a_study_is_begun_once(tmp_path: Path) -> None:
    folder = begin(tmp_path / "trial")
    with acting_as("M"), pytest.raises(OptionError, match="trial is a study already"):
        init_study(folder)


def test_a_charter_that_nobody_manages_begins_nothing(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="names no manager"):
        begin(tmp_path / "trial", 'id = "TRIAL"\n')
    assert not is_study(tmp_path / "trial")


def test_a_charter_with_faults_begins_nothing(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="colour: is no setting"):
        begin(tmp_path / "trial", 'colour = "red"\n')
    assert not is_study(tmp_path / "trial")


@pytest.mark.parametrize(
    ("people", "fault"),
    [
        ([("A", "anna", "reader"), ("a", "bert", "reader")], "an id stands twice"),
        ([("A", "anna", "reader"), ("B", "anna", "reader")], "a login stands twice in one role"),
        (
            [("A", "anna", "reader"), ("J", "anna", "adjudicator")],
            "a reader cannot adjudicate reads of this study",
        ),
    ],
)
def test_nobody_can_be_taken_for_another(
    people: list[tuple[str, str, str]], fault: str, tmp_path: Path
) -> None:
    text = "".join(
        f'[[people]]\nid = "{name}"\nlogin = "{login}"\nrole = "{role}"\n'
        for name, login, role in people
    )
    with pytest.raises(SettingsError, match=f"people: {fault}"):
        begin(tmp_path / "trial", text)


def test_a_changed_charter_takes_effect_with_a_reason(tmp_path: Path) -> None:
    folder = begin(tmp_path / "trial")
    changed = CHARTER.replace("bert", "beth")
    (folder / "study.toml").write_text(changed, encoding="utf-8")
    assert verified(folder) == (
        "study.toml: is not the charter in force; 'study amend' makes it so",
    )
    with acting_as("M"), StudyFolder.opened(folder) as study:
        amend_charter(study, changed, "B left")
        versions = study.file.rows(CharterVersion)
    assert [(one.version, one.reason) for one in versions] == [(1, None), (2, "B left")]
    with StudyFolder.opened(folder, to_look=True) as study:
        assert study.person("B").login == "beth"
    assert verified(folder) == ()


@pytest.mark.parametrize(
    ("person", "text", "reason", "error", "message"),
    [
        ("A", CHARTER + "\n", "why", RoleError, "this needs the role manager"),
        ("M", CHARTER, "why", OptionError, "says the same already"),
        ("M", CHARTER.replace("TRIAL", "OTHER"), "why", OptionError, "its id cannot change"),
        ("M", CHARTER + "\n", " ", StoreError, "reason"),
    ],
)
def test_a_charter_is_not_changed_by(
    person: str,
    text: str,
    reason: str,
    error: type[Exception],
    message: str,
    tmp_path: Path,
) -> None:
    folder = begin(tmp_path / "trial")
    with acting_as(person), StudyFolder.opened(folder) as study:
        with pytest.raises(error, match=message):
            amend_charter(study, text, reason)
        assert study.file.charter().version == 1
