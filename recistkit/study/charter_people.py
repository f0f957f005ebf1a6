"""Who works in a study under a version of its charter; nothing else of it is looked at."""

from __future__ import annotations

import tomllib

from pydantic import BaseModel, ConfigDict

from recistkit.errors import SettingsError
from recistkit.study.charter import ReadingOrder
from recistkit.study.settings import Person

__all__ = ["CharterPeople", "people_of"]


class CharterPeople(BaseModel):
    """The people of a charter, and whether what they sign is fixed.

    Attributes
    ----------
    people : tuple of Person
    reading_order : {"by-visit", "free"}
        See `recistkit.study.settings.StudySettings`.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    people: tuple[Person, ...] = ()
    reading_order: ReadingOrder = "by-visit"


def people_of(text: str, *, name: str) -> CharterPeople:
    """Return who works in a study under a charter, whose criteria need not be there any more.

    Parameters
    ----------
    text : str
        As it was taken over.
    name : str
        What messages call it.

    Raises
    ------
    SettingsError
        If it does not say who.

    Examples
    --------
    >>> people_of('criteria = "gone.toml"', name="charter 1").reading_order
    'by-visit'
    """
    try:
        return CharterPeople.model_validate(tomllib.loads(text))
    except (ValueError, RecursionError):  # of TOML, and of its model
        raise SettingsError(name, ["does not say who works in the study"]) from None
