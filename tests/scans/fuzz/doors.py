"""Every door that takes a file of a scan or a mask, and what may come out of it."""

from __future__ import annotations

import io
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pydicom

import recistkit
from recistkit.errors import ScanError
from recistkit.scans import find_series, load_found
from recistkit.scans.deidentification.dicom import clean_slice
from recistkit.scans.deidentification.identity import dicom_identity
from recistkit.scans.deidentification.pseudonyms import Pseudonyms
from recistkit.scans.dicom.decoding import Decoders
from recistkit.scans.dicom.header import is_dicom
from recistkit.scans.listing import list_scans
from recistkit.scans.masks.cohort import measured_masks
from recistkit.scans.masks.table import mask_table
from tests.scans.fuzz.truth import untruths
from tests.scans.planted import SECRET

__all__ = ["MAX_BYTES", "Outcome", "check_text", "tried"]

MAX_BYTES: Final = 64 * 1024**2
"""What the voxels of a damaged file may take."""

_PACKAGE: Final = Path(recistkit.__file__).parent
_WINDOW: Final = 5
_PARTS: Final = [SECRET[at : at + _WINDOW] for at in range(len(SECRET) - _WINDOW + 1)]
_LONGEST: Final = 400
_NO_MEMORY: Final = "does not fit into memory"


@dataclass(slots=True)
class Outcome:
    """What became of a file.

    Attributes
    ----------
    counts : Counter of str
        How often each thing came out of a door.
    faults : list of str
        What must not have come out; the same text for the same fault.
    details : list of str
        What a developer wants to see of each fault.
    """

    counts: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    details: list[str] = field(default_factory=list)

    def fault(self, text: str, detail: str = "") -> None:
        """Note what must not have come out."""
        self.faults.append(text)
        self.details.append(detail)


def tried(path: Path, as_command: bool) -> Outcome:
    """Put a file through every door.

    Parameters
    ----------
    path : Path
        The file; what lies beside it is of its series.
    as_command : bool
        Whether it is listed and measured as the commands do it too.
    """
    outcome = Outcome()
    _passed(outcome, "find and load", path, lambda: _find_and_load(path, outcome))
    _passed(outcome, "measure", path, lambda: _measure(path, outcome))
    if as_command:
        _passed(outcome, "list", path, lambda: _list(path, outcome))
        _passed(outcome, "into a study", path, lambda: _take_into_study(path, outcome))
        _passed(outcome, "measured_masks", path, lambda: _measure_by_default(path, outcome))
    return outcome


def _passed(outcome: Outcome, door: str, path: Path, through: Callable[[], None]) -> None:
    """Go through a door; whatever is raised but a `ScanError` of the file is a fault."""
    try:
        through()
    except ScanError as error:
        _check_refusal(outcome, door, path, error)
    except BaseException as error:  # noqa: BLE001  a decoder in Rust panics outside of Exception
        places = [Path(one.filename) for one in traceback.extract_tb(error.__traceback__)]
        ours = [one.name for one in places if one.is_relative_to(_PACKAGE)]
        place = ours[-1] if ours else "none of our modules"
        outcome.fault(f"{door}: {type(error).__name__} in {place}", traceback.format_exc())


def _find_and_load(path: Path, outcome: Outcome) -> None:
    """Load what a search of the folder finds."""
    contents = find_series(path.parent)
    for error in contents.unreadable:
        _check_refusal(outcome, "find", path, error)
    for found in contents.series:
        for finding in found.findings:
            check_text(outcome, "finding", finding.message)
        check_text(outcome, "modality", found.modality or "")
        try:
            series, image = load_found(found, max_bytes=MAX_BYTES)
            outcome.counts["series loaded"] += 1
            differences = untruths(found, series, image)
            outcome.counts["compared with another program"] += differences is not None
            for said in differences or ():
                outcome.fault(f"load: {said}", repr(series))
        except ScanError as error:
            _check_refusal(outcome, "load", path, error)


def _list(path: Path, outcome: Outcome) -> None:
    """List the folder."""
    table = list_scans(path.parent, Pseudonyms(bytes(32))).table
    check_text(outcome, "list", table.write_csv(), longest=10**6)


def _take_into_study(path: Path, outcome: Outcome) -> None:
    """Make of a slice what goes into a study, and look for the patient in its header."""
    if not is_dicom(path):
        return
    dicom_identity(path)
    with Decoders() as decoders:
        made = clean_slice(path, "S001", Pseudonyms(bytes(32)), decoders)
    clean = pydicom.dcmread(io.BytesIO(made.data))
    outcome.counts["slices without the patient"] += 1
    del clean.PixelData
    check_text(outcome, "into a study", str(clean), longest=10**6)


def _measure(path: Path, outcome: Outcome) -> None:
    """Measure the labels of the file."""
    mask_table(path, max_bytes=MAX_BYTES)
    outcome.counts["masks measured"] += 1


def _measure_by_default(path: Path, outcome: Outcome) -> None:
    """Measure as the command does, where memory may end before the limit is reached."""
    for error in measured_masks([path]).refused:
        if error.reason != _NO_MEMORY:
            _check_refusal(outcome, "measured_masks", path, error)


def _check_refusal(outcome: Outcome, door: str, path: Path, error: ScanError) -> None:
    """Note a refusal, and what is wrong with its words."""
    outcome.counts["refusals"] += 1
    beside = {one.name for one in path.parent.iterdir()}
    if error.path.name not in {*beside, path.parent.name} or error.reason.strip() == "":
        outcome.fault(f"{door}: a refusal without file or reason", str(error))
    if error.reason == _NO_MEMORY:
        outcome.fault(f"{door}: memory was taken before the refusal", str(error))
    check_text(outcome, door, str(error))


def check_text(outcome: Outcome, door: str, text: str, longest: int = _LONGEST) -> None:
    """Note what a message must not hold."""
    if any(part in text for part in _PARTS):
        outcome.fault(f"{door}: a word of the file is in a message", text)
    if not text.replace("\n", "").isprintable():
        outcome.fault(f"{door}: a message with letters that a terminal obeys", repr(text))
    if len(text) > longest:
        outcome.fault(f"{door}: a message of more than {longest} letters", text[:1000])
