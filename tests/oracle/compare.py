"""Both engines on the same tables: what they answer differently."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

import polars as pl

import recistkit
from recistkit import criteria
from recistkit.criteria import Criteria
from tests.oracle.engine import assess
from tests.oracle.generate import Case
from tests.oracle.tables import Row

ONLY_IN_FIRST = {"rule", "reason", "criteria", "convention", "unit"}
TEXT_KEYS = ("subject", "reader", "compartment", "timepoint")
REQUIRED = {"subject", "timepoint", "lesion", "role", "date", "state", "event"}
TYPES = {
    "date": pl.Date,
    "date_first": pl.Date,
    "date_last": pl.Date,
    "reference_date": pl.Date,
    "baseline": pl.Boolean,
    "nodal": pl.Boolean,
}


@dataclass
class Comparison:
    """What one case came to."""

    reads: int = 0
    rows: int = 0
    differences: list[str] = field(default_factory=list)


def compare(case: Case) -> list[str]:
    """Return the disagreements of the two engines on a case, one text each."""
    return compare_counting(case).differences


def compare_counting(case: Case) -> Comparison:
    """Return the disagreements, and how much was compared."""
    given: dict[str, Any] = {
        "visits": case.visits,
        "subjects": case.subjects,
        "events": case.events,
    }
    responses, best = assess(case.reads, criteria=case.criteria, **given, **case.options)
    found = Comparison(reads=len({(r["subject"], r["reader"]) for r in best}))
    found.rows = len(responses) + len(best)
    rules, options = _rules(case)
    asked: dict[str, Any] = options | {name: frame_of(rows) for name, rows in given.items()}
    reads: Any = frame_of(case.reads)
    first = recistkit.classify(reads, criteria=rules, **asked)
    for name, expected, frame in (
        ("responses", responses, first.responses),
        ("best", best, first.best),
    ):
        found.differences += _differences(name, expected, frame.to_dicts())
    return found


def _rules(case: Case) -> tuple[Criteria, dict[str, Any]]:
    """Return criteria in which what is theirs to say is set, and the options that remain."""
    rules = criteria.load(case.criteria)
    options = dict(case.options)
    can_progress = options.pop("imputed_can_progress", True)
    per = options.pop("who_pd", rules.progression.per)
    imputed = rules.imputed_progression.model_copy(update={"imputed_can_progress": can_progress})
    if case.criteria != "who-1979":
        per = rules.progression.per
    progression = rules.progression.model_copy(update={"per": per})
    update = {"imputed_progression": imputed, "progression": progression}
    return rules.model_copy(update=update), options


def frame_of(rows: list[Row]) -> pl.DataFrame | None:
    """Return rows as a data frame without its empty columns; None where there are no rows."""
    if not rows:
        return None
    schema = {name: TYPES.get(name, pl.String) for name in rows[0]}
    frame = pl.DataFrame(rows, schema=schema)
    filled = [
        name
        for name in frame.columns
        if name in REQUIRED or frame[name].null_count() < frame.height
    ]
    return frame.select(filled)


def _differences(table: str, expected: list[Row], got: list[Row]) -> Iterable[str]:
    if len(expected) != len(got):
        yield f"{table}: {len(got)} rows in the first engine, {len(expected)} in the second"
        return
    for theirs, ours in zip(got, expected, strict=True):
        where = " ".join(str(ours[key]) for key in TEXT_KEYS if key in ours)
        missing = set(ours) - set(theirs)
        if missing:
            yield f"{table}: no column {', '.join(sorted(missing))} in the first engine"
            return
        for column, value in ours.items():
            if not _same(theirs[column], value):
                yield (
                    f"{table} {where}: {column} is {_text(theirs[column])} in the first engine, "
                    f"{_text(value)} in the second"
                )
        extra = set(theirs) - set(ours) - ONLY_IN_FIRST
        if extra:
            yield f"{table}: column {', '.join(sorted(extra))} in the first engine only"
            return


def _same(theirs: object, ours: object) -> bool:
    if isinstance(ours, Fraction) and theirs is not None:
        # The first engine prints decimals of what it holds exactly.
        return abs(Fraction(str(theirs)) - ours) <= Fraction(1, 10**9) * max(Fraction(1), abs(ours))
    return _text(theirs) == _text(ours)


def _text(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    return "empty" if value in (None, "") else str(value)
