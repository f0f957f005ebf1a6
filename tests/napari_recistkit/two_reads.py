"""A study of two visits, in which two readers drew on the scans without a window."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from recistkit.model.mark import ImagePlace, Ruler
from recistkit.model.read import Role
from recistkit.model.series import Vector
from recistkit.reading.cases import find_cases
from recistkit.reading.session import ReadSession
from recistkit.study.adding.add_scans import add_scans
from recistkit.study.assigning import assign
from recistkit.study.begin import init_study
from recistkit.study.folder import StudyFolder
from recistkit.study.recording_scans import scans_of
from tests.napari_recistkit.small_study import LESIONS, SPACING_MM, VISITS, opened, write_series
from tests.study.small_trial import CHARTER, acting_as

__all__ = ["COMPARTMENTS", "SUBJECTS", "TWO_VISITS", "Drawn", "begin_study", "read_case"]

SUBJECTS: Final = ("S1", "S2")
TWO_VISITS: Final = ("baseline", "week-8")
COMPARTMENTS: Final = """
[[compartments]]
name = "primary"
organs = ["liver"]

[[compartments]]
name = "distant"
"""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A lesion as a reader drew it at each visit.

    Attributes
    ----------
    lesion : str
        Whose place and organ it has; see `small_study.LESIONS`.
    shares : tuple of float
        How large it is at each visit, as a share of 24 by 18 mm.
    shift_mm : Vector
        How far beside that place.
    role : str
        ``target`` or ``non-target``.
    """

    lesion: str
    shares: tuple[float, float]
    shift_mm: Vector = (0.0, 0.0, 0.0)
    role: Role = "target"

    def axes(self, visit: int) -> tuple[Ruler, Ruler]:
        """Return its long and its short axis at a visit."""
        at, by = LESIONS[self.lesion][1], self.shift_mm
        x, y, z = at[0] + by[0], at[1] + by[1], at[2] + by[2]
        long, short = 12.0 * self.shares[visit], 9.0 * self.shares[visit]
        return (
            Ruler(start_mm=(x - long, y, z), end_mm=(x + long, y, z)),
            Ruler(start_mm=(x, y - short, z), end_mm=(x, y + short, z)),
        )


def begin_study(folder: Path, settings: str = "", subjects: Sequence[str] = SUBJECTS) -> Path:
    """Begin a study of subjects with two visits, and assign it to two readers and a judge."""
    source, study, mapping = folder / "source", folder / "trial", folder / "mapping.csv"
    rows = ["folder,subject,timepoint"]
    for number, (subject, visit) in enumerate(itertools.product(subjects, TWO_VISITS), start=1):
        place = source / subject / visit
        write_series(place, "ct", f"1.2.{number}", VISITS[visit], "CT", seed=number)
        rows.append(f"{subject}/{visit},{subject},{visit}")
    mapping.write_text("\n".join(rows) + "\n", encoding="utf-8")
    study.mkdir()
    (study / "study.toml").write_text(CHARTER + settings, encoding="utf-8")
    with acting_as("M"):
        init_study(study)
        with StudyFolder.opened(study) as begun:
            add_scans(source, study, scans=scans_of(begun), mapping=mapping)
            assign(begun, ["A", "B", "J"])
    return study


def read_case(study: Path, reader: str, subject: str, lesions: Mapping[str, Drawn]) -> None:
    """Read and sign both visits of a subject, with rulers on its scans.

    Parameters
    ----------
    study, reader, subject
    lesions : mapping of str to Drawn
        By the id that the session gives each of them.
    """
    with acting_as(reader):
        series = _series_of(study, reader, subject)
        with opened(study, subject, reader) as session:
            for number, visit in enumerate(session.visits):
                session.go_to_visit(visit)
                for name, drawn in lesions.items():
                    _mark(session, name, drawn, number, series[visit])
                if number:
                    session.state_new_lesions("none")
                session.state_visit(coverage="complete", image_quality="adequate")
                session.sign(f"Reader {reader}", "read")


def _series_of(study: Path, reader: str, subject: str) -> dict[str, str]:
    """Return the series of each visit: the study gave them ids of its own."""
    (case,) = (one for one in find_cases(study, reader) if one.subject == subject)
    found = {visit.label: visit.series[0].series for visit in case.visits}
    return {label: one.uid for label, one in found.items() if one is not None}


def _mark(session: ReadSession, name: str, drawn: Drawn, visit: int, series: str) -> None:
    longest, short = drawn.axes(visit)
    slice_number = round(LESIONS[drawn.lesion][1][2] / SPACING_MM[2])
    image = ImagePlace(series=series, slice=slice_number, plane="axial", modality="CT")
    if visit == 0:
        organ = LESIONS[drawn.lesion][0]
        session.add_lesion(
            drawn.role, nodal="node" in organ, longest=longest, short=short, image=image
        )
        session.set_organ(organ)
        if session.charter.compartments:
            session.set_compartment("primary" if organ == "liver" else "distant")
        return
    session.go_to_lesion(name)
    if drawn.role == "non-target":
        session.set_state("present")
    else:
        session.measure(longest, short, image)
