"""What no reading room would have saved is not "as recorded", however sound its hashes are."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from recistkit.exchange.read_document import parse_read_document, read_document_text
from recistkit.model.read import Read, sign_read
from recistkit.store.actor import Actor
from recistkit.store.anchoring import catch_up, signed_text
from recistkit.store.bodies import AmendBody, Body, CharterBody, SignBody, text_hash
from recistkit.store.chain import Entry, read_chain
from recistkit.store.journal import Journal
from recistkit.study.assigning import unlock
from recistkit.study.begin import amend_charter
from recistkit.study.folder import StudyFolder
from tests.reading.sessions import SIGNED_AT
from tests.study.small_trial import CHARTER, acting_as, begin_trial, read_all, verified

ANNA = Actor("anna", "room", "reader")
AMENDED = AmendBody(subject="S1", reader="A", timepoint="baseline")


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A trial in which A has signed two visits of S1."""
    trial = begin_trial(tmp_path_factory.mktemp("begun"))
    read_all(trial, "A", 0.5, ("S1",), visits=2)
    return trial


@pytest.fixture
def trial(begun: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(begun, tmp_path / "trial"))


def texts(trial: Path) -> list[str]:
    with Journal.open_to_look(trial / "readers" / "A.db", "A") as journal:
        found = [signed_text(one) for one in journal.records(read_chain("S1"))]
    return [one for one in found if one is not None]


def signature(text: str, timepoint: str = "week-8", subject: str = "S1") -> SignBody:
    return SignBody.of(subject=subject, reader="A", document=text, timepoint=timepoint)


def put(trial: Path, *bodies: Body, actor: Actor = ANNA, charter: int = 1) -> None:
    """Put records into the chain of S1, by whoever has the file, and tell the study of them."""
    with Journal.open(trial / "readers" / "A.db", "A") as journal:
        for body in bodies:
            entry = Entry(actor=actor, body=body, charter=charter, reason="x")
            journal.append_record("S1", entry)
        with StudyFolder.opened(trial) as study:
            catch_up(journal, study.file, actor)


def changed(text: str) -> str:
    """Return a document whose first visit says something else."""
    read = parse_read_document(text.encode("utf-8"), "document")
    first = read.timepoints[0].model_copy(update={"image_quality": "limited"})
    return signed_anew(read, {"timepoints": (first, *read.timepoints[1:])})


def signed_anew(read: Read, update: dict[str, object]) -> str:
    draft = read.model_copy(update={"state": "draft", "signature": None, **update})
    signed = sign_read(draft, name="Reader A", meaning="read", signed_at=SIGNED_AT)
    return read_document_text(signed)


def said(trial: Path) -> tuple[str, ...]:
    """Return what the manager finds, but for the document that lies beside the file."""
    aside = ("S1_reader-A.json: is not what was signed last",)
    return tuple(one for one in verified(trial) if one not in aside)


def give_leave(trial: Path) -> None:
    with acting_as("M"), StudyFolder.opened(trial) as study:
        unlock(study, "S1", "A", "query 7")


def test_a_signature_over_a_fixed_visit_is_never_as_recorded(trial: Path) -> None:
    put(trial, signature(changed(texts(trial)[-1])))
    assert said(trial) == (
        "A.db: S1, revision 3: week-8 was signed already, and not amended",
        "A.db: S1, revision 3: baseline was changed and not amended",
    )
    assert said(trial) == verified(trial)[:2]


def test_an_amendment_without_leave_is_never_as_recorded(trial: Path) -> None:
    put(trial, AMENDED, signature(changed(texts(trial)[-1])))
    assert said(trial) == ("A.db: S1, revision 3: baseline was amended without this study's leave",)


def test_one_leave_serves_one_amendment(trial: Path) -> None:
    give_leave(trial)
    once = changed(texts(trial)[-1])
    put(trial, AMENDED, signature(once))
    assert said(trial) == ()
    put(trial, AMENDED, signature(once))
    assert said(trial) == ("A.db: S1, revision 5: baseline was amended without this study's leave",)


def test_a_leave_from_before_a_later_signature_serves_nothing(trial: Path) -> None:
    give_leave(trial)
    read_all(trial, "A", 0.5, ("S1",), since=2)
    text = texts(trial)[-1]
    put(trial, AMENDED, signature(text, "week-16"))
    assert said(trial) == ("A.db: S1, revision 4: baseline was amended without this study's leave",)


def test_what_is_not_signed_is_not_amended(trial: Path) -> None:
    give_leave(trial)
    put(trial, AmendBody(subject="S1", reader="A", timepoint="week-16"))
    assert said(trial) == ("A.db: S1, revision 3: week-16 was amended and is not signed",)


def test_under_a_charter_of_free_order_no_leave_is_asked_for(trial: Path) -> None:
    free = f'reading_order = "free"\n{CHARTER}'
    with acting_as("M"), StudyFolder.opened(trial) as study:
        amend_charter(study, free, "readers amend by themselves")
    (trial / "study.toml").write_text(free, encoding="utf-8", newline="\n")
    put(trial, AMENDED, signature(texts(trial)[-1]), charter=2)
    assert said(trial) == ()
    with acting_as("M"), StudyFolder.opened(trial) as study:
        amend_charter(study, CHARTER, "no more")
    (trial / "study.toml").write_text(CHARTER, encoding="utf-8", newline="\n")
    assert said(trial) == ()


@pytest.mark.parametrize(
    ("actor", "charter", "fault"),
    [
        (Actor("eve", "room", "reader"), 1, "was made by a login that may not do so"),
        (Actor("mona", "room", "manager"), 1, "was made by a login that may not do so"),
        (ANNA, 2, "names charter 2, which this study does not have"),
    ],
)
def test_who_may_not_sign_is_named(trial: Path, actor: Actor, charter: int, fault: str) -> None:
    give_leave(trial)
    put(trial, AMENDED, actor=actor, charter=charter)
    assert f"A.db: S1, revision 3: {fault}" in said(trial)


def test_a_record_under_a_charter_of_another_copy_is_named(trial: Path) -> None:
    give_leave(trial)
    put(trial, AMENDED.model_copy(update={"charter_sha256": text_hash("id = 1")}))
    assert said(trial)[0] == (
        "A.db: S1, revision 3: names charter 1, which is another one in this study"
    )
    assert texts(trial)  # those of the room name the one of this study


BODIES: dict[str, tuple[Callable[[str], Body], str]] = {
    "no read": (lambda _: CharterBody.of("id = 1"), "CHARTER belongs into no read"),
    "no document": (
        lambda _: signature("{}"),
        "column 'schema_version': expected '1', the one schema that this version loads",
    ),
    "of another visit": (
        lambda text: signature(text, "week-16"),
        "is no signature of week-8, the last visit of its document",
    ),
    "of no visit": (
        lambda text: signature(
            signed_anew(
                parse_read_document(text.encode("utf-8"), "document"),
                {"timepoints": (), "marks": (), "lesions": ()},
            )
        ),
        "is a document without visits",
    ),
}


@pytest.mark.parametrize("name", BODIES)
def test_a_record_that_is_no_signature_of_its_read_is_named(trial: Path, name: str) -> None:
    body, fault = BODIES[name]
    put(trial, body(texts(trial)[-1]))
    assert f"A.db: S1, revision 3: {fault}" in said(trial)


def test_a_draft_that_opens_what_is_signed_is_named(trial: Path) -> None:
    with Journal.open(trial / "readers" / "A.db", "A") as journal:
        events = journal.events("S1")
        last = next(one for one in reversed(events) if one.command == "sign")
        back = [
            {"part": one["part"], "before": one["after"], "after": one["before"]}
            for one in last.body["changes"]
        ]
        journal.append("S1", len(events) + 1, "undo", {"changes": back})
    assert said(trial) == ("A.db: S1: the draft opens week-8 again, signed and not amended",)


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ({"changes": [{"part": "mark"}, {"part": "signature"}]}, "an event of the draft is none"),
        ({}, "an event of the draft is none"),
        (
            {"changes": [{"part": "signature", "before": None, "after": {"timepoint": "week-16"}}]},
            "the draft calls week-16 signed, and no record does",
        ),
    ],
)
def test_an_event_that_fits_no_record_is_named(
    trial: Path, body: dict[str, object], fault: str
) -> None:
    with Journal.open(trial / "readers" / "A.db", "A") as journal:
        journal.append("S1", len(journal.events("S1")) + 1, "sign", body)
    assert said(trial) == (f"A.db: S1: {fault}",)


def test_documents_under_each_others_names_are_named(trial: Path) -> None:
    read_all(trial, "A", 0.5, ("S2",), visits=1)
    one, other = (trial / "readers" / "A" / f"{name}_reader-A.json" for name in ("S1", "S2"))
    text = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(text)
    assert verified(trial) == verified(trial, "A")
    assert verified(trial) == (
        "S1_reader-A.json: is not what was signed last",
        "S2_reader-A.json: is not what was signed last",
    )
