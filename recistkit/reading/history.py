"""History: the draft that a journal's events make, and what of them can be taken back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from recistkit.errors import JournalError
from recistkit.exchange.read_document import read_document_text
from recistkit.model.read import Read
from recistkit.reading.draft import Change, Draft, apply, change_from_json, change_to_json
from recistkit.store.journal import Event
from recistkit.study.charter import ReadRules

__all__ = ["BARRIERS", "REDO", "UNDO", "History", "document_hash", "event_body", "replay"]

UNDO: Final = "undo"
REDO: Final = "redo"
BARRIERS: Final = frozenset({"import", "visits", "sign", "amend"})
"""Commands that undo does not go back across."""

Changes = tuple[Change, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What the events so far come to.

    Attributes
    ----------
    draft : Draft
    revision : int
        Number of events.
    undoable, redoable : tuple of changes
        The last one is the next to be taken back, or to be done again.
    document : Read or None
        The one last signed, or imported.
    hashes : frozenset of str
        Of every document so far, as `document_hash` gives them.
    begun_under : ReadRules or None
        The rules in force when the first visits were found.
    """

    draft: Draft = field(default_factory=Draft)
    revision: int = 0
    undoable: tuple[Changes, ...] = ()
    redoable: tuple[Changes, ...] = ()
    document: Read | None = None
    hashes: frozenset[str] = frozenset()
    begun_under: ReadRules | None = None

    def after(self, command: str, changes: Changes, document: Read | None = None) -> History:
        """Return the history after one more event.

        Raises
        ------
        ValueError
            If the changes do not fit the draft.
        """
        undoable, redoable = self.undoable, self.redoable
        if command == UNDO:
            undoable, redoable = undoable[:-1], (*redoable, *undoable[-1:])
        elif command == REDO:
            undoable, redoable = (*undoable, *redoable[-1:]), redoable[:-1]
        elif command in BARRIERS:
            undoable, redoable = (), ()
        else:
            undoable, redoable = (*undoable, changes), ()
        history = replace(
            self,
            draft=apply(self.draft, changes),
            revision=self.revision + 1,
            undoable=undoable,
            redoable=redoable,
        )
        if document is None:
            return history
        hashes = self.hashes | {document_hash(document)}
        return replace(history, document=document, hashes=hashes)


def event_body(changes: Changes, document: Read | None, **said: object) -> dict[str, Any]:
    """Return the body of an event: its changes, a signed document, what else is said of it."""
    body: dict[str, Any] = {"changes": [change_to_json(change) for change in changes]}
    if document is not None:
        body["document"] = document.model_dump(mode="json", exclude_none=True)
    return body | {name: value for name, value in said.items() if value is not None}


def replay(events: Iterable[Event]) -> History:
    """Return the history that events of one subject make.

    Raises
    ------
    JournalError
        If an event does not fit those before it.
    """
    history = History()
    for event in events:
        try:
            history = _begun(history, event.body.get("rules"))
            changes = tuple(change_from_json(item) for item in event.body["changes"])
            history = history.after(event.command, changes, _document(event.body))
        except (ValueError, KeyError, TypeError, ArithmeticError) as error:
            message = f"the journal is damaged: event {event.number} does not fit those before it"
            raise JournalError(message) from error
    return history


def document_hash(document: Read) -> str:
    """Return the SHA-256 of a whole document, its signature too."""
    return hashlib.sha256(read_document_text(document).encode("utf-8")).hexdigest()


def _begun(history: History, rules: Mapping[str, str] | None) -> History:
    """Return the history with the rules of its first event that states them."""
    if rules is None or history.begun_under is not None:
        return history
    return replace(history, begun_under=ReadRules.from_json(rules))


def _document(body: Mapping[str, Any]) -> Read | None:
    """Return the document of an event, if it has one."""
    content = body.get("document")
    return None if content is None else Read.model_validate_json(json.dumps(content))
