"""Commands on what a lesion is at a visit: its rulers, its state, its fragments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import KW_ONLY, asdict, dataclass, replace
from string import ascii_lowercase
from typing import Final

from recistkit.errors import ReadingError
from recistkit.model.mark import Mark, Ruler
from recistkit.model.read import Lesion
from recistkit.reading.commands_lesions import require_lesion
from recistkit.reading.commands_statements import with_statement
from recistkit.reading.draft import Change, Draft
from recistkit.reading.drawing import Drawing, drawn_mark, require_open
from recistkit.reading.mergers import holder_fault, merged_into
from recistkit.study.charter import Charter

__all__ = [
    "LesionState",
    "add_fragment",
    "measure",
    "remove_fragment",
    "set_certainty",
    "set_short",
    "set_state",
]

_WITH_RULERS: Final = frozenset({"present", "progressed", "increased"})
_BASELINE_STATES: Final = {
    "target": ("measured", "split"),
    "non-target": ("present", "not-evaluable"),
}
_DRAWN_STATES: Final = ("measured", "split")


def measure(
    draft: Draft,
    charter: Charter,
    visit: str,
    name: str | None,
    drawing: Drawing,
    fragment: str | None = None,
) -> tuple[Change, ...]:
    """Measure a lesion at a visit, or one fragment of it anew.

    A target is then `measured`; another lesion keeps its state, which it must
    have: that it was measured does not say that it is unchanged.

    Raises
    ------
    ReadingError
        If the visit is not open, the drawing is no mark of this lesion, or the
        lesion is split and no fragment is named: its fragments are not
        replaced by silence.
    """
    lesion = _open_lesion(draft, visit, name)
    if drawing.longest is None:
        raise ReadingError("a measurement needs the long axis")
    before = draft.marks_of(lesion.id, visit)
    if fragment is None and any(mark.fragment is not None for mark in before):
        raise ReadingError(f"{lesion.id} is split here: say which fragment, or remove fragments")
    if fragment is not None:
        old = _fragment(before, fragment)
        new = drawn_mark(draft, charter, lesion, visit, drawing, state="split", fragment=fragment)
        return _replaced(draft, visit, [old], [new])
    said: dict[str, object] = {"state": "measured"}
    if lesion.role != "target":
        if not before or before[0].state not in _WITH_RULERS:
            raise ReadingError(f"state {lesion.id} first: a size does not say whether it changed")
        said = {"state": before[0].state, "certainty": before[0].certainty}
    mark = drawn_mark(draft, charter, lesion, visit, drawing, **said)
    return _replaced(draft, visit, before, [mark])


def set_short(
    draft: Draft,
    charter: Charter,
    visit: str,
    name: str | None,
    short: Ruler | None,
    fragment: str | None = None,
) -> tuple[Change, ...]:
    """Correct the short axis of a lesion that is measured.

    Raises
    ------
    ReadingError
        If it has no long axis at this visit.
    """
    lesion = _open_lesion(draft, visit, name)
    old = _fragment(draft.marks_of(lesion.id, visit), fragment)
    if old.longest is None:
        raise ReadingError(f"draw the long axis of {lesion.id} first")
    drawing = replace(_drawing_of(old), short=short)
    new = drawn_mark(
        draft,
        charter,
        lesion,
        visit,
        drawing,
        state=old.state,
        fragment=old.fragment,
        certainty=old.certainty,
        reason=old.reason,
        merged_into=old.merged_into,
    )
    return _replaced(draft, visit, [old], [new])


@dataclass(frozen=True, slots=True)
class LesionState:
    """What a reader states of a lesion at a visit, and what goes with it."""

    state: str
    _: KW_ONLY
    reason: str | None = None
    merged_into: str | None = None
    certainty: str | None = None


def set_state(
    draft: Draft,
    charter: Charter,
    visit: str,
    name: str | None,
    drawing: Drawing,
    stated: LesionState,
) -> tuple[Change, ...]:
    """State what a lesion is at a visit, in place of what was said of it there.

    Rulers stay where the state can have them (`present`, `progressed`,
    `increased`). A new lesion keeps its last stated certainty unless another
    is given.

    Raises
    ------
    ReadingError
        If the visit is not open, the lesion cannot have the state there, or
        what goes with it is missing.
    """
    lesion = _open_lesion(draft, visit, name)
    _require_state(draft, visit, lesion, stated)
    before = draft.marks_of(lesion.id, visit)
    if stated.state in _WITH_RULERS and before and before[0].longest is not None:
        drawing = _drawing_of(before[0])
    if lesion.role == "new" and stated.certainty is None:
        stated = replace(stated, certainty=_last_certainty(draft, visit, lesion.id))
    mark = drawn_mark(draft, charter, lesion, visit, drawing, **asdict(stated))
    if stated.state == "merged":
        fault = holder_fault({one.id: one for one in draft.followed}, draft.marks, mark)
        if fault:
            raise ReadingError(fault)
    return _replaced(draft, visit, before, [mark])


def set_certainty(draft: Draft, visit: str, name: str | None, certainty: str) -> tuple[Change, ...]:
    """State whether a new lesion is sure at a visit: `equivocal` or `unequivocal`.

    Raises
    ------
    ReadingError
        If it is no new lesion, or has no state there.
    """
    lesion = _open_lesion(draft, visit, name)
    if lesion.role != "new" or certainty not in {"equivocal", "unequivocal"}:
        raise ReadingError("only a new lesion is equivocal or unequivocal")
    old = _fragment(draft.marks_of(lesion.id, visit), None)
    return _replaced(draft, visit, [old], [old.model_copy(update={"certainty": certainty})])


def add_fragment(
    draft: Draft, charter: Charter, visit: str, name: str | None, drawing: Drawing
) -> tuple[Change, ...]:
    """Add a fragment of a target that is split; a whole measurement becomes its first fragment.

    Raises
    ------
    ReadingError
        If it is no target, or the visit is not open.
    """
    lesion = _open_lesion(draft, visit, name)
    _require_state(draft, visit, lesion, LesionState("split"), drawn=True)
    before = draft.marks_of(lesion.id, visit)
    kept = [
        mark.model_copy(update={"state": "split", "fragment": mark.fragment or "a"})
        for mark in before
        if mark.state in _DRAWN_STATES
    ]
    free = [one for one in ascii_lowercase if one not in {mark.fragment for mark in kept}]
    if not free:
        raise ReadingError(f"a lesion has at most {len(ascii_lowercase)} fragments here")
    new = drawn_mark(draft, charter, lesion, visit, drawing, state="split", fragment=free[0])
    if new.longest is None:
        raise ReadingError("a fragment needs its long axis")
    return _replaced(draft, visit, before, [*kept, new])


def remove_fragment(
    draft: Draft, visit: str, name: str | None, fragment: str
) -> tuple[Change, ...]:
    """Take one fragment of a split target back; a single one that is left is the whole lesion.

    Raises
    ------
    ReadingError
        If the visit is not open, or there is no such fragment.
    """
    lesion = _open_lesion(draft, visit, name)
    before = draft.marks_of(lesion.id, visit)
    removed = _fragment(before, fragment)
    kept = [mark for mark in before if mark != removed]
    if len(kept) == 1:
        kept = [kept[0].model_copy(update={"state": "measured", "fragment": None})]
    return _replaced(draft, visit, before, kept)


def _open_lesion(draft: Draft, visit: str, name: str | None) -> Lesion:
    """Return a lesion that may be changed at a visit."""
    require_open(draft, visit)
    return require_lesion(draft, name)


def _require_state(
    draft: Draft, visit: str, lesion: Lesion, stated: LesionState, *, drawn: bool = False
) -> None:
    """Refuse a state that the lesion cannot have at this visit, or that lacks what goes with it."""
    state = stated.state
    if visit == draft.baseline and lesion.role == "new":
        raise ReadingError(f"{lesion.id} is a new lesion, which has no state at the baseline")
    if visit == draft.baseline and state not in _BASELINE_STATES[lesion.role]:
        words = " or ".join(_BASELINE_STATES[lesion.role])
        raise ReadingError(f"at the baseline a {lesion.role} is {words}; or remove it")
    if state == "split" and lesion.role != "target":
        raise ReadingError("only a target has fragments")
    if lesion.role == "target" and state in _DRAWN_STATES and not drawn:
        raise ReadingError("draw the long axis: measured and split come from a ruler")
    if (state == "not-evaluable") != bool(stated.reason and stated.reason.strip()):
        raise ReadingError("a reason goes with not-evaluable, and only with it: why is it?")
    if (state == "merged") != (stated.merged_into is not None):
        raise ReadingError("a merged lesion, and only that, names the one that holds its size")
    parts = merged_into(draft, lesion.id, visit)
    if state in {"absent", "merged"} and parts:
        raise ReadingError(f"{lesion.id} holds the common size of {', '.join(parts)}")


def _fragment(marks: Sequence[Mark], fragment: str | None) -> Mark:
    """Return the mark of one fragment, or the only mark."""
    found = [mark for mark in marks if mark.fragment == fragment]
    if not found:
        raise ReadingError("there is nothing at this visit yet" if not marks else "which fragment?")
    return found[0]


def _drawing_of(mark: Mark) -> Drawing:
    """Return what a mark was drawn from."""
    return Drawing(
        date=mark.date,
        longest=mark.longest,
        short=mark.short,
        image=mark.image,
        position_mm=mark.position_mm,
        mask=mark.mask,
        volume_mm3=mark.volume_mm3,
        proposed=mark.proposed,
    )


def _last_certainty(draft: Draft, visit: str, name: str) -> str | None:
    """Return the certainty stated of a new lesion at this visit, or last before it."""
    for label in (visit, *reversed(draft.visits_before(visit))):
        for mark in draft.marks_of(name, label):
            if mark.certainty is not None:
                return mark.certainty
    return None


def _replaced(
    draft: Draft, visit: str, before: Sequence[Mark], after: Sequence[Mark]
) -> tuple[Change, ...]:
    """Return the changes that put marks in the place of others."""
    old = {mark.fragment: mark for mark in before}
    new = {mark.fragment: mark for mark in after}
    changes = [
        Change("mark", old.get(key), new.get(key))
        for key in {**old, **new}
        if old.get(key) != new.get(key)
    ]
    return with_statement(draft, visit, tuple(changes))
