"""Commands on lesions: add one, say what it is, take it back.

A command is a function of the draft that returns changes, or refuses with a
`ReadingError` whose text is for the reader; it changes nothing itself.
"""

from __future__ import annotations

import re
from typing import Final

from pydantic import ValidationError

from recistkit.errors import ReadingError
from recistkit.model.read import Lesion, Role
from recistkit.reading.commands_statements import with_statement
from recistkit.reading.draft import Change, Draft, Removal
from recistkit.reading.drawing import Drawing, drawn_mark, require_open
from recistkit.reading.mergers import holder_fault, merged_into
from recistkit.study.charter import Charter
from recistkit.terms import OVERALL

__all__ = ["add_lesion", "next_id", "remove_lesion", "require_lesion", "set_lesion"]

_PREFIXES: Final = {"target": "T", "non-target": "NT", "new": "N"}


def add_lesion(
    draft: Draft,
    charter: Charter,
    visit: str,
    drawing: Drawing,
    *,
    role: Role,
    nodal: bool,
    certainty: str | None = None,
) -> tuple[Change, ...]:
    """Add a lesion with its first mark.

    Targets and non-targets are chosen at the baseline, new lesions are found
    after it. A target is `measured`, any other is `present`.

    Raises
    ------
    ReadingError
        If the visit is not open or not one of the role, or the drawing is no mark.
    """
    require_open(draft, visit)
    at_baseline = visit == draft.baseline
    if role == "new" and at_baseline:
        raise ReadingError("nothing can be new at the baseline; add it as a target or non-target")
    if role != "new" and not at_baseline:
        raise ReadingError(f"a {role} is chosen at the baseline; what is found later is new")
    if role == "target" and drawing.longest is None:
        raise ReadingError("a target needs its long axis")
    lesion = Lesion(id=next_id(draft, role), role=role, nodal=nodal)
    state = "measured" if role == "target" else "present"
    mark = drawn_mark(draft, charter, lesion, visit, drawing, state=state, certainty=certainty)
    changes = (Change("lesion", None, lesion), Change("mark", None, mark))
    return with_statement(draft, visit, changes)


def next_id(draft: Draft, role: Role) -> str:
    """Return the next free id of a role; one that was ever given is not free, even if undone."""
    prefix = _PREFIXES[role]
    numbers = [re.fullmatch(rf"{prefix}([0-9]+)", name) for name in draft.given]
    return f"{prefix}{max((int(found[1]) for found in numbers if found), default=0) + 1}"


def set_lesion(draft: Draft, charter: Charter, name: str, **said: object) -> tuple[Change, ...]:
    """Say what a lesion is: `organ`, `nodal`, `compartment`. It holds for all visits.

    Raises
    ------
    ReadingError
        If a visit that shows the lesion is signed, or the words cannot be taken.
    """
    before = require_lesion(draft, name)
    try:
        after = Lesion.model_validate(dict(before) | said)
    except ValidationError:
        raise ReadingError(f"{', '.join(said)}: one line of text is expected") from None
    if after == before:
        return ()
    _require_unsigned(draft, name)
    changes = (Change("lesion", before, after),)
    if after.compartment != before.compartment:
        _require_compartment(draft, charter, after)
    return changes


def remove_lesion(draft: Draft, name: str) -> tuple[Change, ...]:
    """Take a lesion back with all its marks; its id is not given again.

    Raises
    ------
    ReadingError
        If a visit that shows it is signed, or others are merged into it.
    """
    require_lesion(draft, name)
    _require_unsigned(draft, name)
    parts = merged_into(draft, name)
    if parts:
        raise ReadingError(f"{name} holds the common size of {', '.join(parts)}")
    marks = [mark for mark in draft.marks.values() if mark.lesion == name]
    removed = [Change("mark", mark, None) for mark in marks]
    return (*removed, Change("removal", None, Removal(lesion=name)))


def require_lesion(draft: Draft, name: str | None) -> Lesion:
    """Return a lesion that is followed.

    Raises
    ------
    ReadingError
        If there is none of that name.
    """
    if name is None:
        raise ReadingError("choose a lesion first")
    if name not in draft.lesions or name in draft.removed:
        raise ReadingError(f"there is no lesion {name}")
    return draft.lesions[name]


def _require_unsigned(draft: Draft, name: str) -> None:
    """Refuse to change what a signature stands for."""
    shown = {mark.timepoint for mark in draft.marks.values() if mark.lesion == name}
    signed = [label for label in draft.visits if label in shown and label in draft.signed]
    if signed:
        raise ReadingError(f"{name} stands in {', '.join(signed)}, which is signed; amend it first")


def _require_compartment(draft: Draft, charter: Charter, lesion: Lesion) -> None:
    """Refuse a compartment that the study does not have, or that a merger forbids."""
    word = lesion.compartment
    if word is not None and word.casefold() == OVERALL:
        raise ReadingError(f"{OVERALL!r} means the whole patient and is no compartment")
    in_use = {item.compartment for item in draft.followed if item.compartment is not None}
    allowed = charter.compartments or tuple(sorted(in_use))
    if word is not None and word not in allowed:
        expected = f"expected one of {', '.join(allowed)}"
        raise ReadingError(expected if allowed else "this study has no compartments")
    changed = {**draft.lesions, lesion.id: lesion}
    for mark in draft.marks.values():
        if mark.merged_into is not None and lesion.id in {mark.lesion, mark.merged_into}:
            fault = holder_fault(changed, draft.marks, mark)
            if fault:
                raise ReadingError(fault)
