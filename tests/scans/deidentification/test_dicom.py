"""A slice in a study: the place and the grey values of the scan, and nothing of the patient."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pydicom
import pytest
from pydicom.datadict import dictionary_VR, tag_for_keyword
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate, generate_frames
from pydicom.uid import UID

from recistkit.errors import ScanError
from recistkit.scans import load_series
from recistkit.scans.deidentification.dicom import CleanFile, clean_slice
from recistkit.scans.deidentification.kept_tags import kept_date, kept_elements, kept_tags
from recistkit.scans.deidentification.pseudonyms import Pseudonyms
from recistkit.scans.dicom.decoding import Decoders
from tests.scans.dicom_files import Change, stored_values, write_series
from tests.scans.loading import voxels_of
from tests.scans.planted import SECRET, kinds_planted, leaks, plant

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

PSEUDONYMS = Pseudonyms(bytes(range(32)))
JPEG_2000 = "1.2.840.10008.1.2.4.90"


def cleaned(
    tmp_path: Path, change: Change | None = None, stored: NDArray[Any] | None = None
) -> tuple[Dataset, CleanFile, Path]:
    """Return the clean copy of a slice: its data set, its bytes, and its file."""
    stored = stored_values(1) if stored is None else stored
    (path,) = write_series(tmp_path / "in", stored=stored, change=change)
    with Decoders() as decoders:
        clean = clean_slice(path, "S001", PSEUDONYMS, decoders)
    written = tmp_path / "out.dcm"
    written.write_bytes(clean.data)
    return pydicom.dcmread(written), clean, written


def reason_of(tmp_path: Path, change: Change) -> str:
    with pytest.raises(ScanError) as raised:
        cleaned(tmp_path, change)
    return raised.value.reason


def test_a_header_is_kept_where_it_places_the_slice_and_says_what_it_is(tmp_path: Path) -> None:
    dataset, _, _ = cleaned(tmp_path)
    assert {element.keyword: str(element.value) for element in dataset if element.VR != "OW"} == {
        "SpecificCharacterSet": "ISO_IR 192",
        "ImageType": "['ORIGINAL', 'PRIMARY', 'AXIAL']",
        "SOPClassUID": "1.2.840.10008.5.1.4.1.1.2",
        "SOPInstanceUID": PSEUDONYMS.uid("1.2.826.1.1"),
        "AcquisitionDate": "20110301",
        "StudyTime": "",
        "AccessionNumber": "",
        "Modality": "CT",
        "ReferringPhysicianName": "",
        "PatientName": "S001",
        "PatientID": "S001",
        "PatientBirthDate": "",
        "PatientSex": "",
        "PatientIdentityRemoved": "YES",
        "DeidentificationMethod": "recistkit: list of kept elements, version 1",
        "DeidentificationMethodCodeSequence": str(dataset.DeidentificationMethodCodeSequence),
        "LongitudinalTemporalInformationModified": "UNMODIFIED",
        "SliceThickness": "5.0",
        "SeriesInstanceUID": PSEUDONYMS.uid("1.2.826.1"),
        "StudyID": "",
        "Manufacturer": "",
        "SeriesNumber": "None",
        "AcquisitionNumber": "None",
        "PositionReferenceIndicator": "",
        "InstanceNumber": "1",
        "ImagePositionPatient": "[-100.0, -80.0, 30.0]",
        "ImageOrientationPatient": "[1.0, 0.0, 0.0, 0.0, 1.0, 0.0]",
        "FrameOfReferenceUID": PSEUDONYMS.uid("1.2.826.99"),
        "SamplesPerPixel": "1",
        "PhotometricInterpretation": "MONOCHROME2",
        "Rows": "6",
        "Columns": "8",
        "PixelSpacing": "[0.9, 0.7]",
        "BitsAllocated": "16",
        "BitsStored": "16",
        "HighBit": "15",
        "PixelRepresentation": "1",
        "RescaleIntercept": "-1024.0",
        "RescaleSlope": "1.0",
    }
    codes = [item.CodeValue for item in dataset.DeidentificationMethodCodeSequence]
    assert codes == ["113100", "113106"]
    assert np.array_equal(dataset.pixel_array, stored_values(1)[0])


def test_nothing_of_any_text_element_of_the_dictionary_is_left(tmp_path: Path) -> None:
    planted = []

    def plant_all(dataset: Dataset, _: int) -> None:
        dataset.PatientID = SECRET
        planted.append(plant(dataset))
        dataset.preamble = SECRET.encode() + bytes(128 - len(SECRET))
        dataset.file_meta.SourceApplicationEntityTitle = SECRET
        dataset.file_meta.ImplementationVersionName = SECRET
        dataset.file_meta.PrivateInformationCreatorUID = UID("1.2.3")
        dataset.file_meta.PrivateInformation = SECRET.encode()

    _, _, path = cleaned(tmp_path, plant_all)
    assert planted[0] > 5000
    kinds = {"PN", "LO", "SH", "ST", "LT", "UT", "UC", "UR", "AE", "AS", "CS", "DA", "DT", "TM"}
    assert kinds_planted() == kinds | {"UI"}
    (original,) = (tmp_path / "in").iterdir()
    assert len(leaks([original])) >= 5  # the search finds what is there
    assert leaks([path]) == []
    assert path.read_bytes()[:132] == bytes(128) + b"DICM"


def test_only_a_stand_in_is_left_of_a_text_that_nobody_listed(tmp_path: Path) -> None:
    def name(dataset: Dataset, _: int) -> None:
        dataset.Manufacturer = "SIEMENS"
        dataset.ManufacturerModelName = "Scanner of Dr. Doe"
        dataset.ConvolutionKernel = "DOE-KERNEL"

    dataset, _, _ = cleaned(tmp_path, name)
    assert dataset.Manufacturer == "SIEMENS"
    token = PSEUDONYMS.token("ManufacturerModelName", "Scanner of Dr. Doe")
    assert dataset.ManufacturerModelName == token
    assert re.fullmatch(r"x-[0-9a-f]{12}", token)
    assert dataset.ConvolutionKernel == PSEUDONYMS.token("ConvolutionKernel", "DOE-KERNEL")
    other = Pseudonyms(bytes(32))
    assert other.token("ConvolutionKernel", "DOE-KERNEL") != dataset.ConvolutionKernel


def test_a_word_that_nobody_listed_leaves_its_place_only(tmp_path: Path) -> None:
    def name(dataset: Dataset, _: int) -> None:
        dataset.ImageType = ["DERIVED", "PRIMARY", "DOE", "MPR"]
        dataset.PatientPosition = "DOE"
        dataset.LongitudinalTemporalInformationModified = "MODIFIED"

    dataset, _, _ = cleaned(tmp_path, name)
    assert dataset.ImageType == ["DERIVED", "PRIMARY", "OTHER", "MPR"]
    assert "PatientPosition" not in dataset
    assert dataset.LongitudinalTemporalInformationModified == "MODIFIED"


def test_what_hides_beside_compressed_pixels_is_left_behind(tmp_path: Path) -> None:
    stored = stored_values(1, 40, 48)

    def hide(dataset: Dataset, _: int) -> None:
        dataset.compress(JPEG_2000, generate_instance_uid=False)
        frame = next(generate_frames(dataset.PixelData, number_of_frames=1))
        text = SECRET.encode()
        comment = b"\xff\x64" + (len(text) + 4).to_bytes(2, "big") + b"\x00\x01" + text
        tiles = frame.index(b"\xff\x90")
        dataset.PixelData = encapsulate([frame[:tiles] + comment + frame[tiles:] + text * 2])

    dataset, _, path = cleaned(tmp_path, hide, stored)
    assert len(leaks((tmp_path / "in").iterdir())) > 0
    assert leaks([path]) == []
    assert np.array_equal(dataset.pixel_array, stored[0])


def test_what_hides_behind_and_between_plain_pixels_is_left_behind(tmp_path: Path) -> None:
    stored = stored_values(1, 6, 8).astype(np.uint16)

    def hide(dataset: Dataset, _: int) -> None:
        dataset.BitsStored, dataset.HighBit = 12, 11
        overlaid = stored[0] | np.uint16(0x5000)  # what an old overlay keeps in unused bits
        dataset.PixelData = overlaid.tobytes() + SECRET.encode()
        dataset.add_new(0xFFFCFFFC, "OB", SECRET.encode())

    dataset, _, path = cleaned(tmp_path, hide, stored)
    assert leaks([path]) == []
    assert dataset.PixelData == stored[0].tobytes()


@pytest.mark.parametrize("kind", ["int8", "uint8", "int16", "uint16", "int32", "uint32"])
def test_grey_values_of_every_kind_stay_what_they_are(tmp_path: Path, kind: str) -> None:
    stored = (np.arange(45).reshape(1, 5, 9) - (20 if kind.startswith("i") else 0)).astype(kind)

    def of_kind(dataset: Dataset, _: int) -> None:
        dataset.BitsAllocated = dataset.BitsStored = 8 * stored.dtype.itemsize
        dataset.HighBit = dataset.BitsStored - 1
        dataset.PixelData = stored[0].tobytes() + b"\0" * (stored[0].nbytes % 2)

    dataset, _, path = cleaned(tmp_path, of_kind, stored)
    assert np.array_equal(dataset.pixel_array, stored[0])
    assert dataset.pixel_array.dtype == stored.dtype
    series, image = load_series(path)
    assert series.size == (9, 5, 1)
    assert np.array_equal(voxels_of(image)[0], stored[0].astype(np.int64) - 1024)


def test_the_same_grey_values_have_the_same_hash_however_they_come(tmp_path: Path) -> None:
    def compress(dataset: Dataset, _: int) -> None:
        dataset.compress(JPEG_2000, generate_instance_uid=False)

    stored = stored_values(1, 40, 48)
    plain = cleaned(tmp_path / "a", None, stored)[1].pixels_sha256
    assert cleaned(tmp_path / "b", compress, stored)[1].pixels_sha256 == plain
    assert cleaned(tmp_path / "c", None, stored + 1)[1].pixels_sha256 != plain
    turned = stored.reshape(1, 48, 40)
    assert cleaned(tmp_path / "d", None, turned)[1].pixels_sha256 != plain


def test_the_same_slice_gives_the_same_bytes(tmp_path: Path) -> None:
    first = hashlib.sha256(cleaned(tmp_path / "a")[1].data).hexdigest()
    assert hashlib.sha256(cleaned(tmp_path / "b")[1].data).hexdigest() == first


def test_a_number_longer_than_dicom_allows_is_kept_to_the_last_digit_that_fits() -> None:
    dataset = Dataset()
    text = "-123.456789012345678"
    dataset.add(DataElement(0x00201041, "DS", text, validation_mode=pydicom.config.IGNORE))
    assert kept_elements(dataset, PSEUDONYMS) == {"SliceLocation": ["-123.45678901235"]}


def test_half_a_place_is_no_place(tmp_path: Path) -> None:
    def broken(dataset: Dataset, _: int) -> None:
        dataset.add(DataElement(0x00281050, "LO", ["40", "Doe"]))  # a window's centre

    assert "WindowCenter" not in cleaned(tmp_path, broken)[0]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"PhotometricInterpretation": "RGB"}, "does not hold grey values"),
        ({"Rows": 60000, "Columns": 60000}, "has a slice above 256 MiB"),
        ({"BitsStored": 12}, "stores its grey values in other than the lowest bits"),
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.7"}, "is no CT, MR or PET slice"),
        ({"Rows": 7}, "its pixels cannot be decoded: damaged, cut short, or of an unknown"),
    ],
)
def test_pixels_that_are_no_plain_slice_are_refused(
    tmp_path: Path, change: dict[str, object], reason: str
) -> None:
    def broken(dataset: Dataset, _: int) -> None:
        for name, value in change.items():
            setattr(dataset, name, value)

    assert reason_of(tmp_path, broken).startswith(reason)


def test_uids_are_the_same_for_the_same_and_lead_nowhere_without_the_key() -> None:
    uid = PSEUDONYMS.uid("1.2.826.1")
    assert uid == PSEUDONYMS.uid("1.2.826.1\0")
    assert uid != PSEUDONYMS.uid("1.2.826.2")
    assert uid != Pseudonyms(bytes(32)).uid("1.2.826.1")
    assert re.fullmatch(r"2\.25\.[1-9][0-9]{30,38}", uid)
    number = int(uid.removeprefix("2.25."))
    assert (number >> 76 & 0xF, number >> 62 & 0x3) == (8, 2)  # version and variant of a UUID


def test_a_key_of_another_length_is_none() -> None:
    with pytest.raises(ValueError, match=r"^the key of a study has 32 bytes$"):
        Pseudonyms(b"short")


@pytest.mark.parametrize("text", ["", "2011-03-01", "20110231", "2011030", "secret"])
def test_what_is_no_date_of_a_scan_is_not_kept(text: str) -> None:
    assert kept_date(text) is None


def test_each_kept_element_is_of_the_kind_that_its_list_says() -> None:
    kept = kept_tags()
    assert {dictionary_VR(name) for name in kept.numbers} == {"DS", "IS", "FD"}
    assert {dictionary_VR(name) for name in kept.dates} == {"DA"}
    assert {dictionary_VR(name) for name in kept.uids} == {"UI"}
    assert {dictionary_VR(name) for name in kept.words} == {"CS", "LO"}
    assert {dictionary_VR(name) for name in kept.texts} == {"LO", "SH"}
    names = [*kept.numbers, *kept.dates, *kept.uids, *kept.words, *kept.texts]
    assert len(names) == len(set(names))
    # No element of the patient's module, of visits, procedures or people is among them.
    groups = {tag_for_keyword(name) >> 16 for name in names}  # type: ignore[operator]
    assert groups == {0x0008, 0x0018, 0x0020, 0x0028, 0x0054}
