"""What a message may repeat of a file: words, numbers and names of columns, never a patient.

A file whose columns have slipped holds names, birth places and free text where
a date or a word was expected; messages end up in logs and e-mails.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

__all__ = ["quoted_value", "short_name"]

_HARMLESS: Final = re.compile(r"[a-z][a-z -]{0,23}|[0-9.,:/+-]{1,24}")
_LONGEST_NAME: Final = 40


def quoted_value(value: str) -> str:
    """Return a value in quotes if it is a short word or a number, else only its length.

    Examples
    --------
    >>> quoted_value("12,5"), quoted_value("absnt"), quoted_value("Miller")
    ("'12,5'", "'absnt'", 'a text of 6 characters')
    """
    if _HARMLESS.fullmatch(value):
        return repr(value)
    return f"a text of {len(value)} character{'' if len(value) == 1 else 's'}"


def short_name(name: str) -> str:
    r"""Return the name of a column or field that is not ours, fit for one line.

    Examples
    --------
    >>> short_name("colour\n")
    'colour'
    >>> short_name("x" * 100) == "x" * 37 + "..."
    True
    """
    seen = "".join(one for one in name if not unicodedata.category(one).startswith("C"))
    return seen if len(seen) <= _LONGEST_NAME else f"{seen[: _LONGEST_NAME - 3]}..."
