"""Settings of a folder that is read: its `study.toml`, or what holds without one."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
)
from pydantic_core import PydanticCustomError

from recistkit.criteria import Criteria, load, shipped
from recistkit.errors import CriteriaError, SettingsError
from recistkit.exchange.quoting import short_name
from recistkit.model.fields import FileBelow, Name, StepText
from recistkit.model.organs import names_a_node, organ_key
from recistkit.model.scan_record import FolderName
from recistkit.study.charter import Charter, ReadingOrder, Role, ShowResponse
from recistkit.terms import COMPARABLE, DEFAULT_COMPARED, OVERALL

__all__ = [
    "SETTINGS_FILE",
    "AdjudicationRule",
    "CompartmentRule",
    "Person",
    "StudySettings",
    "load_settings",
    "settings_of",
]

SETTINGS_FILE: Final = "study.toml"
MAXIMUM_BYTES: Final = 1_000_000

_NODE_WORDS: Final = frozenset({"lymph", "node", "nodes", "ln", "lns", "lymphnode", "lymphnodes"})
_MESSAGES: Final = {
    "missing": "is missing",
    "extra_forbidden": "is no setting",
    "string_type": "expected text",
    "tuple_type": "expected a list",
    "model_type": "expected a table",
    "decimal_text": "expected a decimal such as 0.1, with at most three decimals",
    "file_below": "expected an id of shipped criteria, or a file below this folder",
    "string_pattern_mismatch": "expected one line of 1 to 200 characters, "
    "without spaces at its ends",
}


def _as_decimal(value: object) -> object:
    """Return a whole number of the file as a decimal; everything else as it is."""
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _no_reserved_name(value: str) -> str:
    """Return a compartment's name, unless it is the word for the whole patient.

    Raises
    ------
    PydanticCustomError
        If it is.
    """
    if value == OVERALL:
        raise PydanticCustomError("reserved", f"'{OVERALL}' is the whole patient and no part of it")
    return value


def _named_once(rules: tuple[CompartmentRule, ...]) -> tuple[CompartmentRule, ...]:
    """Return the compartments, unless a lesion could not be given to one of them.

    Raises
    ------
    PydanticCustomError
        If a name stands twice, or two take the rest.
    """
    names = [rule.name for rule in rules]
    if len(set(names)) < len(names):
        raise PydanticCustomError("twice", "a compartment stands twice")
    if sum(not rule.organs for rule in rules) > 1:
        raise PydanticCustomError("rest", "two compartments name no organs; one can take the rest")
    return rules


def _at_least_one(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words for image quality: different ones, and at least one.

    Raises
    ------
    PydanticCustomError
        If there is none, or one stands twice.
    """
    if not words or len(set(words)) < len(words):
        raise PydanticCustomError("words", "expected at least one word, and none of them twice")
    return words


def _once_each(people: tuple[Person, ...]) -> tuple[Person, ...]:
    """Return the people, unless one of them could be taken for another.

    Raises
    ------
    PydanticCustomError
        If an id stands twice, a login acts as two people in one role, or a
        reader would adjudicate.
    """
    if len({person.id.casefold() for person in people}) < len(people):
        raise PydanticCustomError("twice", "an id stands twice")
    logins = [(person.login, person.role) for person in people]
    if len(set(logins)) < len(logins):
        raise PydanticCustomError("twice", "a login stands twice in one role")
    readers = {person.login for person in people if person.role == "reader"}
    judges = {person.login for person in people if person.role == "adjudicator"}
    if readers & judges:
        raise PydanticCustomError("both", "a reader cannot adjudicate reads of this study")
    return people


def _compared(variables: tuple[str, ...]) -> tuple[str, ...]:
    """Return the compared variables, unless one is no column that can be compared.

    Raises
    ------
    PydanticCustomError
        Naming what can be compared.
    """
    if not set(variables) <= set(COMPARABLE):
        raise PydanticCustomError("compared", f"expected any of {', '.join(COMPARABLE)}")
    return variables


class SettingsPart(BaseModel):
    """A part of the settings: never changed, nothing unknown in it."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class CompartmentRule(SettingsPart):
    """A compartment, and the organs whose lesions belong to it; without organs, the rest."""

    name: Annotated[Name, AfterValidator(_no_reserved_name)]
    organs: tuple[Name, ...] = ()

    def takes(self, organ: str) -> bool:
        """Return whether a lesion of this organ is named by this compartment.

        Every word of a listed name must be in the organ's: "lung" takes
        "Right lung, upper lobe", "mesorectal lymph node" no inguinal one.
        """
        return any(_is_part_of(listed, organ) for listed in self.organs)


class Person(SettingsPart):
    """Somebody who works in the study, under an id of the study's own.

    Attributes
    ----------
    id : str
        What stands in tables, and names the reader's file and folder.
    login : str
        The account that may act as this person.
    role : {"reader", "adjudicator", "manager"}
    """

    id: FolderName
    login: Name
    role: Role


class AdjudicationRule(SettingsPart):
    """What sends two reads of a subject to an adjudicator.

    Attributes
    ----------
    variables : tuple of str
        Columns of the best table in which two reads must agree, in every
        compartment; none of them means that nothing is adjudicated.
    """

    variables: Annotated[tuple[Name, ...], AfterValidator(_compared)] = DEFAULT_COMPARED


class StudySettings(SettingsPart):
    """What a study lays down for its readers.

    Attributes
    ----------
    id : str
        Of the study, as it stands in every read document.
    criteria : str
        Id of shipped criteria, or a criteria file below the folder.
    resolution_mm : Decimal
        What committed lengths are rounded to.
    show_response : str
        When a reader sees sums and responses.
    compartments : tuple of CompartmentRule
        In order: the first that names an organ takes its lesions.
    image_quality : tuple of str
        The words that the form offers; the first is stated by one key.
    people : tuple of Person
        Readers, adjudicators and managers; none in a folder that is no study.
    reading_order : {"by-visit", "free"}
        By visit, a signed visit is opened again only after a manager's leave.
    visit_window_days : int
        How many days the scans of one visit may lie apart, where no mapping says which they are.
    adjudication : AdjudicationRule
    shift_reread_dates : bool
        Whether the copies of scans that a reader reads once more have other dates.
    """

    id: Name = "study"
    criteria: FileBelow = "recist-1.1"
    resolution_mm: Annotated[StepText, BeforeValidator(_as_decimal)] = Decimal("0.1")
    show_response: ShowResponse = "after-measurement"
    compartments: Annotated[tuple[CompartmentRule, ...], AfterValidator(_named_once)] = ()
    image_quality: Annotated[tuple[Name, ...], AfterValidator(_at_least_one)] = (
        "adequate",
        "limited",
        "inadequate",
    )
    people: Annotated[tuple[Person, ...], AfterValidator(_once_each)] = ()
    reading_order: ReadingOrder = "by-visit"
    visit_window_days: Annotated[int, Field(ge=0, le=90)] = 0
    adjudication: AdjudicationRule = AdjudicationRule()
    shift_reread_dates: bool = True

    @property
    def compartment_names(self) -> tuple[str, ...]:
        """Names of the compartments, in order."""
        return tuple(rule.name for rule in self.compartments)

    def compartment_of(self, organ: str) -> str | None:
        """Return the compartment of an organ's lesions; None if the reader has to say it.

        The first compartment that names the organ, else the one without organs.
        """
        rest = (rule.name for rule in self.compartments if not rule.organs)
        named = (rule.name for rule in self.compartments if rule.takes(organ))
        return next(named, next(rest, None))

    def load_criteria(self, folder: Path) -> Criteria:
        """Return the criteria in force: shipped ones, or a file below the folder.

        Raises
        ------
        CriteriaError
            If there are none of this name, or the file has faults.
        """
        return load(self.criteria if self.criteria in shipped() else folder / self.criteria)

    def charter(self, folder: Path) -> Charter:
        """Return the rules that a read in this folder is made under.

        Raises
        ------
        CriteriaError
            As `load_criteria`.
        """
        return Charter(
            study=self.id,
            criteria=self.load_criteria(folder),
            resolution_mm=self.resolution_mm,
            compartments=self.compartment_names,
            show_response=self.show_response,
        )


def load_settings(folder: Path | str) -> StudySettings:
    """Load the settings of a folder; the defaults where it has no `study.toml`.

    Raises
    ------
    SettingsError
        If the file has faults, its criteria among them. All are named.
    """
    path = Path(folder) / SETTINGS_FILE
    if not path.exists():
        return StudySettings()
    try:
        if path.stat().st_size > MAXIMUM_BYTES:
            raise SettingsError(path.name, [f"larger than {MAXIMUM_BYTES} bytes"])
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            path.name, [f"cannot be opened as text: {type(error).__name__}"]
        ) from None
    return settings_of(text, path.parent, name=path.name)


def settings_of(text: str, folder: Path, *, name: str = SETTINGS_FILE) -> StudySettings:
    """Return the settings that a text in TOML states.

    Parameters
    ----------
    text : str
    folder : Path
        Of the study, with maybe a criteria file.
    name : str
        What messages call the text.

    Raises
    ------
    SettingsError
        If it has faults, its criteria among them. All are named.
    """
    try:
        settings = StudySettings.model_validate(_parsed(text, name))
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        raise SettingsError(name, _sentences(found)) from None
    try:
        settings.load_criteria(folder)
    except CriteriaError as error:
        raise SettingsError(name, _criteria_faults(settings, folder, error)) from None
    return settings


def _criteria_faults(settings: StudySettings, folder: Path, error: CriteriaError) -> list[str]:
    """Return what is wrong with the criteria that the settings name."""
    name = settings.criteria
    if not (folder / name).is_file():
        known = ", ".join(shipped())
        return [f"criteria: there are none {name!r}; known are {known}, or a file in this folder"]
    return [f"criteria: {name}: {fault}" for fault in error.faults]


def _parsed(text: str, name: str) -> dict[str, Any]:
    """Return what a text in TOML states, its fractions as exact decimals.

    Raises
    ------
    SettingsError
        If it is no TOML.
    """
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(name, [f"is not TOML: {error}"]) from None
    except RecursionError:
        raise SettingsError(name, ["is not TOML: nested too deeply"]) from None


def _sentences(found: Iterable[Any]) -> list[str]:
    """Return the faults of the file in our words, each with its place."""
    return [
        f"{'.'.join(short_name(str(part)) for part in item['loc'])}: "
        + _MESSAGES.get(item["type"], item["msg"].replace("Input should be", "expected"))
        for item in found
    ]


def _is_part_of(listed: str, organ: str) -> bool:
    """Return whether an organ is the listed one, or a part of it."""
    if names_a_node(listed) != names_a_node(organ):
        return False
    if not names_a_node(organ) and organ_key(listed) == organ_key(organ):
        return True
    return _words(listed) <= _words(organ)


def _words(organ: str) -> set[str]:
    """Return the words of an organ's name, without those that say that it is a node."""
    return set(re.split(r"[\W_]+", organ.casefold())) - {""} - _NODE_WORDS
