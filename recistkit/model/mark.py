"""Mark: what a reader put down for one lesion at one timepoint, or why there is nothing.

Coordinates are DICOM patient coordinates (LPS) in mm: they stay true whatever
is done to the pixels of the series that they were set on.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from recistkit.model.fields import (
    DocumentPart,
    FileBelow,
    FreeText,
    GrownPart,
    LengthText,
    Name,
    Point,
    ScanDate,
    Sha256Text,
    StepText,
    Uid,
    VolumeText,
)
from recistkit.model.series import Contrast, Plane

__all__ = [
    "Certainty",
    "Confidence",
    "ImagePlace",
    "Mark",
    "MaskReference",
    "ProposedPlace",
    "Ruler",
    "State",
    "Taken",
]

State = Literal[
    "measured",
    "too-small",
    "absent",
    "not-evaluable",
    "split",
    "merged",
    "present",
    "progressed",
    "increased",
]
Certainty = Literal["equivocal", "unequivocal"]
Confidence = Literal["high", "low"]
Taken = Literal["accepted", "moved", "ignored"]


class Ruler(DocumentPart):
    """A straight line between two places in the patient (LPS, mm).

    Examples
    --------
    >>> Ruler(start_mm=(0.0, 0.0, 0.0), end_mm=(3.0, 4.0, 0.0)).end_mm
    (3.0, 4.0, 0.0)
    """

    start_mm: Point
    end_mm: Point


class MaskReference(GrownPart):
    """A label in a mask file.

    Of a mark with a ruler it is an outline for its volume only: the lengths
    are the ruler's. Of a mark without one the committed lengths were taken
    from it. `sha256` is of the file, where it was written with the mark.
    """

    added_fields: ClassVar = frozenset({"sha256"})

    file: FileBelow = Field(description="File name of the mask, relative to the document")
    label: int = Field(ge=1, le=65_535)
    sha256: Sha256Text | None = None


class ImagePlace(GrownPart):
    """The series and slice that a mark stands on, and what the series is.

    `slice` counts from 0 along the stored third axis, in the order in which
    the series is loaded: a DICOM series by position along its normal
    (row direction x column direction), a NIfTI file as it is stored.
    """

    added_fields: ClassVar = frozenset({"contrast"})

    series: Uid | None = None
    slice: int | None = Field(default=None, ge=0, le=100_000)
    frame_of_reference: Uid | None = None
    modality: Name | None = None
    slice_thickness_mm: StepText | None = None
    plane: Plane | None = None
    contrast: Contrast | None = None


class ProposedPlace(DocumentPart):
    """Where the program proposed to look for a lesion, and what the reader made of it.

    Of a lesion that was marked at a visit before. It is no measurement: the
    ruler is the reader's own, wherever it was drawn. `accepted`: the reader
    went there; `moved`: the reader said another place; `ignored`: it was
    shown, or taken off the image, and not used.
    """

    point_mm: Point
    confidence: Confidence
    taken: Taken


class Mark(GrownPart):
    """One lesion at one timepoint (a split lesion: one mark per fragment).

    `longest_mm` and `short_mm` are the committed lengths. With a ruler beside
    them they are the ruler's length, rounded half away from zero to the
    document's `resolution_mm`. `position_mm` says where the lesion is when
    there is no ruler to say it. `volume_mm3` is that of the mask; no rule uses it.
    `proposed` is there where a place was proposed before the mark was made.
    """

    added_fields: ClassVar = frozenset({"proposed", "volume_mm3"})

    lesion: Name
    timepoint: Name
    date: ScanDate = Field(description="Date of the scan that shows the lesion")
    state: State
    fragment: Name | None = None
    merged_into: Name | None = None
    certainty: Certainty | None = None
    reason: FreeText | None = None
    longest_mm: LengthText | None = None
    short_mm: LengthText | None = None
    longest: Ruler | None = None
    short: Ruler | None = None
    mask: MaskReference | None = None
    volume_mm3: VolumeText | None = None
    image: ImagePlace | None = None
    position_mm: Point | None = None
    proposed: ProposedPlace | None = None

    def place_mm(self) -> Point | None:
        """Return where the lesion is (LPS, mm): the middle of its ruler, else as stated."""
        ruler = self.longest or self.short
        if ruler is None:
            return self.position_mm
        (x1, y1, z1), (x2, y2, z2) = ruler.start_mm, ruler.end_mm
        return ((x1 + x2) / 2, (y1 + y2) / 2, (z1 + z2) / 2)
