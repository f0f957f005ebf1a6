"""Masks of measured lesions in a read: kept with the mark, on disk first, gone with its ruler."""

from __future__ import annotations

import hashlib
from decimal import Decimal
from pathlib import Path

import pytest

from recistkit.errors import MaskError, OutputError, ReadingError
from recistkit.exchange import mask_files
from recistkit.exchange.read_document import load_read_document
from recistkit.model.mark import Mark, MaskReference
from recistkit.reading.session import ReadSession
from tests.reading.sessions import (
    SUBJECT,
    complete_visit,
    line,
    open_session,
    read_baseline,
    sign,
)

DATA = b"a mask of T1"
DIGEST = hashlib.sha256(DATA).hexdigest()
NAME = f"masks/{SUBJECT}_reader-A/baseline_T1_{DIGEST[:16]}.nii.gz"
VOLUME = Decimal("12345.678")


@pytest.fixture
def session(tmp_path: Path) -> ReadSession:
    session = open_session(tmp_path)
    read_baseline(session)
    session.go_to_lesion("T1")
    return session


def mark_of(session: ReadSession) -> Mark:
    (mark,) = session.marks_of("T1", "baseline")
    return mark


def keep(session: ReadSession, data: bytes = DATA) -> Mark:
    session.keep_mask(session.masked_mark(), data, VOLUME)
    return mark_of(session)


def test_a_mask_is_kept_with_its_volume_and_changes_no_length(session: ReadSession) -> None:
    before = mark_of(session)
    after = keep(session)
    assert after.mask == MaskReference(file=NAME, label=1, sha256=DIGEST)
    assert after.volume_mm3 == VOLUME
    assert after.model_copy(update={"mask": None, "volume_mm3": None}) == before
    assert (session.document.parent / NAME).read_bytes() == DATA
    assert session.kept_mask(after) == DATA
    assert session.kept_mask(before) is None


def test_a_kept_mask_is_there_when_the_case_is_opened_again(
    session: ReadSession, tmp_path: Path
) -> None:
    kept = keep(session)
    session.close()
    again = open_session(tmp_path)
    assert mark_of(again) == kept
    assert again.kept_mask(kept) == DATA


def test_the_summary_before_the_signature_says_the_volume(session: ReadSession) -> None:
    assert "T1 liver: measured 50.0 x 30.0 mm\n" in session.summary()
    keep(session)
    assert "T1 liver: measured 50.0 x 30.0 mm (mask of 12.3 ml)\n" in session.summary()


def test_the_signed_document_names_the_mask(session: ReadSession) -> None:
    keep(session)
    sign(session)
    read = load_read_document(session.document)
    (mark,) = [one for one in read.marks if one.lesion == "T1"]
    assert (mark.mask, mark.volume_mm3) == (mark_of(session).mask, VOLUME)
    assert mask_files.mask_faults(read, session.document.parent) == ()
    assert list(mask_files.mask_files(read, session.document.parent)) == [(NAME, DATA)]


def test_undo_and_redo_go_between_masks_that_are_all_still_there(session: ReadSession) -> None:
    first = keep(session)
    second = keep(session, b"another mask of T1")
    session.remove_mask()
    assert mark_of(session).mask is None
    session.undo()
    assert (mark_of(session), session.kept_mask(second)) == (second, b"another mask of T1")
    session.undo()
    assert (mark_of(session), session.kept_mask(first)) == (first, DATA)
    session.undo()
    assert (mark_of(session).mask, mark_of(session).volume_mm3) == (None, None)
    session.redo()
    assert mark_of(session) == first


def test_a_mask_that_is_kept_twice_is_one_command(session: ReadSession) -> None:
    keep(session)
    revision = session.revision
    keep(session)
    assert session.revision == revision


def test_the_mask_stays_with_its_long_axis(session: ReadSession) -> None:
    kept = keep(session)
    session.set_short(line(28, upright=True))
    assert (mark_of(session).mask, mark_of(session).volume_mm3) == (kept.mask, VOLUME)
    session.measure(line(48), line(28, upright=True))
    assert (mark_of(session).mask, mark_of(session).volume_mm3) == (None, None)


def test_the_mask_of_a_non_target_stays_while_its_ruler_does(tmp_path: Path) -> None:
    session = open_session(tmp_path)
    session.add_lesion("non-target", longest=line(30), short=line(20, upright=True))
    session.keep_mask(session.masked_mark(), DATA, VOLUME)
    (kept,) = session.marks_of("NT1", "baseline")
    session.set_state("present")
    assert session.marks_of("NT1", "baseline") == (kept,)


def test_nothing_is_kept_of_a_mark_that_is_another_by_now(session: ReadSession) -> None:
    begun = session.masked_mark()
    session.set_short(line(28, upright=True))
    with pytest.raises(ReadingError) as raised:
        session.keep_mask(begun, DATA, VOLUME)
    assert str(raised.value) == "T1 was changed since its mask was begun; begin it again"
    assert not (session.document.parent / NAME).exists()


def test_a_mask_needs_a_ruler_of_a_whole_lesion(session: ReadSession) -> None:
    session.go_to_lesion("NT1")
    with pytest.raises(ReadingError) as raised:
        session.masked_mark()
    assert str(raised.value) == "draw the axes of NT1 first: a mask is made from them"
    session.go_to_lesion("T1")
    session.add_fragment(line(12), line(11, upright=True))
    with pytest.raises(ReadingError) as raised:
        session.masked_mark()
    assert str(raised.value) == "T1 is split here, and a fragment has no mask"


def test_a_signed_visit_keeps_its_masks(session: ReadSession) -> None:
    keep(session)
    begun = session.masked_mark()
    sign(session)
    said = "baseline is signed; only an amendment with a reason opens it"
    for work in (session.remove_mask, session.masked_mark):
        with pytest.raises(ReadingError, match=said):
            work()
    with pytest.raises(ReadingError, match=said):
        session.keep_mask(begun, b"another", VOLUME)


def test_there_must_be_a_mask_to_be_removed(session: ReadSession) -> None:
    with pytest.raises(ReadingError) as raised:
        session.remove_mask()
    assert str(raised.value) == "T1 has no mask at this visit"


def test_a_mask_that_cannot_be_written_changes_nothing(
    session: ReadSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_path: Path, _data: bytes) -> None:
        raise OSError(28, "No space left on device")

    before, revision = mark_of(session), session.revision
    monkeypatch.setattr(mask_files, "replace_on_disk", full)
    with pytest.raises(OutputError) as raised:
        keep(session)
    assert str(raised.value) == (f"{Path(NAME).name}: cannot be written: No space left on device")
    assert (mark_of(session), session.revision) == (before, revision)


def test_a_mask_that_was_changed_on_disk_is_named_and_not_opened(session: ReadSession) -> None:
    kept = keep(session)
    sign(session)
    read = load_read_document(session.document)
    path = session.document.parent / NAME
    path.write_bytes(b"something else")
    changed = f"{path.name}: is not the mask that was kept"
    gone = f"{path.name}: cannot be opened: No such file or directory"
    for said in (changed, gone):
        with pytest.raises(MaskError) as raised:
            session.kept_mask(kept)
        assert str(raised.value) == said
        assert mask_files.mask_faults(read, session.document.parent) == (f"baseline T1: {said}",)
        path.unlink(missing_ok=True)


def test_nothing_is_signed_that_names_a_mask_that_is_not_there(session: ReadSession) -> None:
    keep(session)
    (session.document.parent / NAME).unlink()
    with pytest.raises(ReadingError) as raised:
        sign(session)
    assert str(raised.value) == (
        "baseline cannot be signed yet:\n  baseline, T1: "
        f"{Path(NAME).name}: cannot be opened: No such file or directory; "
        "remove it, or keep it anew"
    )
    session.remove_mask()
    sign(session)


def test_a_mask_of_a_signed_visit_keeps_no_other_visit_from_being_signed(
    session: ReadSession,
) -> None:
    keep(session)
    sign(session)
    (session.document.parent / NAME).unlink()
    session.go_to_visit("month-2")
    complete_visit(session)
    sign(session)


def test_a_file_that_is_too_large_for_a_mask_is_not_read(
    session: ReadSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = keep(session)
    monkeypatch.setattr(mask_files, "MAX_MASK_BYTES", len(DATA) - 1)
    with pytest.raises(MaskError, match=r"is not the mask that was kept$"):
        session.kept_mask(kept)


def test_a_mask_that_was_spoilt_is_written_anew_when_it_is_kept_again(
    session: ReadSession,
) -> None:
    keep(session)
    path = session.document.parent / NAME
    path.write_bytes(b"half of it")
    session.remove_mask()
    keep(session)
    assert path.read_bytes() == DATA


def test_a_name_that_no_file_may_have_becomes_one(tmp_path: Path) -> None:
    document = tmp_path / "S1_reader-A.json"
    reference = mask_files.save_mask(DATA, document, "week 8/9", "T1")
    assert reference.file == f"masks/S1_reader-A/week-8-9_T1_{DIGEST[:16]}.nii.gz"
    assert (tmp_path / reference.file).read_bytes() == DATA


def test_the_longest_names_make_a_file_that_a_mark_can_name(tmp_path: Path) -> None:
    document = tmp_path / f"{'s' * 64}_reader-{'r' * 64}.json"
    reference = mask_files.save_mask(DATA, document, "v" * 64, "l" * 200)
    assert Path(reference.file).name == f"{'v' * 32}_{DIGEST[:16]}.nii.gz"
    assert (tmp_path / reference.file).read_bytes() == DATA


def test_a_mask_without_a_hash_is_not_looked_at(session: ReadSession, tmp_path: Path) -> None:
    mark = mark_of(session).model_copy(update={"mask": MaskReference(file="a.nii", label=3)})
    assert session.kept_mask(mark) is None
    keep(session)
    sign(session)
    read = load_read_document(session.document).model_copy(update={"marks": (mark,)})
    assert mask_files.mask_faults(read, tmp_path) == ()


def test_masks_are_taken_over_from_a_copy_by_their_content(tmp_path: Path) -> None:
    source, folder = tmp_path / "copy", tmp_path / "here"
    kept = mask_files.save_mask(DATA, source / "S1_reader-A.json", "baseline", "T1")
    (source / "masks" / "S1_reader-A" / f"other_{DIGEST[:16]}.nii.gz").write_bytes(b"another")
    (source / "masks" / "S1_reader-A" / "note.txt").write_text("no mask", encoding="utf-8")
    for _ in range(2):
        assert mask_files.take_masks(source, folder) == ()
        assert [one.name for one in folder.rglob("*.*")] == [Path(kept.file).name]
    assert (folder / kept.file).read_bytes() == DATA


def test_a_mask_that_cannot_be_taken_over_is_named(tmp_path: Path) -> None:
    source = tmp_path / "copy"
    name = Path(mask_files.save_mask(DATA, source / "S1.json", "baseline", "T1").file).name
    (tmp_path / "here").write_text("a file where a folder would be", encoding="utf-8")
    (said,) = mask_files.take_masks(source, tmp_path / "here")
    assert said.startswith(f"{name}: cannot be taken over: ")
