"""What a header says of a contrast agent: never which one, for a free text may name the patient.

Fields: DICOM PS3.3, C.7.6.4 (contrast and bolus).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from recistkit.model.series import Contrast

__all__ = ["contrast_of"]

_NONE: Final = frozenset({"NONE", "NO", "WITHOUT", "N"})
_ENTERAL: Final = frozenset({"ORAL", "RECTAL", "PO", "PR", "ENTERAL"})


def contrast_of(agents: Sequence[str], routes: Sequence[str]) -> Contrast:
    """Return what Contrast/Bolus Agent and Contrast/Bolus Route say.

    Examples
    --------
    >>> contrast_of(["ISOVUE 370"], [])
    'given'
    >>> contrast_of(["ORAL"], [])
    'enteral'
    >>> contrast_of(["NONE"], [])
    'none'
    >>> contrast_of([], [])
    'not-stated'
    """
    words = {word for text in agents for word in re.findall(r"[A-Z]+", text.upper())}
    ways = {word for text in routes for word in re.findall(r"[A-Z]+", text.upper())}
    if not words:
        return "not-stated"
    if words <= _NONE:
        return "none"
    return "enteral" if (ways or words) <= _ENTERAL else "given"
