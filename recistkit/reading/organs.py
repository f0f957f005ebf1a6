"""The organs that a reader can choose from by typing a few letters of their names."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

from recistkit.model.organs import names_a_node, organ_key

__all__ = ["Organ", "is_nodal", "organs", "suggestions"]

_FILE: Final = "organs.toml"
_SIDES: Final = ("left", "right")
_FIRST_WORD, _ANY_WORD, _INSIDE = range(3)


@dataclass(frozen=True, slots=True)
class Organ:
    """One organ of the vocabulary.

    Attributes
    ----------
    name : str
        What is recorded.
    also : tuple of str
        Other words under which it is found.
    """

    name: str
    also: tuple[str, ...] = ()

    @property
    def nodal(self) -> bool:
        """Whether it is a lymph node."""
        return names_a_node(self.name)

    @property
    def key(self) -> str:
        """What it counts as for the limit of targets per organ."""
        return organ_key(self.name)

    def fit(self, typed: str) -> int | None:
        """Return how well it fits one typed word, 0 best; None if it does not."""
        first, *others = _words(self.name)
        if first.startswith(typed):
            return _FIRST_WORD
        others += [word for name in self.also for word in _words(name)]
        if any(word.startswith(typed) for word in others):
            return _ANY_WORD
        return _INSIDE if any(typed in word for word in (first, *others)) else None


@cache
def organs() -> tuple[Organ, ...]:
    """Return the vocabulary, what is measured most often first."""
    text = (resources.files("recistkit.reading") / _FILE).read_text(encoding="utf-8")
    entries = tomllib.loads(text)["organs"]
    plain = tuple(Organ(entry["name"], tuple(entry.get("also", ()))) for entry in entries)
    sided = tuple(organ for entry in entries for organ in _sided(entry))
    return plain + sided


def suggestions(typed: str, *, nodal: bool | None = None, limit: int = 8) -> tuple[Organ, ...]:
    """Return the organs that fit what was typed, best first.

    Every typed word must fit: the beginning of the name before the beginning
    of any other word, and that before a place inside a word.

    Parameters
    ----------
    typed : str
        Letters of one or several words.
    nodal : bool, optional
        Only lymph nodes, or none.
    limit : int
        How many at most.

    Examples
    --------
    >>> [organ.name for organ in suggestions("lun")]
    ['lung', 'left lung', 'right lung']
    >>> [organ.name for organ in suggestions("ing", nodal=True, limit=1)]
    ['inguinal lymph node']
    """
    words = _words(typed)
    asked = [organ for organ in organs() if nodal in {None, organ.nodal}]
    fits = [(_worst_fit(organ, words), organ) for organ in asked]
    found = [(fit, organ) for fit, organ in fits if fit is not None]
    return tuple(organ for _, organ in sorted(found, key=lambda pair: pair[0]))[:limit]


def is_nodal(organ: str) -> bool:
    """Return whether a text, of the vocabulary or not, names a lymph node."""
    return names_a_node(organ)


def _sided(entry: Mapping[str, Any]) -> list[Organ]:
    """Return a paired organ on its two sides; nothing for one that is not paired."""
    if not entry.get("sides", False):
        return []
    also = tuple(entry.get("also", ()))
    return [Organ(f"{side} {entry['name']}", also) for side in _SIDES]


def _worst_fit(organ: Organ, words: list[str]) -> int | None:
    """Return how well an organ fits the word that it fits worst; None if it misses one."""
    fits = [organ.fit(word) for word in words]
    return None if None in fits else max((fit for fit in fits if fit is not None), default=0)


def _words(text: str) -> list[str]:
    """Return the words of a text in small letters."""
    return [word for word in re.split(r"[\W_]+", text.casefold()) if word]
