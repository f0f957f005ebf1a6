"""From the names that a document was made under to those of the study.

Subjects, series and frames of reference may be called otherwise where the scans
came from; the key file of the study leads from a former UID to the study's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from recistkit.errors import Fault
from recistkit.model.mark import ImagePlace, Mark
from recistkit.model.read import Read, content_hash
from recistkit.model.scan_record import ScanRecord
from recistkit.scans.deidentification.pseudonyms import Pseudonyms

__all__ = ["KnownScans", "renamed", "translated"]


@dataclass(frozen=True, slots=True)
class KnownScans:
    """The scans of a study, found by the study's own UIDs or those that they came with.

    Attributes
    ----------
    by_uid : mapping of str to ScanRecord
        By the study's own UID of the series.
    pseudonyms : Pseudonyms or None
        Made with the study's key; None where the key file is not there.
    """

    by_uid: Mapping[str, ScanRecord]
    pseudonyms: Pseudonyms | None = field(repr=False)

    def scan(self, uid: str) -> ScanRecord | None:
        """Return the scan of a series; None where the study has none of this name."""
        return self.by_uid.get(uid) or self.by_uid.get(self.own_uid(uid))

    def is_called(self, uid: str, own: str | None) -> bool:
        """Return whether a UID is one of the study's, or the one that it came with."""
        return own is not None and own in {uid, self.own_uid(uid)}

    def own_uid(self, uid: str) -> str:
        """Return what the study calls a UID that scans came with."""
        return uid if self.pseudonyms is None else self.pseudonyms.uid(uid)


def renamed(read: Read, *, study: str, subject: str) -> Read:
    """Return a read under the study's own name and its name of the subject."""
    return read.model_copy(update={"study": study, "subject": subject})


def translated(read: Read, scans: KnownScans) -> tuple[Read, list[Fault]]:
    """Return a read under the study's names of series, signed with a hash made anew.

    Parameters
    ----------
    read : Read
        Signed, and under the study's name of the subject.
    scans : KnownScans

    Returns
    -------
    read : Read
        Name, meaning and time of the signature are what they were.
    faults : list of Fault
        Marks that name a scan which the study does not have at this visit.
    """
    faults: list[Fault] = []
    marks = []
    for index, mark in enumerate(read.marks):
        image, found = _image(read.subject, mark, scans)
        marks.append(_without_mask_file(mark.model_copy(update={"image": image})))
        faults += [Fault(0, f"marks.{index}.{path}", message) for path, message in found]
    read = read.model_copy(update={"marks": tuple(marks)})
    if read.signature is not None:
        signature = read.signature.model_copy(update={"hash": content_hash(read)})
        read = read.model_copy(update={"signature": signature})
    return read, faults


def _without_mask_file(mark: Mark) -> Mark:
    """Return a mark that does not vouch for the file of its mask: only the document comes along."""
    if mark.mask is None or mark.mask.sha256 is None:
        return mark
    return mark.model_copy(update={"mask": mark.mask.model_copy(update={"sha256": None})})


def _image(
    subject: str, mark: Mark, scans: KnownScans
) -> tuple[ImagePlace | None, list[tuple[str, str]]]:
    """Return where a mark stands under the study's names, and what speaks against it."""
    image = mark.image
    if image is None or (image.series is None and image.frame_of_reference is None):
        return image, []
    if image.series is None:
        return _frame_alone(subject, mark, image, scans)
    scan = scans.scan(image.series)
    if scan is None or scan.subject != subject:
        return image, [("image.series", "the study has no such series of this subject")]
    faults = []
    if scan.timepoint != mark.timepoint:
        faults.append(("image.series", f"is a series of {scan.timepoint} in the study"))
    elif scan.date not in {None, mark.date}:
        faults.append(("date", f"expected {scan.date}, the date of its series"))
    if image.slice is not None and image.slice >= scan.slices:
        faults.append(("image.slice", f"expected at most {scan.slices - 1}, as its series has it"))
    frame = image.frame_of_reference
    if frame is not None and not scans.is_called(frame, scan.frame_of_reference):
        faults.append(("image.frame_of_reference", "is not the one of its series"))
    update = {"series": scan.series_uid, "frame_of_reference": frame and scan.frame_of_reference}
    return image.model_copy(update=update), faults


def _frame_alone(
    subject: str, mark: Mark, image: ImagePlace, scans: KnownScans
) -> tuple[ImagePlace, list[tuple[str, str]]]:
    """Return a place that names a frame of reference and no series."""
    frame = image.frame_of_reference or ""
    visit = (subject, mark.timepoint)
    own = {
        scan.frame_of_reference
        for scan in scans.by_uid.values()
        if (scan.subject, scan.timepoint) == visit
        and scans.is_called(frame, scan.frame_of_reference)
    }
    if not own:
        return image, [("image.frame_of_reference", "no scan of this visit in the study has it")]
    return image.model_copy(update={"frame_of_reference": own.pop()}), []
