"""Which organ a reader's words mean, for the limit of targets per organ."""

from __future__ import annotations

import re
from typing import Final

import polars as pl

__all__ = ["NODES", "names_a_node", "organ_key", "organ_keys"]

NODES: Final = "lymph nodes"
"""All nodes are one organ, whatever their chain (EORTC RECIST FAQ)."""

_SIDES: Final = frozenset({"left", "right", "l", "r", "lt", "rt", "both", "bilateral"})
_NODE_WORDS: Final = frozenset({"node", "nodes", "lymph", "ln", "lns", "lymphnode", "lymphnodes"})
_PAIRED: Final = {
    "lung": ("lung", "lungs"),
    "kidney": ("kidney", "kidneys"),
    "adrenal gland": ("adrenal", "adrenals", "suprarenal"),
    "ovary": ("ovary", "ovaries"),
    "breast": ("breast", "breasts"),
    "testis": ("testis", "testes"),
    "parotid gland": ("parotid", "parotids"),
    "eye": ("eye", "eyes", "orbit", "orbits"),
    "pleura": ("pleura", "pleurae"),
}
_PAIRED_WORDS: Final = {word: organ for organ, words in _PAIRED.items() for word in words}


def _words(organ: str) -> list[str]:
    """Return the words of an organ's name, without its side."""
    return [word for word in re.split(r"[\W_]+", organ.casefold()) if word not in {"", *_SIDES}]


def names_a_node(organ: str) -> bool:
    """Return whether the words name a lymph node.

    Examples
    --------
    >>> names_a_node("mesorectal lymph node"), names_a_node("lung nodule")
    (True, False)
    """
    return not _NODE_WORDS.isdisjoint(_words(organ))


def organ_key(organ: str) -> str:
    """Return one word for an organ, whatever its side or lobe.

    Paired organs are one organ, and so are all nodes (Eisenhauer 2009, 4.2;
    EORTC RECIST FAQ).

    Examples
    --------
    >>> organ_key("lung-left"), organ_key("Right lung, upper lobe"), organ_key("liver-right")
    ('lung', 'lung', 'liver')
    """
    words = _words(organ)
    if names_a_node(organ):
        return NODES
    for word in words:
        if word in _PAIRED_WORDS:
            return _PAIRED_WORDS[word]
    return " ".join(words) or organ.strip().casefold()


def organ_keys(organs: pl.Series) -> pl.DataFrame:
    """Return ``organ``, ``organ_key`` and ``names_a_node`` of each name that occurs in a column."""
    names = organs.drop_nulls().unique().sort().to_list()
    return pl.DataFrame(
        {
            "organ": names,
            "organ_key": [organ_key(name) for name in names],
            "names_a_node": [names_a_node(name) for name in names],
        },
        schema={"organ": pl.String, "organ_key": pl.String, "names_a_node": pl.Boolean},
    )
