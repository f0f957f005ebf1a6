"""Many masks: in order, whatever fails and whoever measures; what was measured is taken over."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from recistkit.errors import ClusterError, OptionError
from recistkit.scans.masks import outcome
from recistkit.scans.masks.cohort import MEASURED_COLUMNS, MeasuredMasks, measured_masks
from recistkit.scans.masks.kept_outcomes import KeptOutcomes
from recistkit.scans.masks.outcome import MaskTask, outcome_of, program_version
from recistkit.scans.masks.table import LABEL_SCHEMA, mask_table, noted_mask_table
from tests.scans.masks.test_label_volumes import labels, write_nifti


@pytest.fixture
def masks(tmp_path: Path) -> list[Path]:
    """Masks of which one is damaged and one without labels."""
    bad = tmp_path / "d.nrrd"
    bad.write_bytes(b"NRRD")
    return [
        write_nifti(tmp_path / "b.nii", labels()),
        bad,
        write_nifti(tmp_path / "c.nii", labels() * 0),
        write_nifti(tmp_path / "a.nii", (labels() == 1).astype("uint8")),
    ]


def kept(folder: Path) -> KeptOutcomes:
    return KeptOutcomes(folder / "sizes.part", convention="contour", largest_component=False)


def said(done: MeasuredMasks) -> tuple[object, ...]:
    """Return all that is told of a run, but what was taken over."""
    return (done.table.rows(), done.table.schema, list(map(str, done.refused)), done.noted)


def test_files_are_measured_in_order_whatever_fails_and_however_many_at_a_time(
    masks: list[Path],
) -> None:
    seen: list[int] = []
    good, bad, empty, other = masks
    done = measured_masks(masks, on_file=lambda: seen.append(1))
    assert done.table.columns == list(MEASURED_COLUMNS)
    assert done.table.select("file", "label").rows() == [
        (good.as_posix(), 1),
        (good.as_posix(), 4),
        (other.as_posix(), 1),
    ]
    assert [error.path for error in done.refused] == [bad]
    assert done.noted == ((empty, "holds no label"),)
    assert len(seen) == 4
    assert said(measured_masks(masks, workers=2)) == said(done)


def test_what_an_interrupted_run_measured_is_taken_over(masks: list[Path], tmp_path: Path) -> None:
    whole = measured_masks(masks)
    with kept(tmp_path) as first:
        assert measured_masks(masks[2:], kept=first).taken_over == 0
    with kept(tmp_path) as second:
        done = measured_masks(masks, kept=second)
    assert (done.taken_over, said(done)) == (2, said(whole))
    with kept(tmp_path) as third:
        done = measured_masks(masks, kept=third, workers=2)
    assert (done.taken_over, said(done)) == (3, said(whole))  # what was refused is tried again


def test_what_was_changed_in_between_is_measured_anew(masks: list[Path], tmp_path: Path) -> None:
    with kept(tmp_path) as first:
        measured_masks(masks, kept=first)
    size, changed_at = masks[0].stat().st_size, masks[0].stat().st_mtime_ns
    write_nifti(masks[0], labels()[::-1])
    os.utime(masks[0], ns=(changed_at, changed_at))
    assert masks[0].stat().st_size == size
    with kept(tmp_path) as second:
        done = measured_masks(masks, kept=second)
    assert (done.taken_over, said(done)) == (2, said(measured_masks(masks)))
    with kept(tmp_path) as third:
        assert measured_masks(masks, kept=third).taken_over == 3


def test_a_file_that_is_gone_is_taken_over_in_no_case(masks: list[Path], tmp_path: Path) -> None:
    with kept(tmp_path) as first:
        measured_masks(masks, kept=first)
    masks[0].unlink()
    with kept(tmp_path) as second:
        done = measured_masks(masks, kept=second)
    assert (done.taken_over, str(done.refused[0])) == (2, "b.nii: there is no such file")


def task_of(path: Path) -> MaskTask:
    return MaskTask(str(path), "contour", largest_component=False, version=program_version())


def test_a_file_that_changes_while_it_is_measured_is_refused(
    masks: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    measure = noted_mask_table

    def measured_and_changed(path: Path, **options: object) -> object:
        done = measure(path, **options)  # type: ignore[arg-type]
        write_nifti(path, labels()[:2])
        return done

    monkeypatch.setattr(outcome, "noted_mask_table", measured_and_changed)
    assert outcome_of(task_of(masks[0])).reason == "was changed while it was measured"


def test_a_fault_of_the_program_concerns_one_file(
    masks: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(path: Path, **_: object) -> object:
        raise IndexError(path)

    monkeypatch.setattr(outcome, "noted_mask_table", broken)
    reason = "could not be measured (IndexError), a fault of recistkit"
    assert outcome_of(task_of(masks[0])).reason == reason


def test_another_version_of_the_program_does_not_measure(masks: list[Path]) -> None:
    task = MaskTask(str(masks[0]), "contour", largest_component=False, version="0.0.7")
    with pytest.raises(ClusterError) as refusal:
        outcome_of(task)
    assert str(refusal.value) == (
        f"a worker has recistkit {program_version()}, and this is 0.0.7; "
        "expected the same version on all workers"
    )


def test_the_table_of_one_file_is_that_of_many(masks: list[Path]) -> None:
    assert mask_table(masks[0]).schema == LABEL_SCHEMA
    many = measured_masks(masks[:1]).table
    assert many.drop("file").equals(mask_table(masks[0]))


def test_an_unknown_convention_is_refused(masks: list[Path]) -> None:
    with pytest.raises(OptionError) as refusal:
        measured_masks(masks, convention="middles")  # type: ignore[arg-type]
    message = "convention is 'middles'; expected one of contour, centres, corners"
    assert str(refusal.value) == message
