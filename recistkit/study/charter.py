"""Charter: what a study lays down for its readers before the first read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from recistkit.criteria import Criteria
from recistkit.model.read import Read

__all__ = ["Charter", "ReadRules", "ReadingOrder", "Role", "ShowResponse"]

ShowResponse = Literal["after-measurement", "always", "never"]
ReadingOrder = Literal["by-visit", "free"]
Role = Literal["reader", "adjudicator", "manager"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRules:
    """What of a charter must stay the same from the first mark to the last signature.

    Attributes
    ----------
    study, criteria : str
        By their ids.
    criteria_hash : str or None
        None where a document does not state it.
    resolution_mm : Decimal
    """

    study: str
    criteria: str
    criteria_hash: str | None
    resolution_mm: Decimal

    @classmethod
    def of_read(cls, read: Read) -> ReadRules:
        """Return those that a document was made under."""
        return cls(
            study=read.study,
            criteria=read.criteria.id,
            criteria_hash=read.criteria.hash,
            resolution_mm=read.resolution_mm,
        )

    @classmethod
    def from_json(cls, content: Mapping[str, str]) -> ReadRules:
        """Return those that `to_json` wrote.

        Raises
        ------
        KeyError, ValueError, ArithmeticError
            If there are none.
        """
        return cls(
            study=content["study"],
            criteria=content["criteria"],
            criteria_hash=content["criteria_hash"],
            resolution_mm=Decimal(content["resolution_mm"]),
        )

    def to_json(self) -> dict[str, str]:
        """Return them as JSON."""
        content = {"study": self.study, "criteria": self.criteria}
        content |= {"criteria_hash": self.criteria_hash} if self.criteria_hash else {}
        return content | {"resolution_mm": str(self.resolution_mm)}

    def differences(self, stated: ReadRules) -> tuple[str, ...]:
        """Return the names of what these rules, of a study, have otherwise than stated."""
        pairs = {
            "study": stated.study == self.study,
            "criteria": stated.criteria == self.criteria,
            "criteria hash": self._has_hash(stated.criteria_hash),
            "resolution_mm": stated.resolution_mm == self.resolution_mm,
        }
        return tuple(name for name, same in pairs.items() if not same)

    def _has_hash(self, stated: str | None) -> bool:
        """Return whether a stated hash, which may be the beginning of one, is that of these."""
        whole = self.criteria_hash or ""
        return stated is None or whole.startswith(stated.removeprefix("sha256:"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Charter:
    """The rules that a read is made under; they are the same for every reader.

    Attributes
    ----------
    study : str
        The study's own word for itself.
    criteria : Criteria
    resolution_mm : Decimal
        To what lengths are rounded.
    compartments : tuple of str
        Those that a lesion may be in; none where the study has none.
    show_response : {"after-measurement", "always", "never"}
        When the reader sees responses.
    """

    study: str
    criteria: Criteria
    resolution_mm: Decimal = Decimal("0.1")
    compartments: tuple[str, ...] = ()
    show_response: ShowResponse = "after-measurement"

    @property
    def rules(self) -> ReadRules:
        """What must stay the same within a read."""
        return ReadRules(
            study=self.study,
            criteria=self.criteria.id,
            criteria_hash=self.criteria.content_hash,
            resolution_mm=self.resolution_mm,
        )
