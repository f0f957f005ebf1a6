"""Draft: what one read holds while it is being made, and how it changes.

The parts are those of the read document (`recistkit.model`), so that nothing
has to be translated when a visit is signed; beside them stands what belongs to
the making only: removals, acknowledgements, signatures, amendments.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

from recistkit.model.fields import DocumentPart, FreeText, Name
from recistkit.model.mark import Mark
from recistkit.model.read import Lesion, Signature, Timepoint

__all__ = [
    "Acknowledgement",
    "Amendment",
    "Change",
    "Draft",
    "MarkKey",
    "Part",
    "Removal",
    "VisitSignature",
    "apply",
    "change_from_json",
    "change_to_json",
    "reverse",
]

Part = Literal[
    "timepoint",
    "set-aside",
    "lesion",
    "removal",
    "mark",
    "acknowledgement",
    "signature",
    "amendment",
]
MarkKey = tuple[str, str, str | None]
"""Lesion, timepoint, and fragment where the lesion is split there."""


class Removal(DocumentPart):
    """A lesion that the reader took back; its id is never given again."""

    lesion: Name


class Acknowledgement(DocumentPart):
    """A finding that the reader has seen, and why it stays. Another number, another finding."""

    timepoint: str
    lesion: str
    code: str
    message: str
    reason: FreeText


class VisitSignature(DocumentPart):
    """A visit that is signed, by which signature of the document."""

    timepoint: Name
    signature: Signature


class Amendment(DocumentPart):
    """A signed visit that is open again, and why."""

    timepoint: Name
    reason: FreeText


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A read as it is now; it may be incomplete.

    Attributes
    ----------
    timepoints : mapping of str to Timepoint
        By label.
    set_aside : mapping of str to Timepoint
        By label: visits with statements that left the read with their scans.
    lesions : mapping of str to Lesion
        By id, in the order in which they were given; those removed too.
    removed : mapping of str to Removal
        By lesion.
    marks : mapping of MarkKey to Mark
    acknowledged : mapping of tuple to Acknowledgement
        By timepoint, lesion, code and message of the finding.
    signed : mapping of str to VisitSignature
        By timepoint: these are locked.
    amended : mapping of str to Amendment
        By timepoint: these were signed and are open again.
    given : frozenset of str
        Every id of a lesion that was ever given; undo does not take one back.
    """

    timepoints: Mapping[str, Timepoint] = field(default_factory=dict)
    set_aside: Mapping[str, Timepoint] = field(default_factory=dict)
    lesions: Mapping[str, Lesion] = field(default_factory=dict)
    removed: Mapping[str, Removal] = field(default_factory=dict)
    marks: Mapping[MarkKey, Mark] = field(default_factory=dict)
    acknowledged: Mapping[tuple[str, ...], Acknowledgement] = field(default_factory=dict)
    signed: Mapping[str, VisitSignature] = field(default_factory=dict)
    amended: Mapping[str, Amendment] = field(default_factory=dict)
    given: frozenset[str] = field(default=frozenset(), compare=False, repr=False)

    @property
    def order(self) -> tuple[str, ...]:
        """Labels of all timepoints in order of their first dates."""
        return tuple(sorted(self.timepoints, key=self._date_order))

    @property
    def visits(self) -> tuple[str, ...]:
        """Labels of the timepoints that are read, in order: from the baseline on."""
        order = self.order
        marked = [place for place, label in enumerate(order) if self.timepoints[label].baseline]
        return order[marked[0] :] if marked else order

    @property
    def baseline(self) -> str | None:
        """Label of the baseline; None where there are no visits."""
        return next(iter(self.visits), None)

    @property
    def followed(self) -> tuple[Lesion, ...]:
        """The lesions that were not removed, in the order in which they were given."""
        return tuple(item for item in self.lesions.values() if item.id not in self.removed)

    def marks_of(self, lesion: str, visit: str) -> tuple[Mark, ...]:
        """Return a lesion's marks at a visit: none, one, or one per fragment in order."""
        whole = self.marks.get((lesion, visit, None))
        if whole is not None:
            return (whole,)
        found = [
            mark for mark in self.marks.values() if (mark.lesion, mark.timepoint) == (lesion, visit)
        ]
        return tuple(sorted(found, key=lambda mark: mark.fragment or ""))

    def visits_before(self, visit: str) -> tuple[str, ...]:
        """Return the labels of the visits from the baseline to before one, in order."""
        visits = self.visits
        return visits[: visits.index(visit)] if visit in visits else ()

    def _date_order(self, label: str) -> tuple[str, str]:
        return self.timepoints[label].date_first.isoformat(), label


@dataclass(frozen=True, slots=True)
class Change:
    """One part of a draft before and after; None where there is no such part."""

    part: Part
    before: DocumentPart | None
    after: DocumentPart | None

    @property
    def key(self) -> Any:  # noqa: ANN401  each part has its own kind of key
        """Where the part stands in its mapping."""
        entry = self.after if self.before is None else self.before
        return _KINDS[self.part].key(entry)


@dataclass(frozen=True, slots=True)
class _Kind:
    """Which field of a draft holds a part, of which class, under which key."""

    field: str
    model: type[DocumentPart]
    key: Callable[[Any], Any]


_KINDS: Final[Mapping[Part, _Kind]] = {
    "timepoint": _Kind("timepoints", Timepoint, lambda item: item.label),
    "set-aside": _Kind("set_aside", Timepoint, lambda item: item.label),
    "lesion": _Kind("lesions", Lesion, lambda item: item.id),
    "removal": _Kind("removed", Removal, lambda item: item.lesion),
    "mark": _Kind("marks", Mark, lambda item: (item.lesion, item.timepoint, item.fragment)),
    "acknowledgement": _Kind(
        "acknowledged",
        Acknowledgement,
        lambda item: (item.timepoint, item.lesion, item.code, item.message),
    ),
    "signature": _Kind("signed", VisitSignature, lambda item: item.timepoint),
    "amendment": _Kind("amended", Amendment, lambda item: item.timepoint),
}


def apply(draft: Draft, changes: Iterable[Change]) -> Draft:
    """Return the draft after changes, in their order.

    Raises
    ------
    ValueError
        If a part is not what it was before the change: the changes are of
        another draft.
    """
    fields: dict[str, dict[Any, DocumentPart]] = {}
    given = set(draft.given)
    for change in changes:
        name = _KINDS[change.part].field
        entries = fields.setdefault(name, dict(getattr(draft, name)))
        if entries.get(change.key) != change.before:
            raise ValueError(f"the {change.part} is not what it was before this change")
        if change.after is None:
            del entries[change.key]
        else:
            entries[change.key] = change.after
        if change.part == "lesion":
            given.add(change.key)
    return replace(draft, given=frozenset(given), **fields)  # type: ignore[arg-type]


def reverse(changes: Sequence[Change]) -> tuple[Change, ...]:
    """Return the changes that take others back."""
    return tuple(Change(item.part, item.after, item.before) for item in reversed(changes))


def change_to_json(change: Change) -> dict[str, Any]:
    """Return a change as JSON: part, before, after."""
    return {
        "part": change.part,
        "before": _content(change.before),
        "after": _content(change.after),
    }


def change_from_json(content: Mapping[str, Any]) -> Change:
    """Return the change that `change_to_json` wrote.

    Raises
    ------
    ValueError
        If it is none.
    """
    kind = _KINDS.get(content["part"])
    if kind is None:
        raise ValueError("a change of an unknown part")
    sides = [
        None if side is None else kind.model.model_validate_json(json.dumps(side))
        for side in (content["before"], content["after"])
    ]
    return Change(content["part"], *sides)


def _content(entry: DocumentPart | None) -> dict[str, Any] | None:
    """Return a part as JSON, without what it does not say."""
    return None if entry is None else entry.model_dump(mode="json", exclude_none=True)
