"""Settings of a folder: what holds without a file, what a file may say, and its faults."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from recistkit.errors import SettingsError
from recistkit.study.charter_people import people_of
from recistkit.study.example_study import example_folder
from recistkit.study.settings import CompartmentRule, StudySettings, load_settings, settings_of


def write(folder: Path, text: str) -> Path:
    (folder / "study.toml").write_text(text, encoding="utf-8")
    return folder


def fault_text(folder: Path) -> str:
    with pytest.raises(SettingsError) as caught:
        load_settings(folder)
    return str(caught.value)


def test_a_folder_without_the_file_has_the_defaults(tmp_path: Path) -> None:
    settings = load_settings(tmp_path)
    assert settings.model_dump() == {
        "id": "study",
        "criteria": "recist-1.1",
        "resolution_mm": "0.1",
        "show_response": "after-measurement",
        "compartments": (),
        "image_quality": ("adequate", "limited", "inadequate"),
        "people": (),
        "reading_order": "by-visit",
        "visit_window_days": 0,
        "adjudication": {
            "variables": (
                "best_response",
                "best_response_confirmed",
                "response_date",
                "progression_date",
            )
        },
        "shift_reread_dates": True,
    }


def test_the_example_study_states_its_settings() -> None:
    folder = example_folder()
    settings = load_settings(folder)
    charter = settings.charter(folder)
    assert (charter.study, charter.criteria.id) == ("RK", "recist-1.1")
    assert (charter.resolution_mm, charter.show_response) == (Decimal("0.1"), "after-measurement")
    assert charter.compartments == ("primary", "distant")
    assert settings.image_quality[0] == "good"


def test_a_length_is_rounded_to_a_whole_number_too(tmp_path: Path) -> None:
    assert load_settings(write(tmp_path, "resolution_mm = 1")).resolution_mm == Decimal(1)
    assert load_settings(write(tmp_path, "resolution_mm = 0.05")).resolution_mm == Decimal("0.05")


def test_criteria_may_be_a_file_of_the_folder(tmp_path: Path) -> None:
    text = 'id = "trial-7"\nversion = "1"\ntitle = "Trial 7"\ncitation = "Protocol 7"\n'
    (tmp_path / "trial.toml").write_text(f'based_on = "recist-1.1"\n{text}', encoding="utf-8")
    settings = load_settings(write(tmp_path, 'criteria = "trial.toml"'))
    assert settings.load_criteria(tmp_path).id == "trial-7"


def test_all_faults_are_named_at_once(tmp_path: Path) -> None:
    text = """
id = " trial"
criteria = "../trial.toml"
resolution_mm = 0.00001
show_response = "sometimes"
frequency = 3
image_quality = []
[[compartments]]
name = "overall"
[[compartments]]
organs = ["liver"]
"""
    assert fault_text(write(tmp_path, text)) == (
        "study.toml: not usable\n"
        "  id: expected one line of 1 to 200 characters, without spaces at its ends\n"
        "  criteria: expected an id of shipped criteria, or a file below this folder\n"
        "  resolution_mm: expected a decimal such as 0.1, with at most three decimals\n"
        "  show_response: expected 'after-measurement', 'always' or 'never'\n"
        "  compartments.0.name: 'overall' is the whole patient and no part of it\n"
        "  compartments.1.name: is missing\n"
        "  image_quality: expected at least one word, and none of them twice\n"
        "  frequency: is no setting"
    )


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (
            '[[compartments]]\nname = "a"\n[[compartments]]\nname = "a"\norgans = ["liver"]',
            "compartments: a compartment stands twice",
        ),
        (
            '[[compartments]]\nname = "a"\n[[compartments]]\nname = "b"',
            "compartments: two compartments name no organs; one can take the rest",
        ),
        ("id = 7", "id: expected text"),
        ("resolution_mm = true", "resolution_mm: expected a decimal such as 0.1, with at most"),
        ("resolution_mm = 0", "resolution_mm: expected a decimal above zero"),
        (
            'criteria = "recist-2"',
            "criteria: there are none 'recist-2'; known are recist-1.0, recist-1.1, who-1979, zhu-",
        ),
        ("id = ", "is not TOML: "),
    ],
)
def test_a_fault_is_named_with_its_place(text: str, fault: str, tmp_path: Path) -> None:
    assert f"study.toml: not usable\n  {fault}" in fault_text(write(tmp_path, text))


def test_a_fault_in_the_criteria_names_their_file(tmp_path: Path) -> None:
    (tmp_path / "trial.toml").write_text("id = 3", encoding="utf-8")
    text = fault_text(write(tmp_path, 'criteria = "trial.toml"'))
    assert text.startswith("study.toml: not usable\n  criteria: trial.toml: ")
    assert str(tmp_path) not in text


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "study.toml").write_bytes(b"\xff\xfe\x00")
    assert fault_text(tmp_path) == (
        "study.toml: not usable\n  cannot be opened as text: UnicodeDecodeError"
    )


def test_a_file_that_is_no_settings_file_by_its_size_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "#" * 1_000_001)
    assert fault_text(tmp_path) == "study.toml: not usable\n  larger than 1000000 bytes"


@pytest.mark.parametrize(
    ("listed", "organ", "is_taken"),
    [
        ("lung", "Right lung, upper lobe", True),
        ("liver", "liver segment 4", True),
        ("liver segment 4", "liver", False),
        ("kidney", "left kidneys", True),
        ("mesorectal lymph node", "Mesorectal LN", True),
        ("mesorectal lymph node", "inguinal lymph node", False),
        ("lymph node", "inguinal lymph node", True),
        ("gastric", "gastric lymph node", False),
        ("rectum", "liver", False),
    ],
)
def test_a_compartment_takes_the_organs_it_names(listed: str, organ: str, is_taken: bool) -> None:
    assert CompartmentRule(name="primary", organs=(listed,)).takes(organ) is is_taken


def test_the_first_compartment_that_names_an_organ_has_it_and_one_has_the_rest() -> None:
    rules = (
        CompartmentRule(name="elsewhere"),
        CompartmentRule(name="pelvis", organs=("rectum", "lymph node")),
        CompartmentRule(name="nodes", organs=("lymph node",)),
    )
    settings = StudySettings(compartments=rules)
    found = [settings.compartment_of(organ) for organ in ("rectum", "iliac lymph node", "liver")]
    assert found == ["pelvis", "pelvis", "elsewhere"]


def test_without_a_compartment_for_the_rest_the_reader_has_to_say_it() -> None:
    rules = (CompartmentRule(name="pelvis", organs=("rectum",)),)
    assert StudySettings(compartments=rules).compartment_of("liver") is None
    assert StudySettings().compartment_of("liver") is None


def test_a_person_whose_id_names_no_file_is_refused(tmp_path: Path) -> None:
    text = '[[people]]\nid = "../B"\nlogin = "bert"\nrole = "reader"\n'
    with pytest.raises(SettingsError) as raised:
        settings_of(text, tmp_path)
    assert raised.value.faults == ("people.0.id: cannot be the name of a folder on every system",)


@pytest.mark.parametrize("text", ["people = 1", "people = [{}]", "[", "a = " + "[" * 5000])
def test_a_charter_that_does_not_say_who_works_there_is_named(text: str) -> None:
    with pytest.raises(SettingsError) as raised:
        people_of(text, name="charter 2")
    assert str(raised.value) == "charter 2: not usable\n  does not say who works in the study"
