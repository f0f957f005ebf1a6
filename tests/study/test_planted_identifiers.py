"""What names a patient, planted wherever it can stand, is nowhere once the scans are in a study."""

from __future__ import annotations

import logging
import shutil
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from recistkit.study.adding.problems import ScansRefusedError
from tests.scans.deidentification.test_nifti import write_planted
from tests.scans.planted import BIRTH_DATE, NUMBER, SECRET, leaks, plant, text_leaks
from tests.study.hospital import StudyUnderTest, files_below, write_ct

if TYPE_CHECKING:
    from pydicom.dataset import Dataset


def plant_all(dataset: Dataset, _: int) -> None:
    """Plant every text element; what must be a UID is one that gives the patient away."""
    plant(dataset)
    dataset.PatientID = f"{SECRET} id"
    dataset.SeriesInstanceUID = f"1.4.{NUMBER}"
    dataset.StudyInstanceUID = f"1.5.{NUMBER}"
    dataset.SOPInstanceUID = f"1.6.{NUMBER}.{dataset.InstanceNumber}"
    dataset.FrameOfReferenceUID = f"1.7.{NUMBER}"
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    dataset.preamble = SECRET.encode().ljust(128, b"\0")


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """A folder of planted scans, whose names are planted too."""
    folder = tmp_path / f"{SECRET}^Doe" / BIRTH_DATE
    for path in write_ct(folder / f"ct {SECRET}", change=plant_all):
        path.rename(path.with_name(f"{SECRET}-{path.name}"))
    write_planted(folder / "mr" / f"{SECRET}.nii.gz")
    (folder / "mr" / f"{SECRET}.txt").write_text(SECRET, encoding="utf-8")
    return folder


@pytest.fixture
def mapping(export: Path, tmp_path: Path) -> Path:
    path = tmp_path / f"{SECRET}.csv"
    lines = ["folder,subject,timepoint", f"ct {SECRET},R1,v1", "mr,R1,v1"]
    path.write_text("\n".join(lines), encoding="utf-8")
    assert export.is_dir()
    return path


@pytest.fixture
def study(tmp_path: Path) -> StudyUnderTest:
    return StudyUnderTest(tmp_path / "trials" / "zhu")


def test_no_identifier_is_in_any_file_text_or_log(
    export: Path,
    mapping: Path,
    study: StudyUnderTest,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    recwarn: pytest.WarningsRecorder,
) -> None:
    caplog.set_level(logging.DEBUG)
    recwarn.clear()
    told: list[object] = []
    added = study.add(export, mapping=mapping, on_progress=lambda *step: told.append(step))
    assert [one.modality for one in added.records] == ["CT", "MR"]
    inside = files_below(study.folder)
    assert len(inside) == 8
    assert leaks(inside) == []
    assert leaks([study.key_file]) != []  # the link is there, and the search finds it
    shown = capfd.readouterr()
    texts = [str(told), repr(added), str(added.left_out), caplog.text, shown.out, shown.err]
    texts += [one.model_dump_json() for one in added.records]
    texts += [str(path) for path in inside]
    texts += [str(warning.message) for warning in recwarn]
    assert text_leaks(*(text.replace(str(study.folder), "") for text in texts)) == []
    assert study.verified() == ()


def _again(_: Path, study: StudyUnderTest, mapping: Path) -> None:
    study.add(_, mapping=mapping)


def _without_subject(export: Path, study: StudyUnderTest, mapping: Path) -> None:
    lines = ["folder,subject,timepoint", f"ct {SECRET},{SECRET},{SECRET}", f"{SECRET},R1,v1"]
    mapping.write_text("\n".join(lines), encoding="utf-8")
    assert export.is_dir()
    assert study.records == []


def _broken_mapping(_: Path, _study: StudyUnderTest, mapping: Path) -> None:
    lines = ["folder,subject", f"/{SECRET},{SECRET}/x", f"a,{SECRET},b,c", f"a,{SECRET.lower()}"]
    mapping.write_text("\n".join(lines), encoding="utf-8")


def _strange_header(_: Path, _study: StudyUnderTest, mapping: Path) -> None:
    mapping.write_text(f"folder,subject,{SECRET}\n", encoding="utf-8")


def _cut_short(export: Path, _: StudyUnderTest, _mapping: Path) -> None:
    for path in files_below(export):
        path.write_bytes(path.read_bytes()[:-30])


def _not_json(export: Path, _: StudyUnderTest, _mapping: Path) -> None:
    (export / "mr" / f"{SECRET}.json").write_text(SECRET, encoding="utf-8")


def _odd_modality(export: Path, _: StudyUnderTest, _mapping: Path) -> None:
    shutil.rmtree(export)
    write_ct(export / f"ct {SECRET}", change=plant_all, Modality="ZQXSECRETVYK")


def _odd_kind(export: Path, _: StudyUnderTest, _mapping: Path) -> None:
    shutil.rmtree(export)

    def change(dataset: Dataset, index: int) -> None:
        plant_all(dataset, index)
        dataset.SOPClassUID = f"1.2.{NUMBER}"

    write_ct(export / f"ct {SECRET}", change=change)


def _no_pixels(export: Path, _: StudyUnderTest, _mapping: Path) -> None:
    shutil.rmtree(export)
    write_ct(export / f"ct {SECRET}", change=plant_all, PhotometricInterpretation=SECRET, Rows=0)


def _no_source(export: Path, _: StudyUnderTest, _mapping: Path) -> None:
    shutil.rmtree(export)


def _folder_for_a_file(export: Path, _: StudyUnderTest, mapping: Path) -> None:
    mapping.unlink()
    mapping.mkdir()
    assert export.is_dir()


@pytest.mark.parametrize(
    "spoil",
    [
        _again,
        _without_subject,
        _broken_mapping,
        _strange_header,
        _cut_short,
        _not_json,
        _odd_modality,
        _odd_kind,
        _no_pixels,
        _no_source,
        _folder_for_a_file,
    ],
)
def test_no_identifier_is_in_any_refusal(
    export: Path,
    mapping: Path,
    study: StudyUnderTest,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    spoil: Callable[[Path, StudyUnderTest, Path], None],
) -> None:
    caplog.set_level(logging.DEBUG)
    spoil(export, study, mapping)
    capfd.readouterr()
    caplog.clear()
    with pytest.raises(ScansRefusedError) as raised:
        study.add(export, mapping=mapping)
    error = raised.value
    shown = capfd.readouterr()
    lines = traceback.format_exception(error)
    texts = [str(error), repr(error), repr(error.problems), caplog.text, shown.out, shown.err]
    assert text_leaks(*texts, *lines) == []
    assert error.__cause__ is None
    assert leaks(files_below(study.folder)) == []
