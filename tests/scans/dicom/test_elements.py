"""The quick walk through a header finds what pydicom finds, or leaves it to pydicom."""

from __future__ import annotations

import io
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.uid import UID

from recistkit.errors import ScanError
from recistkit.scans.dicom.elements import DEFLATED, Elements, _by_pydicom, elements, inflated
from tests.scans.dicom_files import Change, stored_values, write_series

if TYPE_CHECKING:
    from collections.abc import Callable

IMPLICIT = "1.2.840.10008.1.2"
BIG_ENDIAN = "1.2.840.10008.1.2.2"
IN_PACKAGE = sorted((Path(pydicom.__file__).parent / "data" / "test_files").glob("*.dcm"))


def by_pydicom(path: Path) -> Elements:
    """Return the elements of a file by pydicom alone."""
    found = elements(path)
    with path.open("rb", buffering=0) as file:
        source = io.BytesIO(inflated(path)) if found.syntax == DEFLATED else file
        values, pixels = _by_pydicom(source)
    return Elements(values, found.syntax, pixels, found.file_bytes, found.changed_ns)


def same(path: Path) -> Elements:
    """Return the elements of a file, which are the same in both readings."""
    ours, theirs = elements(path), by_pydicom(path)
    said = {name: texts for name, texts in ours.values.items() if texts}
    assert said == dict(theirs.values)
    assert (ours.pixels, ours.syntax) == (theirs.pixels, theirs.syntax)
    return ours


@pytest.fixture
def only_walked(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Have a file that needs pydicom fail the test."""

    def refuse() -> None:
        def none(_: object) -> None:
            raise AssertionError("pydicom was asked")

        monkeypatch.setattr("recistkit.scans.dicom.elements._by_pydicom", none)

    return refuse


def sequences(dataset: Dataset, _: int) -> None:
    """Add sequences, some of undefined length and in each other, and a long private element."""
    inner = Dataset()
    inner.ReferencedSOPInstanceUID = "1.2.3"
    inner.Rows = 77
    item = Dataset()
    item.ReferencedSeriesSequence = [inner, inner]
    item["ReferencedSeriesSequence"].is_undefined_length = True
    item.is_undefined_length_sequence_item = True
    dataset.ReferencedStudySequence = [item, Dataset()]
    dataset["ReferencedStudySequence"].is_undefined_length = True
    dataset.SourceImageSequence = [inner]
    block = dataset.private_block(0x0009, "TEST", create=True)
    block.add_new(1, "OB", bytes(100_000))
    block.add_new(2, "UN", b"12345678")


def syntax(uid: str) -> Change:
    """Return a change of the transfer syntax."""
    return lambda dataset, _: setattr(dataset.file_meta, "TransferSyntaxUID", UID(uid))


WALKED: dict[str, list[Change]] = {
    "explicit": [],
    "implicit": [syntax(IMPLICIT)],
    "deflated": [syntax(DEFLATED)],
    "sequences": [sequences],
    "implicit sequences": [sequences, syntax(IMPLICIT)],
    "b-value": [lambda dataset, _: setattr(dataset, "DiffusionBValue", 800.5)],
    "lookup table": [lambda dataset, _: setattr(dataset, "ModalityLUTSequence", [Dataset()])],
    "padded": [lambda dataset, _: setattr(dataset, "PixelSpacing", [" 0.5 ", "0.75 "])],
}


@pytest.mark.parametrize("name", WALKED)
def test_a_plain_file_is_walked_and_says_what_pydicom_reads(
    tmp_path: Path, name: str, only_walked: Callable[[], None]
) -> None:
    def change(dataset: Dataset, index: int) -> None:
        for one in WALKED[name]:
            one(dataset, index)

    (path,) = write_series(tmp_path, stored=stored_values(1), change=change)
    expected = same(path)
    only_walked()
    assert elements(path) == expected


def test_a_big_endian_file_says_what_pydicom_reads(tmp_path: Path) -> None:
    (path,) = write_series(tmp_path, stored=stored_values(1), change=syntax(BIG_ENDIAN))
    assert same(path).values["Rows"] == ("6",)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("path", IN_PACKAGE, ids=lambda path: path.name)
def test_files_of_pydicom_are_walked_with_the_same_outcome(path: Path) -> None:
    try:
        by_pydicom(path)
    except Exception as error:  # noqa: BLE001  what pydicom cannot read need not be walked
        with pytest.raises(type(error)):
            elements(path)
    else:
        same(path)


@pytest.mark.parametrize("seed", range(40))
def test_a_damaged_header_is_not_read_into_something_else(tmp_path: Path, seed: int) -> None:
    random = np.random.default_rng(seed)
    (path,) = write_series(tmp_path, stored=stored_values(1), change=sequences)
    data = bytearray(path.read_bytes())
    for at in random.integers(132, 1200, 3):
        data[at] = random.integers(256)
    path.write_bytes(data)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            by_pydicom(path)
        except Exception:  # noqa: BLE001  what pydicom cannot read need not be walked
            return
        same(path)


@pytest.mark.filterwarnings("ignore:Expected implicit VR")
def test_pixels_of_a_file_that_is_explicit_though_it_says_implicit_are_found(
    tmp_path: Path,
) -> None:
    (path,) = write_series(tmp_path, stored=stored_values(1))
    before = elements(path).pixels
    data = path.read_bytes()
    said, meant = b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.1.2\0\0\0"
    assert data.count(said) == 1
    data = data.replace(said, meant)
    first = data.index(b"\x08\x00\x08\x00CS")
    path.write_bytes(data)
    assert elements(path).pixels == before
    path.write_bytes(data[: first + 4] + b"??" + data[first + 6 :])
    assert elements(path).pixels in {before, None}


def test_an_element_that_claims_gigabytes_takes_no_memory(tmp_path: Path) -> None:
    def claim(dataset: Dataset, _: int) -> None:
        dataset.private_block(0x0009, "TEST", create=True).add_new(1, "OB", b"12345678")

    (path,) = write_series(tmp_path, stored=stored_values(1), change=claim)
    data = path.read_bytes()
    at = data.index(b"12345678")
    path.write_bytes(data[: at - 4] + (0xFFFFFFF0).to_bytes(4, "little") + data[at:])
    found = elements(path)
    assert found.pixels is None
    assert "SeriesInstanceUID" not in found.values


def test_sequences_too_deep_for_a_walk_are_left_to_pydicom(tmp_path: Path) -> None:
    def deep(dataset: Dataset, _: int) -> None:
        inner = Dataset()
        for _level in range(20):
            outer = Dataset()
            outer.ReferencedStudySequence = [inner]
            outer["ReferencedStudySequence"].is_undefined_length = True
            inner = outer
        dataset.update(inner)

    (path,) = write_series(tmp_path, stored=stored_values(1), change=deep)
    assert same(path).values["Rows"] == ("6",)


def test_a_deflated_file_that_is_damaged_is_no_crash(tmp_path: Path) -> None:
    (path,) = write_series(tmp_path, stored=stored_values(1), change=syntax(DEFLATED))
    path.write_bytes(path.read_bytes()[:-50])
    try:
        found = elements(path)
    except ScanError:
        return
    assert found.syntax == DEFLATED
