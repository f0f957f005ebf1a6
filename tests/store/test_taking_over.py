"""What another file has more is added in one go; what is only here keeps it out."""

from __future__ import annotations

from pathlib import Path

import pytest

from recistkit.errors import JournalError
from recistkit.store.journal import Journal
from recistkit.store.taking_over import conflicts, content_of, take_over
from recistkit.store.verify import verify_reader_file
from tests.store.elsewhere import imported
from tests.store.studies import STUDY, journal_of, new_study, signed


def pair(folder: Path) -> tuple[Journal, Journal]:
    """Return the files of A here and elsewhere, in both of which a read was signed."""
    here, there = (journal_of(folder / name, "A") for name in ("here", "there"))
    for journal in (here, there):
        journal.append("S001", 1, "measure", {})
        signed(journal, "S001")
    return here, there


def sound(journal: Journal) -> bool:
    return verify_reader_file(journal.path, "A", study=STUDY) == ()


def test_records_events_and_places_come_over_in_their_order(tmp_path: Path) -> None:
    here, there = pair(tmp_path)
    signed(there, "S002")
    there.append("S001", 3, "measure", {}, {"slice": 9})
    signed(there, "S001", "second")
    new = take_over(here, content_of(there), without_work=())
    assert [(one.chain, one.revision) for one in new] == [("read:S002", 1), ("read:S001", 2)]
    assert here.records() == there.records()
    for subject in ("S001", "S002"):
        assert [one.body for one in here.events(subject)] == [
            one.body for one in there.events(subject)
        ]
        assert here.place(subject) == there.place(subject)
    assert sound(here)


def test_row_numbers_may_be_others_here(tmp_path: Path) -> None:
    here, there = pair(tmp_path)
    here.append("S002", 1, "visits", {})
    signed(there, "S002")
    signed(there, "S001", "second")
    take_over(here, content_of(there), without_work={"visits"})
    assert [one.hash for one in here.records()] == [one.hash for one in there.records()]
    assert [one.command for one in here.events("S002")] == ["sign"]
    assert sound(here)


def test_what_is_only_here_keeps_it_out(tmp_path: Path) -> None:
    here, there = pair(tmp_path)
    here.append("S002", 1, "measure", {})
    signed(here, "S001", "here")
    signed(there, "S001", "there")
    signed(there, "S002")
    before = content_of(here)
    said = [
        "S001: revision 2 of the read is not the one of this study",
        "S002: the draft in this study is not the one that it goes on from",
    ]
    assert list(conflicts(before, content_of(there), without_work=())) == said
    with pytest.raises(JournalError) as raised:
        take_over(here, content_of(there), without_work=())
    assert str(raised.value) == f"A.db: was NOT merged: {'; '.join(said)}"
    assert content_of(here) == before


def test_a_draft_that_was_gone_on_with_here_stays(tmp_path: Path) -> None:
    here, there = pair(tmp_path)
    here.append("S001", 3, "measure", {"said": "here"})
    signed(there, "S002")
    take_over(here, content_of(there), without_work=())
    assert here.events("S001")[-1].body == {"said": "here"}
    assert sound(here)


def test_a_read_that_was_begun_is_not_begun_by_an_import(tmp_path: Path) -> None:
    with new_study(tmp_path) as study, journal_of(tmp_path, "A") as journal:
        journal.append("S003", 1, "visits", {})
        with pytest.raises(JournalError) as raised:
            imported(study, journal)
        assert str(raised.value) == "NOT saved: the read of S003 was begun before"
        assert journal.records() == ()
