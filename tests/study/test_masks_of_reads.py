"""Masks in a study: signed with the read, verified, exported, merged; another reader sees none."""

from __future__ import annotations

import hashlib
import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from recistkit.errors import StoreError
from recistkit.exchange.read_document import load_read_document
from recistkit.model.read import content_hash
from recistkit.reading.merging import merge_reader_files
from recistkit.study.exporting import export_study
from recistkit.study.folder import StudyFolder
from recistkit.study.importing.translation import KnownScans, translated
from tests.napari_recistkit.small_study import opened
from tests.study.small_trial import acting_as, begin_trial, read_all, verified

DATA = b"a mask of T1"
NAME = f"baseline_T1_{hashlib.sha256(DATA).hexdigest()[:16]}.nii.gz"
MASK = f"masks/S1_reader-A/{NAME}"


def sign_with_mask(trial: Path) -> None:
    """Read the baseline of S1 as A, keep a mask of T1, and sign."""
    read_all(trial, "A", 0.5, ("S1",), visits=1, sign=False)
    with acting_as("A"), opened(trial, "S1", "A") as session:
        session.go_to_lesion("T1")
        session.keep_mask(session.masked_mark(), DATA, Decimal("120.5"))
        session.sign("Reader A", "read")


@pytest.fixture
def trial(tmp_path: Path) -> Path:
    trial = begin_trial(tmp_path)
    sign_with_mask(trial)
    return trial


def test_a_mask_that_is_not_what_was_signed_is_named_to_its_reader_and_the_manager(
    trial: Path,
) -> None:
    assert verified(trial) == ()
    path = trial / "readers" / "A" / MASK
    path.write_bytes(b"another mask")
    changed = f"S1: baseline T1: {NAME}: is not the mask that was kept"
    assert verified(trial) == verified(trial, "A") == (changed,)
    path.unlink()
    gone = f"S1: baseline T1: {NAME}: cannot be opened: No such file or directory"
    assert verified(trial) == verified(trial, "A") == (gone,)
    assert verified(trial, "B") == verified(trial, "J") == ()


def test_an_export_has_the_masks_beside_the_documents(trial: Path, tmp_path: Path) -> None:
    read_all(trial, "A", 0.5, ("S1",), since=1)
    read_all(trial, "A", 0.5, ("S2",))
    read_all(trial, "B", 0.9)
    with acting_as("M"), StudyFolder.opened(trial) as study:
        listed = {one.name: one.sha256 for one in export_study(study, tmp_path / "export")}
    assert listed[f"reads/{MASK}"] == hashlib.sha256(DATA).hexdigest()
    read = load_read_document(tmp_path / "export" / "reads" / "S1_reader-A.json")
    ((file, volume),) = [(one.mask.file, one.volume_mm3) for one in read.marks if one.mask]
    assert volume == Decimal("120.5")
    assert (tmp_path / "export" / "reads" / file).read_bytes() == DATA


def test_a_study_whose_masks_are_not_what_was_signed_is_not_exported(
    trial: Path, tmp_path: Path
) -> None:
    read_all(trial, "A", 0.5, ("S1",), since=1)
    read_all(trial, "B", 0.9, ("S1",))
    (trial / "readers" / "A" / MASK).write_bytes(b"another mask")
    with (
        acting_as("M"),
        StudyFolder.opened(trial) as study,
        pytest.raises(StoreError) as raised,
    ):
        export_study(study, tmp_path / "export")
    assert str(raised.value) == (
        f"S1, reader A: {NAME}: is not the mask that was kept; nothing was exported"
    )
    assert not (tmp_path / "export").exists()


def test_the_masks_of_a_copy_come_with_the_readers_file(tmp_path: Path) -> None:
    trial = begin_trial(tmp_path)
    copy = Path(shutil.copytree(trial, tmp_path / "copy"))
    sign_with_mask(copy)
    with acting_as("M"), StudyFolder.opened(trial) as study:
        (merged,) = merge_reader_files(study, [copy / "readers" / "A.db"])
    assert (merged.subjects, merged.faults) == (("S1",), ())
    assert (trial / "readers" / "A" / MASK).read_bytes() == DATA
    assert verified(trial) == ()


def test_a_readers_file_that_comes_without_its_masks_says_so(tmp_path: Path) -> None:
    trial = begin_trial(tmp_path)
    copy = Path(shutil.copytree(trial, tmp_path / "copy"))
    sign_with_mask(copy)
    shutil.rmtree(copy / "readers" / "A" / "masks")
    with acting_as("M"), StudyFolder.opened(trial) as study:
        (merged,) = merge_reader_files(study, [copy / "readers" / "A.db"])
    gone = f"S1: baseline T1: {NAME}: cannot be opened: No such file or directory"
    assert merged.faults == (gone,)


def test_an_imported_document_does_not_vouch_for_files_that_did_not_come_with_it(
    trial: Path,
) -> None:
    read = load_read_document(trial / "readers" / "A" / "S1_reader-A.json")
    imported, faults = translated(read, KnownScans({}, None))
    assert faults == []
    ((before, after),) = [
        (one.mask, other.mask)
        for one, other in zip(read.marks, imported.marks, strict=True)
        if one.mask and other.mask
    ]
    assert after == before.model_copy(update={"sha256": None})
    assert [one.volume_mm3 for one in imported.marks if one.mask] == [Decimal("120.5")]
    assert imported.signature is not None
    assert imported.signature.hash == content_hash(imported)
