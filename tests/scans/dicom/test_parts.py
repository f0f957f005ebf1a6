"""One series UID, several stacks: told apart by their headers, or refused."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from recistkit.errors import ScanError
from recistkit.scans import FoundSeries, find_series, load_found, load_series
from tests.scans.dicom_files import AXIAL, Change, stored_values, write_series
from tests.scans.loading import voxels_of

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

UID = "1.2.826.1"


def write_twice(
    folder: Path, first: Change, second: Change, *, origin_mm: tuple[float, float, float]
) -> None:
    """Write two stacks under one series UID, the second with values that are 7 more."""

    def renamed(dataset: Dataset, index: int) -> None:
        dataset.SOPInstanceUID += ".2"
        dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
        second(dataset, index)

    write_series(folder / "a", change=first)
    write_series(folder / "b", stored=stored_values() + 7, change=renamed, origin_mm=origin_mm)


def every(**fields: object) -> Change:
    """Return a change of every slice."""

    def change(dataset: Dataset, _: int) -> None:
        for name, value in fields.items():
            setattr(dataset, name, value)

    return change


SAME_PLACE = (-100.0, -80.0, 30.0)
APART: dict[str, tuple[dict[str, object], dict[str, object], str]] = {
    "acquisition": ({"AcquisitionNumber": 1}, {"AcquisitionNumber": 2}, "acquisition 1"),
    "echo": ({"EchoTime": 2.3}, {"EchoTime": 4.6}, "echo time 2.3"),
    "time": (
        {"TemporalPositionIdentifier": 1},
        {"TemporalPositionIdentifier": 2},
        "temporal position 1",
    ),
    "b-value": ({"DiffusionBValue": 0.0}, {"DiffusionBValue": 800.0}, "b-value 0"),
    "inversion": ({"InversionTime": 100}, {"InversionTime": 900}, "inversion time 100"),
    "trigger": ({"TriggerTime": 10}, {"TriggerTime": 500}, "trigger time 10"),
    "image type": (
        {"ImageType": ["DERIVED", "PRIMARY", "DOE"]},
        {"ImageType": ["ORIGINAL", "PRIMARY", "M"]},
        "image type DERIVED PRIMARY",
    ),
    "long numbers": (
        {"AcquisitionNumber": 555012345},
        {"AcquisitionNumber": 555012346},
        "another acquisition",
    ),
    "one without": ({"EchoTime": None}, {"EchoTime": 4.6}, "no echo time"),
}


@pytest.mark.parametrize("name", APART)
def test_stacks_at_the_same_places_are_told_apart(tmp_path: Path, name: str) -> None:
    one, other, said = APART[name]
    write_twice(tmp_path, every(**one), every(**other), origin_mm=SAME_PLACE)
    first, second = find_series(tmp_path).series
    assert [(found.uid, found.part) for found in (first, second)] == [(UID, 1), (UID, 2)]
    assert first.findings[0].code == second.findings[0].code == "split-series"
    assert first.findings[0].message == f"is part 1 of 2 under one series UID: {said}"
    assert np.array_equal(voxels_of(load_found(first)[1]), stored_values() - 1024)
    assert np.array_equal(voxels_of(load_found(second)[1]), stored_values() + 7 - 1024)


def uids_of(found: tuple[FoundSeries, ...]) -> list[str]:
    """Return the UIDs by which marks name the stacks."""
    return [one.series.uid for one in found if one.series is not None]


def test_each_part_has_a_uid_of_its_own_that_follows_from_its_headers(tmp_path: Path) -> None:
    write_twice(tmp_path / "x", every(EchoTime=2), every(EchoTime=4), origin_mm=SAME_PLACE)
    write_twice(tmp_path / "y", every(EchoTime=4), every(EchoTime=2), origin_mm=SAME_PLACE)
    uids = uids_of(find_series(tmp_path / "x").series)
    assert uids == uids_of(find_series(tmp_path / "y").series)
    assert len({*uids, UID}) == 3
    series, _ = load_series(tmp_path / "x", uids[1])
    assert series.uid == uids[1]


def test_a_part_is_chosen_by_its_number(tmp_path: Path) -> None:
    write_twice(tmp_path, every(EchoTime=2), every(EchoTime=4), origin_mm=SAME_PLACE)
    assert np.array_equal(voxels_of(load_series(tmp_path, UID, part=2)[1]), stored_values() - 1017)
    for wanted, reason in (
        (None, f"holds 2 series, and one is asked for: {UID} part 1 (CT, 5 files); {UID} part 2 "),
        (3, f"holds no series {UID}, part 3"),
    ):
        with pytest.raises(ScanError) as raised:
            load_series(tmp_path, UID, part=wanted)
        assert raised.value.reason.startswith(reason)


def test_acquisitions_that_overlap_a_little_are_told_apart(tmp_path: Path) -> None:
    write_twice(
        tmp_path,
        every(AcquisitionNumber=1),
        every(AcquisitionNumber=2),
        origin_mm=(-100.0, -80.0, 50.0),
    )
    first, second = find_series(tmp_path).series
    assert [one.series and one.series.origin_mm[2] for one in (first, second)] == [30.0, 50.0]


def test_a_number_that_every_slice_has_for_itself_tells_no_stacks_apart(tmp_path: Path) -> None:
    def numbered(first: int) -> Change:
        return lambda dataset, index: setattr(dataset, "AcquisitionNumber", first + index)

    write_twice(tmp_path, numbered(1), numbered(11), origin_mm=SAME_PLACE)
    (found,) = find_series(tmp_path).series
    assert found.reason == (
        "has 5 pairs of slices at one position: several phases, echoes or copies in one series"
    )


def test_two_things_at_once_tell_stacks_apart(tmp_path: Path) -> None:
    for echo in (2, 4):
        for time in (1, 2):

            def change(dataset: Dataset, index: int, echo: int = echo, time: int = time) -> None:
                dataset.SOPInstanceUID = f"1.2.{echo}.{time}.{index}"
                dataset.EchoTime, dataset.TemporalPositionIdentifier = echo, time

            write_series(tmp_path / f"{echo}-{time}", change=change)
    found = find_series(tmp_path).series
    assert [one.findings[0].message for one in found] == [
        f"is part {number} of 4 under one series UID: echo time {echo}, temporal position {time}"
        for number, (echo, time) in enumerate(((2, 1), (2, 2), (4, 1), (4, 2)), start=1)
    ]


def test_a_localizer_among_the_slices_does_not_cost_the_series(tmp_path: Path) -> None:
    write_series(tmp_path / "a")

    def scout(dataset: Dataset, _: int) -> None:
        dataset.ImageType = ["ORIGINAL", "PRIMARY", "LOCALIZER"]
        dataset.SOPInstanceUID = "1.2.3"

    write_series(
        tmp_path / "b", stored=stored_values(1), axes=((1, 0, 0), (0, 0, -1)), change=scout
    )
    stack, localizer = sorted(find_series(tmp_path).series, key=lambda one: one.series is None)
    assert localizer.reason == "is a localizer (scout), not a stack of slices to measure on"
    series, image = load_series(tmp_path, UID)
    assert series.uid == UID
    assert stack.series == series
    assert np.array_equal(voxels_of(image), stored_values() - 1024)


def test_orientations_and_sizes_are_told_apart(tmp_path: Path) -> None:
    write_series(tmp_path / "a")
    coronal = ((1.0, 0.0, 0.0), (0.0, 0.0, -1.0))
    for name, axes, stored, step in (
        ("b", coronal, stored_values(), (0.0, 5.0, 0.0)),
        ("c", AXIAL, stored_values(3, 10, 12), (0.0, 0.0, 5.0)),
    ):

        def renamed(dataset: Dataset, index: int, name: str = name) -> None:
            dataset.SOPInstanceUID = f"1.2.{ord(name)}.{index}"

        write_series(tmp_path / name, axes=axes, stored=stored, step_mm=step, change=renamed)
    found = find_series(tmp_path).series
    assert sorted(one.findings[0].message.split(": ")[1] for one in found) == [
        "12 x 10",
        "8 x 6, orientation 1.000 0.000 0.000 0.000 0.000 -1.000",
        "8 x 6, orientation 1.000 0.000 0.000 0.000 1.000 0.000",
    ]
    assert sorted(one.series.plane for one in found if one.series) == ["axial", "axial", "coronal"]


def test_a_slice_of_another_size_leaves_a_gap_that_is_refused(tmp_path: Path) -> None:
    def smaller(dataset: Dataset, index: int) -> None:
        if index == 1:
            dataset.Rows, dataset.PixelData = 5, dataset.PixelData[:80]

    write_series(tmp_path, change=smaller)
    reasons = [one.reason for one in find_series(tmp_path).series]
    assert sorted(map(str, reasons)) == [
        "None",
        "lacks a slice: between slices 1 and 2 the step is 10.00 mm, else 5.00 mm",
    ]
