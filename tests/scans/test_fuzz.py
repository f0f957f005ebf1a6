"""A sample of `make fuzz`, what it would notice, and files that grow when they are unpacked."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import time
import zlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import nibabel as nib
import numpy as np
import pytest

from recistkit.errors import ScanError
from recistkit.scans import find_series, load_found
from tests.scans.fuzz.doors import Outcome, check_text
from tests.scans.fuzz.doors import _passed as passed
from tests.scans.fuzz.seeds import KINDS, Seed, all_seeds
from tests.scans.fuzz.truth import untruths
from tests.scans.fuzz.workers import Case, damaged, results
from tests.scans.planted import SECRET

if TYPE_CHECKING:
    from collections.abc import Callable

COUNTS: Final = {"dicom": 120, "nifti": 60, "nrrd": 60, "segmentation": 30}
GIGABYTES: Final = 4 * 1024**3
BLOCK: Final = 64 * 1024**2
MOST_BYTES: Final = 128 * 1024**2
"""What refusing may take; the libraries that are loaded for it among that."""


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Seed]]:
    """The sound files of each kind."""
    return all_seeds(tmp_path_factory.mktemp("sound"))


def test_damaged_files_are_loaded_or_refused_and_nothing_else(
    sound: dict[str, list[Seed]], tmp_path: Path
) -> None:
    cases = [
        Case(7, kind, len(sound[kind]) + number) for kind in KINDS for number in range(COUNTS[kind])
    ]
    done = list(results(cases, sound, tmp_path, workers=2))
    faults = {(one.case, fault) for one in done for fault in one.outcome.faults}
    assert faults == set()
    assert sorted(one.case for one in done) == sorted(cases)
    loaded = [one for one in done if one.outcome.counts["series loaded"]]
    measured = [one for one in done if one.outcome.counts["masks measured"]]
    assert len(loaded) > len(cases) / 20
    assert len(measured) > len(cases) / 20


def test_the_same_number_gives_the_same_file(sound: dict[str, list[Seed]]) -> None:
    for kind in KINDS:
        first = [damaged(Case(3, kind, number), sound) for number in range(1000, 1020)]
        assert first == [damaged(Case(3, kind, number), sound) for number in range(1000, 1020)]
        assert first != [damaged(Case(4, kind, number), sound) for number in range(1000, 1020)]


def test_the_sound_files_come_first(sound: dict[str, list[Seed]]) -> None:
    for kind in KINDS:
        assert damaged(Case(3, kind, 2), sound) == sound[kind][2].data


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (ScanError("folder/scan.dcm", "is damaged"), None),
        (ScanError("elsewhere.dcm", "is damaged"), "door: a refusal without file or reason"),
        (ScanError("folder/scan.dcm", " "), "door: a refusal without file or reason"),
        (
            ScanError("folder/scan.dcm", f"is of {SECRET[2:8]}"),
            "door: a word of the file is in a message",
        ),
        (
            ScanError("folder/scan.dcm", "is \x1b[31mred"),
            "door: a message with letters that a terminal obeys",
        ),
        (
            ScanError("folder/scan.dcm", "is long" * 100),
            "door: a message of more than 400 letters",
        ),
        (
            ScanError("folder/scan.dcm", "does not fit into memory"),
            "door: memory was taken before the refusal",
        ),
        (ValueError("damaged"), "door: ValueError in none of our modules"),
        (KeyboardInterrupt(), "door: KeyboardInterrupt in none of our modules"),
    ],
)
def test_what_must_not_come_out_of_a_door_is_noticed(
    error: BaseException, fault: str | None, tmp_path: Path
) -> None:
    def door() -> None:
        raise error

    (tmp_path / "scan.dcm").write_bytes(b"")
    outcome = Outcome()
    passed(outcome, "door", tmp_path / "scan.dcm", door)
    assert outcome.faults == ([fault] if fault else [])


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("dicom", "series, plain"),
        ("dicom", "frames, rle"),
        ("nifti", "Nifti1Image, int16"),
        ("nrrd", ".nrrd, int16"),
    ],
)
def test_a_series_that_is_loaded_wrongly_is_noticed(
    kind: str, name: str, sound: dict[str, list[Seed]], tmp_path: Path
) -> None:
    (seed,) = (one for one in sound[kind] if one.name == name)
    for file, data in {**seed.beside, seed.file: seed.data}.items():
        (tmp_path / file).write_bytes(data)
    (found,) = find_series(tmp_path).series
    series, image = load_found(found)
    assert untruths(found, series, image) == []
    x, y, z = series.origin_mm
    moved = replace(series, origin_mm=(x, y + series.row_spacing_mm, z))
    assert untruths(found, moved, image) == ["a voxel is not where another program puts it"]
    image.SetPixel(1, 2, 0, image.GetPixel(1, 2, 0) + 1)
    assert untruths(found, series, image) == [
        "grey values are not those that another program reads"
    ]


def hanging(_path: Path, _as_command: bool) -> Outcome:
    """Never come to an end."""
    while True:
        time.sleep(1)


def ending(_path: Path, _as_command: bool) -> Outcome:
    """Take the process along."""
    os._exit(3)


def talking(_path: Path, _as_command: bool) -> Outcome:
    """Say on standard error what nobody must hear."""
    os.write(2, SECRET.encode())
    return Outcome()


@pytest.mark.parametrize(
    ("through", "fault", "count"),
    [
        (hanging, "no end within 1 seconds", 1),
        (ending, "the process ended (exit code 3)", 2),
        (talking, "standard error: a word of the file is in a message", 1),
    ],
)
def test_a_file_that_takes_the_process_along_is_noticed_and_kept(
    through: Callable[[Path, bool], Outcome], fault: str, count: int, tmp_path: Path
) -> None:
    seeds = {"nifti": [Seed(f"file {n}", "scan.nii", b"%d" % n, {}) for n in range(count)]}
    cases = [Case(1, "nifti", number) for number in range(count)]
    found = list(results(cases, seeds, tmp_path, workers=1, seconds=1.0, through=through))
    assert [(one.name, one.outcome.faults, dict(one.files)) for one in found] == [
        (f"file {n}", [fault], {"scan.nii": b"%d" % n}) for n in range(count)
    ]


def test_a_long_message_is_as_long_as_it_may_be() -> None:
    outcome = Outcome()
    check_text(outcome, "door", "a" * 400)
    assert outcome.faults == []


def grown(path: Path, beginning: bytes) -> Path:
    """Write a gzip file of a few megabytes with 4 GB in it: a beginning, then zeros."""
    packer = zlib.compressobj(1, wbits=zlib.MAX_WBITS | 16)
    with path.open("wb") as file:
        file.write(packer.compress(beginning) + packer.flush(zlib.Z_FULL_FLUSH))
        zeros = packer.compress(bytes(BLOCK)) + packer.flush(zlib.Z_FULL_FLUSH)
        for _ in range(GIGABYTES // BLOCK):
            file.write(zeros)
        file.write(packer.flush())
    return path


def nifti_header(shape: tuple[int, int, int]) -> bytes:
    """Return the beginning of a NIfTI file of whole numbers of two bytes."""
    header = nib.Nifti1Header()
    header.set_data_dtype(np.int16)
    header.set_data_shape(shape)
    header.set_sform(np.diag([1.0, 1.0, 1.0, 1.0]), code=1)
    header.set_xyzt_units("mm")
    header["vox_offset"], header["magic"] = 352, b"n+1"
    return bytes(header.binaryblock) + bytes(4)


PROGRAM: Final = """
import json, sys, tracemalloc
from recistkit.errors import ScanError
from recistkit.scans import load_series
from recistkit.scans.masks.table import mask_table
import SimpleITK, nibabel, polars, scipy.spatial

def rss():
    if sys.platform != "linux":
        return 0
    with open("/proc/self/status") as file:
        return next(1024 * int(line.split()[1]) for line in file if line.startswith("VmHWM"))

before = rss()
tracemalloc.start()
said = []
for path in sys.argv[1:]:
    for door in (load_series, mask_table):
        try:
            door(path)
            said.append("loaded")
        except ScanError as error:
            said.append(error.reason)
peak = max(tracemalloc.get_traced_memory()[1], rss() - before)
print(json.dumps([said, peak]))
"""


def test_a_gzip_file_that_claims_four_gigabytes_is_refused_before_memory_is_taken(
    tmp_path: Path,
) -> None:
    small, large = (8, 6, 3), (2048, 2048, 600)
    by_header = grown(tmp_path / "header.nii.gz", nifti_header(large))
    by_content = grown(tmp_path / "content.nii.gz", nifti_header(small))
    by_its_end = tmp_path / "end.nii.gz"
    data = gzip.compress(nifti_header(small) + bytes(2 * 8 * 6 * 3), mtime=0)
    by_its_end.write_bytes(data[:-4] + b"\xff\xff\xff\xff")
    files = [str(path) for path in (by_header, by_content, by_its_end)]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *files], capture_output=True, text=True, check=True
    )
    said, peak = json.loads(done.stdout)
    assert max(path.stat().st_size for path in tmp_path.iterdir()) < 30_000_000
    too_large = "is too large: 2048 x 2048 x 600 voxels of 2 bytes, and the limit is 4096 MiB"
    assert said[:3] == [too_large, too_large, "holds more voxels than its header states"]
    assert "loaded" not in said[4:]
    assert peak < MOST_BYTES
