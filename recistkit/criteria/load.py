"""The one door for criteria: shipped files and a trial's own go through it alike."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from recistkit.criteria.rules import Criteria
from recistkit.errors import CriteriaError

__all__ = ["load", "load_file", "shipped"]

NAMED_BY_EVERY_FILE = ("id", "version", "title", "citation")
MAXIMUM_BYTES = 1_000_000
"""A criteria file is a page or two; anything larger is something else."""


def shipped() -> tuple[str, ...]:
    """Return the ids of the criteria that come with recistkit, in order."""
    names = (entry.name for entry in resources.files("recistkit.criteria").iterdir())
    return tuple(sorted(name[: -len(".toml")] for name in names if name.endswith(".toml")))


def load(criteria: str | Path | Criteria) -> Criteria:
    """Return criteria by id, or from a trial's own file.

    Parameters
    ----------
    criteria : str, Path or Criteria
        An id of `shipped`, or a path to a TOML file; loaded criteria are
        returned as they are.

    Raises
    ------
    CriteriaError
        If there is no such id or file, or the file has faults (all named).
    """
    if isinstance(criteria, Criteria):
        return criteria
    if isinstance(criteria, str) and criteria in shipped():
        return _load_shipped(criteria)
    if not isinstance(criteria, str | Path):
        raise CriteriaError(
            "criteria", [f"expected an id or a file, not {type(criteria).__name__}"]
        )
    path = Path(criteria)
    if path.suffix == ".toml" or path.is_file():
        return load_file(path)
    known = ", ".join(shipped())
    raise CriteriaError(
        str(criteria), [f"no such criteria; known are {known}, or give a .toml file"]
    )


def load_file(path: Path) -> Criteria:
    """Load a trial's own criteria file; see `load`."""
    try:
        if path.stat().st_size > MAXIMUM_BYTES:
            raise CriteriaError(path.name, [f"larger than {MAXIMUM_BYTES} bytes"])
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CriteriaError(
            path.name, [f"cannot be opened as text: {type(error).__name__}"]
        ) from None
    criteria = _build(path.name, text)
    if (
        criteria.id in shipped()
        and criteria.content_hash != _load_shipped(criteria.id).content_hash
    ):
        fault = (
            f"id {criteria.id!r} is a shipped rule set with other content; give it an id of its own"
        )
        raise CriteriaError(path.name, [fault])
    return criteria


@cache
def _load_shipped(criteria_id: str) -> Criteria:
    return _build(f"{criteria_id}.toml", _shipped_text(criteria_id))


def _shipped_text(criteria_id: str) -> str:
    file = resources.files("recistkit.criteria") / f"{criteria_id}.toml"
    return file.read_text(encoding="utf-8")


def _build(name: str, text: str) -> Criteria:
    try:
        return Criteria.model_validate(_merged(name, _parse(name, text)))
    except ValidationError as error:
        raise CriteriaError(
            name, [_sentence(fault["loc"], fault["msg"]) for fault in error.errors()]
        ) from None


def _parse(name: str, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise CriteriaError(name, [f"is not TOML: {error}"]) from None
    except RecursionError:
        raise CriteriaError(name, ["is not TOML: nested too deeply"]) from None


def _merged(name_of_file: str, tables: dict[str, Any]) -> dict[str, Any]:
    """Lay a file's tables over those of the criteria that it is based on.

    A table replaces the whole table of the base, its source included, so no
    value ever stands beside the source of another.
    """
    base_id = tables.pop("based_on", None)
    if base_id is None:
        return tables
    if not isinstance(base_id, str) or base_id not in shipped():
        raise CriteriaError(
            name_of_file, [f"based_on: {base_id!r} is none of {', '.join(shipped())}"]
        )
    base_name = f"{base_id}.toml"
    base = _merged(base_name, _parse(base_name, _shipped_text(base_id)))
    without = [name for name in NAMED_BY_EVERY_FILE if name not in tables]
    if without:
        raise CriteriaError(
            name_of_file, [f"{name}: every file states its own" for name in without]
        )
    return base | tables


def _sentence(place: tuple[int | str, ...], message: str) -> str:
    where = ".".join(str(part) for part in place)
    said = message.removeprefix("Value error, ")
    return f"{where}: {said}" if where else said
