"""Which ids of a study are those of re-reads, and what such ids look like: like any other."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator
from typing import Final

from recistkit.errors import OptionError
from recistkit.store.rows import Reread
from recistkit.study.folder import StudyFolder

__all__ = ["free_names", "reread_names"]

_NUMBERED: Final = re.compile(r"(?s)(.*?)([0-9]+)([^0-9]*)")


def reread_names(study: StudyFolder) -> frozenset[str]:
    """Return the ids that hide re-reads; a reader's study gives out none of them."""
    return frozenset(one.shown_as for one in study.file.rows(Reread))


def free_names(subjects: Collection[str], taken: Collection[str]) -> Iterator[str]:
    """Yield the ids that follow in the numbering of a study.

    Parameters
    ----------
    subjects : collection of str
        Ids of the study. The form that most of them have is what follows.
    taken : collection of str
        What cannot be taken beside them, in whatever letters.

    Raises
    ------
    OptionError
        If they have no numbers.

    Examples
    --------
    >>> names = free_names(["RK-001", "RK-009", "pilot"], ["rk-010"])
    >>> next(names), next(names)
    ('RK-011', 'RK-012')
    """
    found = [match for name in subjects if (match := _NUMBERED.fullmatch(name))]
    if not found:
        raise OptionError("the ids of this study's subjects have no numbers to go on from")
    forms = Counter((match[1], match[3]) for match in found)
    before, after = max(sorted(forms), key=forms.__getitem__)
    numbers = [match[2] for match in found if (match[1], match[3]) == (before, after)]
    known = {name.casefold() for name in (*subjects, *taken)}
    number, width = max(map(int, numbers)), len(max(numbers, key=int))
    while True:
        number += 1
        name = f"{before}{number:0{width}d}{after}"
        if name.casefold() not in known:
            yield name
