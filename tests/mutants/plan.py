"""The plan of a mutation run: what is changed, and which tests must notice."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from tests.mutants.mutant import Mutant
from tests.mutants.python_mutants import python_mutants
from tests.mutants.toml_mutants import toml_mutants


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What ``plan.toml`` says.

    Parameters
    ----------
    folders : tuple of str
        Folders whose files are changed.
    tests : tuple of str
        Arguments of pytest; the fast ones first, since the first failure ends a trial.
    copied : tuple of str
        Files and folders that a trial needs.
    needed_percent : float
        Smallest score that passes.
    equivalent : dict of str to str
        Names of the mutants that alter no result, with the reason.
    first : dict of str to tuple of str
        For the end of a path, the tests that most likely notice its changes:
        they are run alone first, and all others only if they notice nothing.
    """

    folders: tuple[str, ...]
    tests: tuple[str, ...]
    copied: tuple[str, ...]
    needed_percent: float
    equivalent: dict[str, str]
    first: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def first_for(self, path: str) -> tuple[str, ...]:
        """Return the tests that are tried first on changes of a file; none if none are named."""
        chosen = [one for end, tests in self.first.items() if path.endswith(end) for one in tests]
        return tuple(dict.fromkeys(chosen))


def load_plan(path: Path) -> Plan:
    """Load a plan."""
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    return Plan(
        folders=tuple(data["folders"]),
        tests=tuple(data["tests"]),
        copied=tuple(data["copied"]),
        needed_percent=data["needed_percent"],
        equivalent={one["name"]: one["reason"] for one in data.get("equivalent", [])},
        first={end: tuple(tests) for end, tests in data.get("first", {}).items()},
    )


def all_mutants(plan: Plan, root: Path) -> list[Mutant]:
    """Return every mutant of the plan's folders that is not listed as equivalent.

    Raises
    ------
    ValueError
        If the plan lists a mutant that does not exist.
    """
    mutants = []
    for folder in plan.folders:
        for path in sorted((root / folder).rglob("*")):
            name = path.relative_to(root).as_posix()
            if path.suffix == ".py":
                mutants += python_mutants(name, path.read_text(encoding="utf-8"))
            elif path.suffix == ".toml":
                mutants += toml_mutants(name, path.read_text(encoding="utf-8"))
    unknown = set(plan.equivalent) - {one.name for one in mutants}
    if unknown:
        raise ValueError("the plan lists mutants that do not exist:\n" + "\n".join(sorted(unknown)))
    return [one for one in mutants if one.name not in plan.equivalent]


def spread(mutants: list[Mutant], count: int) -> list[Mutant]:
    """Return `count` mutants, evenly spread over all of them."""
    if count >= len(mutants):
        return mutants
    return [mutants[(2 * i + 1) * len(mutants) // (2 * count)] for i in range(count)]
