"""Nothing enters a chain that is not what its action may say."""

from __future__ import annotations

import json

import pytest
from pydantic import ValidationError

from recistkit.errors import StoreError
from recistkit.store.bodies import (
    AddScansBody,
    AdjudicateBody,
    AssignBody,
    AssignedRead,
    Body,
    CharterBody,
    ImportedRead,
    SignBody,
    UnlockBody,
    accepted,
    body_text,
    text_hash,
)
from recistkit.terms import ACTIONS
from tests.store.studies import scan

BODIES = (
    AssignBody(reads=(AssignedRead(subject="S001", reader="A"),)),
    AddScansBody(subjects=("S001",), scans=(scan("S001", "visit-1"),)),
    SignBody.of(subject="S001", reader="A", document='{"a": "ä"}\n'),
    UnlockBody(subject="S001", reader="A"),
    CharterBody.of('id = "X"\n'),
)


@pytest.mark.parametrize("body", BODIES, ids=lambda body: body.action)
def test_a_body_comes_back_from_its_text(body: Body) -> None:
    text = body_text(body)
    assert accepted(body.action, text) == body
    assert body_text(accepted(body.action, text)) == text


def test_the_text_is_canonical() -> None:
    assert body_text(BODIES[0]) == (
        '{"reads":[{"reader":"A","role":"reader","subject":"S001"}],"withdrawn":false}'
    )


def test_each_action_has_a_body() -> None:
    assert {model.action for model in all_below(Body)} == set(ACTIONS)


def all_below(model: type[Body]) -> list[type[Body]]:
    """Return the models of actions."""
    below = [one for child in model.__subclasses__() for one in all_below(child)]
    return below + ([model] if hasattr(model, "action") else [])


HASH = text_hash("a")
REFUSED = {
    "no action": ("SAVE", {}, "there is no action 'SAVE'"),
    "a field more": ("UNLOCK", {"subject": "S", "reader": "A", "x": 1}, "UNLOCK: x: "),
    "a field less": ("UNLOCK", {"subject": "S"}, "UNLOCK: reader: Field required"),
    "a guessed type": ("UNLOCK", {"subject": 7, "reader": "A"}, "UNLOCK: subject: "),
    "another text than the hash": (
        "CHARTER",
        {"text": "b", "sha256": HASH},
        "CHARTER: its text does not have its hash",
    ),
    "another document than the hash": (
        "SIGN",
        {"subject": "S", "reader": "A", "document": "b", "document_hash": HASH},
        "SIGN: its document does not have its hash",
    ),
    "one reader twice": (
        "ADJUDICATE",
        {
            "subject": "S",
            "adjudicator": "J",
            "accepted_reader": None,
            "reads": [{"reader": "A", "document_hash": HASH}] * 2,
        },
        "ADJUDICATE: the two reads are of one reader",
    ),
    "a third read": (
        "ADJUDICATE",
        {
            "subject": "S",
            "adjudicator": "J",
            "accepted_reader": "C",
            "reads": [{"reader": one, "document_hash": HASH} for one in "AB"],
        },
        "ADJUDICATE: the accepted read is not one of the two",
    ),
    "a formula for a name": (
        "UNLOCK",
        {"subject": "=1+1", "reader": "A"},
        "UNLOCK: subject: begins like a formula, which a spreadsheet would run",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_body_of_an_action_is_refused(name: str) -> None:
    action, content, message = REFUSED[name]
    with pytest.raises(StoreError) as raised:
        accepted(action, json.dumps(content))
    assert str(raised.value).startswith(message)


def test_a_message_does_not_repeat_what_stands_there() -> None:
    secret = "=planted-secret"
    with pytest.raises(StoreError) as raised:
        accepted("UNLOCK", json.dumps({"subject": secret, "reader": "A"}))
    assert "planted" not in str(raised.value)


def test_a_charter_without_text_is_refused() -> None:
    with pytest.raises(StoreError, match=r"^NOT saved: there is no text of it$"):
        CharterBody.of("")


def test_a_document_from_elsewhere_has_its_hash() -> None:
    ImportedRead(subject="S", reader="A", document_hash=HASH, document="a")
    with pytest.raises(ValidationError, match="its document does not have its hash"):
        ImportedRead(subject="S", reader="A", document_hash=HASH, document="b")


def test_an_adjudicator_may_accept_neither() -> None:
    body = AdjudicateBody.model_validate_json(
        json.dumps(
            {
                "subject": "S",
                "adjudicator": "J",
                "accepted_reader": None,
                "reads": [{"reader": one, "document_hash": HASH} for one in "AB"],
            }
        )
    )
    assert body.accepted_reader is None
