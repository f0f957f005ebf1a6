"""A chain shows what was changed, left out, put in or passed off as another one."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from recistkit.errors import RevisionTakenError, StoreError
from recistkit.store.bodies import AssignBody, AssignedRead, CharterBody, UnlockBody
from recistkit.store.chain import Record, check_chain, first_hash, record_hash
from recistkit.store.study_file import STUDY_CHAIN, StudyFile
from recistkit.terms import ACTIONS
from tests.store.studies import MANAGER, READERS, STUDY, new_study

FIRST = first_hash(STUDY, "", STUDY_CHAIN)
GIVEN = AssignBody(reads=(AssignedRead(subject="S001", reader="A"),))


@pytest.fixture
def study(tmp_path: Path) -> StudyFile:
    return new_study(tmp_path)


def test_a_hash_is_that_of_the_canonical_array_of_all_other_columns() -> None:
    record = Record(
        number=9,
        chain="read:S001",
        revision=2,
        at_utc="2011-01-10T12:00:00+00:00",
        login="anna",
        host="room",
        role="reader",
        action="AMEND",
        reason='it said "ä"',
        charter=1,
        body='{"a":1}',
        previous_hash="ab",
        hash="",
    )
    text = (
        '["read:S001",2,"2011-01-10T12:00:00+00:00","anna","room","reader","AMEND",'
        '"it said \\"ä\\"",1,"{\\"a\\":1}","ab"]'
    )
    assert record_hash(record) == hashlib.sha256(text.encode()).hexdigest()


def test_the_first_record_is_bound_to_study_owner_and_chain() -> None:
    text = '["recistkit-chain-1","STUDY-1","A","read:S001"]'
    assert first_hash("STUDY-1", "A", "read:S001") == hashlib.sha256(text.encode()).hexdigest()


def test_a_chain_that_was_written_is_sound(study: StudyFile) -> None:
    records = study.records(STUDY_CHAIN)
    assert [record.action for record in records] == ["CREATE", "ADD-SCANS", "ASSIGN"]
    assert [record.revision for record in records] == [1, 2, 3]
    assert records[0].previous_hash == FIRST
    assert check_chain(records, FIRST) == ()
    assert {record.action for record in records} <= set(ACTIONS)


CHANGED: dict[str, Any] = {
    "chain": "read:S002",
    "at_utc": "2011-01-10T12:00:59+00:00",
    "login": "other",
    "host": "other",
    "role": "reader",
    "action": "IMPORT",
    "reason": "none was given",
    "charter": 2,
    "body": '{"reads":[],"withdrawn":false}',
}


@pytest.mark.parametrize("column", CHANGED)
def test_a_change_of_any_column_is_found(study: StudyFile, column: str) -> None:
    records = list(study.records(STUDY_CHAIN))
    records[1] = replace(records[1], **{column: CHANGED[column]})
    where = f"chain {records[1].chain!r}, revision 2"
    assert f"{where}: was changed: it does not have its hash" in check_chain(records, FIRST)


def test_a_record_with_a_hash_made_anew_does_not_lead_to_the_next(study: StudyFile) -> None:
    records = list(study.records(STUDY_CHAIN))
    changed = replace(records[1], login="other")
    records[1] = replace(changed, hash=record_hash(changed))
    assert check_chain(records, FIRST) == (
        "chain 'study', revision 3: does not follow from the record before it",
    )


REARRANGED: dict[str, tuple[Callable[[list[Record]], list[Record]], str]] = {
    "left out": (
        lambda records: [records[0], records[2]],
        "chain 'study', revision 3: revision 2 was expected",
    ),
    "twice": (
        lambda records: [*records, records[2]],
        "chain 'study', revision 3: revision 4 was expected",
    ),
    "exchanged": (
        lambda records: [records[0], records[2], records[1]],
        "chain 'study', revision 3: revision 2 was expected",
    ),
    "without its beginning": (
        lambda records: records[1:],
        "chain 'study', revision 2: revision 1 was expected",
    ),
}


@pytest.mark.parametrize("name", REARRANGED)
def test_records_that_were_rearranged_are_found(study: StudyFile, name: str) -> None:
    rearrange, message = REARRANGED[name]
    assert check_chain(rearrange(list(study.records(STUDY_CHAIN))), FIRST)[0] == message


@pytest.mark.parametrize("other", [("OTHER", "", "study"), (STUDY, "A", "study"), (STUDY, "", "x")])
def test_a_chain_is_not_that_of_another_study_or_owner(
    study: StudyFile, other: tuple[str, str, str]
) -> None:
    assert check_chain(study.records(), first_hash(*other)) == (
        "chain 'study', revision 1: does not follow from the record before it",
    )


def test_who_was_first_is_told_with_role_and_time(study: StudyFile) -> None:
    study.append(READERS["B"], GIVEN, expected_revision=4)
    with pytest.raises(RevisionTakenError) as raised:
        study.append(MANAGER, GIVEN, expected_revision=4)
    assert str(raised.value) == (
        "NOT saved: revision 4 was saved by login-B on room (reader) at 2011-01-10T12:00:03+00:00; "
        "look at it first, then do yours again"
    )
    assert (raised.value.revision, raised.value.login, raised.value.host) == (4, "login-B", "room")
    assert (raised.value.role, raised.value.at_utc) == ("reader", "2011-01-10T12:00:03+00:00")
    assert study.revision == 4


def test_a_revision_that_leaves_a_gap_is_refused(study: StudyFile) -> None:
    with pytest.raises(StoreError, match=r"^NOT saved: revision 9 does not follow; 4 does$"):
        study.append(MANAGER, GIVEN, expected_revision=9)
    assert study.revision == 3


@pytest.mark.parametrize("reason", [None, "", "  \n"])
def test_what_needs_a_reason_is_not_done_without(study: StudyFile, reason: str | None) -> None:
    for body in (CharterBody.of("id = 1"), UnlockBody(subject="S001", reader="A")):
        with pytest.raises(StoreError) as raised:
            study.append(MANAGER, body, reason=reason)
        assert str(raised.value) == f"NOT saved: why? {body.action} needs a reason"
    assert study.revision == 3


@pytest.mark.parametrize("reason", [None, "", " "])
def test_a_record_without_the_reason_that_it_needs_is_found(
    study: StudyFile, reason: str | None
) -> None:
    study.append(MANAGER, UnlockBody(subject="S001", reader="A"), reason="x")
    records = list(study.records(STUDY_CHAIN))
    bare = replace(records[-1], reason=reason)
    records[-1] = replace(bare, hash=record_hash(bare))
    assert check_chain(records, FIRST) == ("chain 'study', revision 4: UNLOCK has no reason",)


@pytest.mark.parametrize("reason", ["x" * 10_001, "a\0b"])
def test_a_reason_that_cannot_be_kept_is_refused(study: StudyFile, reason: str) -> None:
    with pytest.raises(StoreError, match=r"^NOT saved: a reason has at most 10000 characters$"):
        study.append(MANAGER, GIVEN, reason=reason)
