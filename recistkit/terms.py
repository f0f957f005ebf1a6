"""Controlled terms: every closed list of words, in the order that codes follow.

A word's position in its list is its integer code inside the engine, so the
lists only ever grow at their end.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

__all__ = [
    "ACTIONS",
    "ACTOR_ROLES",
    "BEST_ORDER",
    "CERTAINTIES",
    "COMPARABLE",
    "DATE_VARIABLES",
    "DEFAULT_COMPARED",
    "EVENTS",
    "KINDS",
    "LESION_STATES",
    "NEW_LESION_STATEMENTS",
    "NON_TARGET_STATES",
    "OVERALL",
    "REASONED_ACTIONS",
    "REASONS",
    "RESPONSES",
    "ROLES",
    "SIGNING_ACTIONS",
    "STATES",
    "TARGET_STATES",
    "TUMOUR_MARKERS",
    "code",
]

OVERALL: Final = "overall"
"""The reserved compartment: the whole patient."""

ROLES: Final = ("target", "non-target", "new")
TARGET_STATES: Final = ("measured", "too-small", "absent", "not-evaluable", "split", "merged")
NON_TARGET_STATES: Final = ("present", "absent", "progressed", "increased", "not-evaluable")
STATES: Final = (
    "measured",
    "too-small",
    "absent",
    "not-evaluable",
    "split",
    "merged",
    "present",
    "progressed",
    "increased",
)
"""Every state of a lesion; which of them a role may have is in ``LESION_STATES``."""

CERTAINTIES: Final = ("equivocal", "unequivocal")
KINDS: Final = ("non-target", "target")
"""Kinds of a new lesion (iRECIST); the first is the default."""

LESION_STATES: Final = {
    "target": TARGET_STATES,
    "non-target": NON_TARGET_STATES,
    ("new", "non-target"): NON_TARGET_STATES,
    ("new", "target"): (*TARGET_STATES, "present"),
}

REASONS: Final = ("not-imaged", "artefact", "resected", "irradiated", "merged-with-non-target")
"""Common reasons of not-evaluable; free text is allowed too."""

NEW_LESION_STATEMENTS: Final = ("none", "equivocal", "unequivocal", "not-assessable")
TUMOUR_MARKERS: Final = ("normal", "elevated", "not-done")
EVENTS: Final = ("new-therapy", "local-therapy", "death", "last-contact")

RESPONSES: Final = ("CR", "PR", "SD", "PD", "NE", "NON-CR/NON-PD", "NA")
"""Words of a response; criteria may print another word for SD (WHO: NC)."""

BEST_ORDER: Final = ("CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE", "NA")
"""Best first; NON-CR/NON-PD takes the place of SD (Eisenhauer 2009, Table 2)."""

ACTOR_ROLES: Final = ("reader", "adjudicator", "manager")
"""In what sense somebody acts in a study."""
ACTIONS: Final = (
    "CREATE",
    "CHARTER",
    "ADD-SCANS",
    "ASSIGN",
    "SIGN",
    "ANCHOR",
    "UNLOCK",
    "AMEND",
    "REREAD",
    "ADJUDICATE",
    "EXPORT",
    "IMPORT",
    "MERGE",
)
"""What can stand in a chain of a study."""
REASONED_ACTIONS: Final = ("CHARTER", "UNLOCK", "AMEND", "ADJUDICATE")
"""Actions that nobody may do without saying why."""
SIGNING_ACTIONS: Final = ("SIGN", "IMPORT")
"""Actions that bring a signed document into the chain of a read."""

COMPARABLE: Final = (
    "best_response",
    "response_date",
    "best_response_confirmed",
    "confirmed_response_date",
    "confirmed_on",
    "progression_date",
    "last_date",
)
"""Columns of the best table that two reads can be compared by."""

DATE_VARIABLES: Final = (
    "response_date",
    "confirmed_response_date",
    "confirmed_on",
    "progression_date",
    "last_date",
)

DEFAULT_COMPARED: Final = (
    "best_response",
    "best_response_confirmed",
    "response_date",
    "progression_date",
)
"""Best response, confirmed or not, and the two dates that endpoints follow from."""


def code(words: Sequence[str], word: str) -> int:
    """Return the code of `word` in a list of terms.

    Raises
    ------
    ValueError
        If the word is not in the list.

    Examples
    --------
    >>> code(RESPONSES, "PD")
    3
    """
    return words.index(word)
