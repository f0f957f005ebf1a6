"""The elements of a DICOM header that go into a study, and in what form: `kept_tags.toml`."""

from __future__ import annotations

import datetime as dt
import math
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

from recistkit.scans.deidentification.pseudonyms import Pseudonyms
from recistkit.scans.dicom.header import values_of

if TYPE_CHECKING:
    from pydicom import Dataset

__all__ = ["KeptTags", "kept_date", "kept_elements", "kept_tags"]

_FILE: Final = "kept_tags.toml"
_DECIMAL: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_WHOLE: Final = re.compile(r"[+-]?\d{1,12}", re.ASCII)
_LONGEST_DECIMAL: Final = 16
_OTHER: Final = "OTHER"


@dataclass(frozen=True, slots=True)
class KeptTags:
    """Keywords of kept elements, by what their values must be.

    Attributes
    ----------
    numbers, dates, uids : frozenset of str
    words : mapping of str to frozenset of str
        The words that are kept; others are left out.
    texts : mapping of str to frozenset of str
        The texts that are kept; for others there is a stand-in.
    """

    numbers: frozenset[str]
    dates: frozenset[str]
    uids: frozenset[str]
    words: Mapping[str, frozenset[str]]
    texts: Mapping[str, frozenset[str]]


@cache
def kept_tags() -> KeptTags:
    """Return what is kept."""
    text = (resources.files("recistkit.scans.deidentification") / _FILE).read_text(encoding="utf-8")
    content: dict[str, dict[str, list[str]]] = tomllib.loads(text)
    return KeptTags(
        numbers=frozenset().union(*content["numbers"].values()),
        dates=frozenset().union(*content["dates"].values()),
        uids=frozenset().union(*content["uids"].values()),
        words={name: frozenset(words) for name, words in content["words"].items()},
        texts={name: frozenset(texts) for name, texts in content["texts"].items()},
    )


def kept_elements(dataset: Dataset, pseudonyms: Pseudonyms) -> dict[str, list[Any]]:
    """Return what of a header is kept, each value read anew; an element without any is left out."""
    kept, found = kept_tags(), {}
    for name in kept.numbers:
        found[name] = _all_or_none(_number_form(name), values_of(dataset, name))
    for name in kept.dates:
        days = [kept_date(value) for value in values_of(dataset, name)[:1]]
        found[name] = [pseudonyms.day(day).isoformat().replace("-", "") for day in days if day]
    for name in kept.uids:
        found[name] = [pseudonyms.uid(str(uid)) for uid in values_of(dataset, name)[:1]]
    for name, words in kept.words.items():
        found[name] = _known_words(values_of(dataset, name), words)
    for name, texts in kept.texts.items():
        given = [str(text).strip() for text in values_of(dataset, name)]
        found[name] = [text if text in texts else pseudonyms.token(name, text) for text in given]
    return {name: values for name, values in found.items() if values}


def kept_date(text: object) -> dt.date | None:
    """Return the date that eight digits are, of any year (archives shift dates); None if none.

    Examples
    --------
    >>> kept_date("20110301"), kept_date("20110231")
    (datetime.date(2011, 3, 1), None)
    """
    if not re.fullmatch(r"[0-9]{8}", str(text)):
        return None
    try:
        return dt.date.fromisoformat(str(text))
    except ValueError:
        return None


def _known_words(values: list[Any], words: frozenset[str]) -> list[str]:
    """Return the words that are known; for others ``OTHER`` where that is one of them."""
    given = [str(value) if str(value) in words else _OTHER for value in values]
    return [word for word in given if word in words]


def _all_or_none(form: Callable[[object], Any], values: list[Any]) -> list[Any]:
    """Return every value in its form, or nothing where one has none: half a place is no place."""
    formed = [form(value) for value in values]
    return [] if None in formed else formed


def _number_form(name: str) -> Callable[[object], Any]:
    """Return how the numbers of an element are written."""
    from pydicom.datadict import dictionary_VR

    return {"DS": _decimal, "IS": _whole, "FD": _float}[dictionary_VR(name)]


def _decimal(value: object) -> str | None:
    """Return a decimal digit for digit; None if it is no finite number."""
    text = str(getattr(value, "original_string", value)).strip()
    if not _DECIMAL.fullmatch(text) or not math.isfinite(float(text)):
        return None
    if len(text) <= _LONGEST_DECIMAL:
        return text
    from pydicom.valuerep import format_number_as_ds

    return format_number_as_ds(float(text))


def _whole(value: object) -> str | None:
    """Return a whole number; None if it is none."""
    text = str(getattr(value, "original_string", value)).strip()
    return text if _WHOLE.fullmatch(text) else None


def _float(value: object) -> float | None:
    """Return a finite float; None if it is none."""
    known = isinstance(value, float | int) and math.isfinite(value)
    return float(value) if known else None  # type: ignore[arg-type]
