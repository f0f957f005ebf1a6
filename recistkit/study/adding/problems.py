"""What is wrong with scans that are to be added, said without the name of a file or a patient."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from recistkit.errors import RecistkitError

__all__ = ["Problem", "ScansRefusedError"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing wrong.

    Folders and files are numbered, for their names may be those of patients:
    folders with files in them, and the files of each, in the order of their names.

    Attributes
    ----------
    where : str
        Such as ``"folder 2, file 17"`` or ``"mapping, row 4"``; may be empty.
    reason : str
        What is wrong.
    path : Path or None
        The file or folder, for programs that show it to whoever may see it;
        never part of a text.
    """

    where: str = ""
    reason: str
    path: Path | None = field(default=None, repr=False, compare=False)

    def __str__(self) -> str:
        """Return ``folder 2, file 17: ...``."""
        return f"{self.where}: {self.reason}" if self.where else self.reason


class ScansRefusedError(RecistkitError, ValueError):
    """Scans were not added, none of them; ``problems`` says why, all at once."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(dict.fromkeys(problems), key=_place))
        count = len(self.problems)
        head = f"no scan was added: {count} problem{'' if count == 1 else 's'}"
        super().__init__("\n".join([head, *(f"  {problem}" for problem in self.problems)]))


def _place(problem: Problem) -> tuple[tuple[str, int], ...]:
    """Return what problems are ordered by: their places, folder 2 before folder 10."""
    parts = re.findall(r"([^0-9]*)([0-9]*)", problem.where)
    return tuple((text, int(digits or 0)) for text, digits in parts)
