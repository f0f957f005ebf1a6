"""Codes of the response words, for array expressions."""

from typing import Final

from recistkit.terms import NEW_LESION_STATEMENTS, RESPONSES, TUMOUR_MARKERS

__all__ = [
    "CR",
    "ELEVATED",
    "EQUIVOCAL",
    "NA",
    "NE",
    "NONE",
    "NORMAL",
    "NOT_ASSESSABLE",
    "PD",
    "PERSISTS",
    "PR",
    "SD",
    "UNEQUIVOCAL",
    "UNSET",
]

CR, PR, SD, PD, NE, PERSISTS, NA = range(len(RESPONSES))
UNSET: Final = -1
"""No word: the baseline has no response."""

NONE, EQUIVOCAL, UNEQUIVOCAL, NOT_ASSESSABLE = range(len(NEW_LESION_STATEMENTS))
NORMAL = TUMOUR_MARKERS.index("normal")
ELEVATED = TUMOUR_MARKERS.index("elevated")
