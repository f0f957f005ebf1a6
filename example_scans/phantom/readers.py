"""What two readers make of the scans: rulers a little off the truth, and their own choices."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from phantom.canvas import Geometry
from phantom.randomness import Dice
from phantom.shapes import Array
from phantom.study import VISITS, Subject
from phantom.truth import Placed
from recistkit.measure.ruler import commit_ruler
from recistkit.model.mark import ImagePlace, Mark, Ruler
from recistkit.model.read import CriteriaReference, Lesion, Read, Timepoint, sign_read

__all__ = ["READERS", "ScanOfVisit", "read_of"]

READERS = ("A", "B")

_OWN_ROLES = {("RK-003", "B", "liver-2"): "non-target", ("RK-003", "B", "liver-3"): "target"}
"""Reader B of RK-003 follows the lesion of the left lobe in place of one of the right."""

_SET_LENGTHS = {
    # RK-004 lies on the thresholds, so that ordinary differences between two readers decide.
    ("RK-004", "A"): {
        "rectal-mass": (50.3, 35.0, 34.6, 34.2),
        "node": (16.1, 11.0, 11.1, 11.0),
        "liver-1": (30.2, 29.4, None, 34.8),
        "liver-2": (22.1, 21.6, None, 26.0),
    },
    ("RK-004", "B"): {
        "rectal-mass": (49.2, 34.9, 34.6, 34.6),
        "node": (15.7, 11.1, 11.3, 11.1),
        "liver-1": (29.6, 28.6, None, 34.6),
        "liver-2": (21.8, 21.1, None, 26.1),
    },
}
"""Deciding lengths in mm by visit: long axes, and the short axis of the node."""

_ERROR_MM = 0.9
_LIMIT_MM = 2.0


@dataclass(frozen=True)
class ScanOfVisit:
    """One scan as the readers met it."""

    visit: str
    modality: str
    date: dt.date
    series_uid: str
    frame_uid: str
    geometry: Geometry
    lesions: tuple[Placed, ...]

    def place(self, slice_index: int | None) -> ImagePlace:
        """Return what a mark says about the scan that it stands on."""
        tilt = float(np.degrees(np.arccos(abs(self.geometry.directions[2][2]))))
        return ImagePlace.model_validate(
            {
                "series": self.series_uid,
                "slice": slice_index,
                "frame_of_reference": self.frame_uid,
                "modality": self.modality,
                "slice_thickness_mm": f"{self.geometry.slice_spacing_mm:.1f}",
                "plane": "axial" if tilt <= 10.0 else "oblique",
            }
        )


def read_of(subject: Subject, reader: str, scans: list[ScanOfVisit]) -> Read:
    """Return one reader's signed evaluation of a subject."""
    marks = [
        _mark(subject, reader, scan, lesion)
        for scan in scans
        for lesion in scan.lesions
        if lesion.plan.role != "new" or lesion.is_seen
    ]
    if subject.effusion:
        marks += [_effusion(scan) for scan in scans if scan.modality == "CT"]
    order = {visit: number for number, visit in enumerate(VISITS)}
    marks.sort(key=lambda mark: (order[mark.timepoint], mark.lesion))
    last = max(scan.date for scan in scans)
    draft = Read(
        schema_version="1",
        study="RK",
        subject=subject.name,
        reader=reader,
        criteria=CriteriaReference(id="recist-1.1"),
        state="draft",
        timepoints=tuple(_timepoint(subject, visit, scans) for visit in VISITS),
        lesions=tuple(_lesions(subject, reader)),
        marks=tuple(marks),
    )
    day = last + dt.timedelta(days=14 if reader == "A" else 16)
    signed_at = dt.datetime.combine(day, dt.time(10, 30), tzinfo=dt.UTC)
    return sign_read(draft, name=f"Reader {reader}", meaning="read", signed_at=signed_at)


def _timepoint(subject: Subject, visit: str, scans: list[ScanOfVisit]) -> Timepoint:
    """Return what the reader says about a visit as a whole."""
    dates = [scan.date for scan in scans if scan.visit == visit]
    seen = any(
        lesion.plan.role == "new" and lesion.is_seen
        for scan in scans
        if scan.visit == visit
        for lesion in scan.lesions
    )
    spoilt = visit in subject.artefact_visits
    first = visit == VISITS[0]
    later = "unequivocal" if seen else "not-assessable" if spoilt else "none"
    return Timepoint.model_validate(
        {
            "label": visit,
            "date_first": min(dates),
            "date_last": max(dates),
            "baseline": first,
            "new_lesions": None if first else later,
            "coverage": "liver" if spoilt else "complete",
            "image_quality": "CT: motion and streaks over the upper abdomen" if spoilt else "good",
        }
    )


def _role(subject: Subject, reader: str, lesion: str, role: str) -> str:
    """Return what a lesion is to a reader."""
    return _OWN_ROLES.get((subject.name, reader, lesion), role)


def _lesions(subject: Subject, reader: str) -> list[Lesion]:
    """Return the lesions that a reader follows."""
    lesions = [
        Lesion.model_validate(
            {
                "id": plan.name,
                "role": _role(subject, reader, plan.name, plan.role),
                "organ": plan.organ,
                "nodal": plan.nodal,
                "compartment": plan.compartment,
            }
        )
        for plan in subject.lesions
    ]
    if subject.effusion:
        lesions.append(
            Lesion(
                id="effusion", role="non-target", organ="pleura", nodal=False, compartment="distant"
            )
        )
    return lesions


def _effusion(scan: ScanOfVisit) -> Mark:
    """Return the mark of the pleural effusion, which nobody measures."""
    return Mark(
        lesion="effusion",
        timepoint=scan.visit,
        date=scan.date,
        state="present",
        image=scan.place(None),
    )


def _mark(subject: Subject, reader: str, scan: ScanOfVisit, lesion: Placed) -> Mark:
    """Return a reader's mark of a lesion on a scan."""
    plan = lesion.plan
    role = _role(subject, reader, plan.name, plan.role)
    content: dict[str, object] = {
        "lesion": plan.name,
        "timepoint": scan.visit,
        "date": scan.date,
        "state": lesion.state,
        "image": scan.place(lesion.slice_index if lesion.is_seen else None),
    }
    if role != plan.role and lesion.state in {"measured", "present"}:
        content["state"] = "measured" if role == "target" else "present"
    if role == "new":
        content["certainty"] = "unequivocal"
    if lesion.state == "not-evaluable":
        content |= {"reason": "artefact", "image": scan.place(None)}
    elif content["state"] == "measured" or (content["state"] == "present" and role == "new"):
        content |= _rulers(subject, reader, scan, lesion)
    elif lesion.is_seen:
        x, y, z = (float(value) for value in np.round(lesion.centre_mm, 2))
        content["position_mm"] = (x, y, z)
    return Mark.model_validate(content)


def _rulers(subject: Subject, reader: str, scan: ScanOfVisit, lesion: Placed) -> dict[str, object]:
    """Return the two rulers that a reader puts on a lesion, and their committed lengths."""
    plan = lesion.plan
    dice = Dice(subject.name, scan.visit, plan.name, "reader", reader)
    turn = np.radians(4.0 * dice.normal())
    long = np.cos(turn) * lesion.axes[0] + np.sin(turn) * lesion.axes[1]
    short = -np.sin(turn) * lesion.axes[0] + np.cos(turn) * lesion.axes[1]
    middle = lesion.centre_mm + 0.6 * dice.normal() * long + 0.6 * dice.normal() * short
    lengths = [size + _slip(dice, size) for size in lesion.size_mm]
    stated = _SET_LENGTHS.get((subject.name, reader), {}).get(plan.name)
    if stated is not None:
        said = stated[VISITS.index(scan.visit)]
        which = 1 if plan.nodal else 0
        lengths[which] = lengths[which] if said is None else said
    lengths[1] = min(lengths[1], lengths[0] - 0.2)
    rulers = [
        _ruler(middle, way, length) for way, length in zip((long, short), lengths, strict=True)
    ]
    step = Read.model_fields["resolution_mm"].default
    return {
        "longest": rulers[0],
        "short": rulers[1],
        "longest_mm": commit_ruler(rulers[0], step),
        "short_mm": commit_ruler(rulers[1], step),
    }


def _slip(dice: Dice, size_mm: float) -> float:
    """Return a reader's error; smaller for small lesions, never wild."""
    scale = _ERROR_MM * min(1.0, size_mm / 20.0)
    return min(max(scale * dice.normal(), -_LIMIT_MM), _LIMIT_MM)


def _ruler(middle: Array, way: Array, length: float) -> Ruler:
    """Return a ruler, its ends to 0.001 mm."""
    first, second = middle - way * length / 2, middle + way * length / 2
    (a, b, c), (d, e, f) = (
        [float(value) + 0.0 for value in np.round(end, 3)] for end in (first, second)
    )
    return Ruler(start_mm=(a, b, c), end_mm=(d, e, f))
