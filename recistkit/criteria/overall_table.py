"""The overall table: target, non-target and new lesions to one response, without gap or overlap."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Annotated, Literal

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field

from recistkit.terms import RESPONSES

__all__ = ["NEW", "NON_TARGET", "TARGET", "OverallRow", "OverallTable", "faults_of_table"]

TARGET = ("CR", "PR", "SD", "PD", "NE", "NA")
NON_TARGET = ("CR", "NON-CR/NON-PD", "PD", "NE", "NA")
NEW = ("no", "yes")

Target = Literal["CR", "PR", "SD", "PD", "NE", "NA"]
NonTarget = Literal["CR", "NON-CR/NON-PD", "PD", "NE", "NA"]


class OverallRow(BaseModel):
    """One row of the table; ``any`` stands for every word of its column."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, Field(pattern=r"^[a-z0-9\-]{1,40}$")]
    target: tuple[Target, ...] | Literal["any"]
    non_target: tuple[NonTarget, ...] | Literal["any"]
    new_lesion: Literal["no", "yes", "any"]
    response: Literal["CR", "PR", "SD", "PD", "NE", "NON-CR/NON-PD", "NA"]
    meaning: Annotated[str, Field(min_length=1, max_length=200)]
    source: Annotated[str, Field(min_length=1)]

    def cells(self) -> Iterable[tuple[str, str, str]]:
        """Return the cells that the row answers: (target, non-target, new lesion)."""
        return product(
            TARGET if self.target == "any" else self.target,
            NON_TARGET if self.non_target == "any" else self.non_target,
            NEW if self.new_lesion == "any" else (self.new_lesion,),
        )


def faults_of_table(rows: Sequence[OverallRow]) -> list[str]:
    """Return a sentence for every cell with no row or more than one, and for ids used twice."""
    owners: dict[tuple[str, str, str], list[str]] = {
        cell: [] for cell in product(TARGET, NON_TARGET, NEW)
    }
    for row in rows:
        for cell in row.cells():
            owners[cell].append(row.id)
    faults = []
    for (target, non_target, new), ids in owners.items():
        cell_text = f"target {target}, non-target {non_target}, new lesion {new}"
        if not ids:
            faults.append(f"overall table has a gap: {cell_text}")
        elif len(ids) > 1:
            faults.append(f"overall table has an overlap: {cell_text} in {', '.join(ids)}")
    ids = [row.id for row in rows]
    faults += [
        f"overall row {i!r} stands twice" for i in sorted({i for i in ids if ids.count(i) > 1})
    ]
    return faults


@dataclass(frozen=True, slots=True)
class OverallTable:
    """The table as arrays.

    Attributes
    ----------
    row : ndarray of int8, shape (7, 7, 2)
        Position in ``ids`` for target code, non-target code (positions in
        ``RESPONSES``) and new lesion (0 no, 1 yes); -1 for words that cannot
        stand there.
    response : ndarray of int8, shape (n_rows,)
        Response code of each row.
    ids, meanings : tuple of str
        Id and meaning of each row.
    """

    row: npt.NDArray[np.int8]
    response: npt.NDArray[np.int8]
    ids: tuple[str, ...]
    meanings: tuple[str, ...]

    @classmethod
    def from_rows(cls, rows: Sequence[OverallRow]) -> OverallTable:
        """Spread rows over their cells."""
        table = np.full((len(RESPONSES), len(RESPONSES), len(NEW)), -1, np.int8)
        for position, row in enumerate(rows):
            for target, non_target, new in row.cells():
                cell = RESPONSES.index(target), RESPONSES.index(non_target), NEW.index(new)
                table[cell] = position
        return cls(
            row=table,
            response=np.array([RESPONSES.index(row.response) for row in rows], np.int8),
            ids=tuple(row.id for row in rows),
            meanings=tuple(row.meaning for row in rows),
        )
