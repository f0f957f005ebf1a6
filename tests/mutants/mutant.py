"""One small change of one file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """A changed file.

    Parameters
    ----------
    path : str
        File below the root of the project, with slashes.
    place : str
        Function or TOML table that is changed; empty at the top of a module.
    before, after : str
        What stood there, and what stands there now.
    text : str
        The whole changed file.
    number : int
        Counts changes of one place that read alike, from 1.
    """

    path: str
    place: str
    before: str
    after: str
    text: str
    number: int = 1

    @property
    def name(self) -> str:
        """Return a name that does not change when lines above are added."""
        ordinal = f" ({self.number})" if self.number > 1 else ""
        return f"{self.path}::{self.place}: {self.before} -> {self.after}{ordinal}"


def numbered(mutants: Iterable[Mutant]) -> list[Mutant]:
    """Count the mutants that read alike, in the order in which they come."""
    seen: Counter[str] = Counter()
    counted = []
    for mutant in mutants:
        seen[mutant.name] += 1
        counted.append(replace(mutant, number=seen[mutant.name]))
    return counted
