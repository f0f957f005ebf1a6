"""New lesions: sightings, onset, the visits table's statement (conventions C17-C19)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tests.oracle.tables import Row, Visit


@dataclass(frozen=True)
class NewLesions:
    """What one visit says of new lesions, for one row of the answers."""

    word: str
    """The strongest word: unequivocal, equivocal, not-assessable or none."""
    back_dated: bool
    shown_on: date | None
    """Earliest scan of this visit that shows an unequivocally new lesion."""

    @property
    def present(self) -> bool:
        return self.word == "unequivocal"


def is_sighting(row: Row) -> bool:
    """Tell whether a row of a new lesion shows it (C17)."""
    return row["role"] == "new" and row["state"] not in ("absent", "not-evaluable")


def is_unequivocal(row: Row) -> bool:
    return bool(row["certainty"] != "equivocal")


def new_by_rows(visits: list[Visit]) -> int | None:
    """Return the first visit at which rows make a lesion new (C17); None where none does."""
    sightings = [
        (number, row)
        for number, visit in enumerate(visits)
        for row in visit.rows
        if is_sighting(row)
    ]
    sure = {row["lesion"] for _, row in sightings if is_unequivocal(row)}
    return min((number for number, row in sightings if row["lesion"] in sure), default=None)


def not_placed(visits: list[Visit], number: int) -> bool:
    """Tell whether a visit states a new lesion while no row makes a lesion new by then (C18)."""
    onset = new_by_rows(visits)
    return visits[number].statement == "unequivocal" and (onset is None or onset > number)


def new_lesions_of(
    visits: list[Visit], compartment: str | None, *, with_statement: bool
) -> list[NewLesions]:
    """Return for each visit what is known of new lesions of a compartment (None: of all).

    `visits` are those after the baseline. Statements name no compartment, so
    that only the row of the whole patient takes what they say of a lesion.
    """
    sightings: dict[str, list[tuple[int, Row]]] = {}
    for number, visit in enumerate(visits):
        for row in visit.rows:
            if is_sighting(row) and compartment in (None, row["compartment"]):
                sightings.setdefault(row["lesion"], []).append((number, row))
    onset: dict[str, int] = {}
    certain: dict[str, int] = {}
    for name, seen in sightings.items():
        sure = [number for number, row in seen if is_unequivocal(row)]
        if sure:
            onset[name] = seen[0][0]
            certain[name] = min(sure)
    stated = [
        number for number in range(len(visits)) if with_statement and not_placed(visits, number)
    ]
    answers = []
    for number, visit in enumerate(visits):
        is_new = [name for name in onset if onset[name] <= number]
        stands = bool(stated) and stated[0] <= number
        already = stands or any(certain[name] <= number for name in certain)
        here = [row["date"] for name in is_new for when, row in sightings[name] if when == number]
        shown_on = min(here) if here else None
        if stands and shown_on is None and number in stated:
            shown_on = visit.first
        answers.append(
            NewLesions(
                word=_strongest(
                    visit,
                    unequivocal=bool(is_new) or stands,
                    equivocal=any(when == number for s in sightings.values() for when, _ in s)
                    or (with_statement and visit.statement == "equivocal"),
                ),
                back_dated=bool(is_new) and not already,
                shown_on=shown_on,
            )
        )
    return answers


def _strongest(visit: Visit, *, unequivocal: bool, equivocal: bool) -> str:
    if unequivocal:
        return "unequivocal"
    if equivocal:
        return "equivocal"
    if visit.statement == "not-assessable":
        return "not-assessable"
    return "none"
