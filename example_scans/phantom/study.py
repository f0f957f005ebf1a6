"""The study: who was scanned when, how they lay, and what lesions they really have.

The sizes tell the stories of the README; readers see them only through noise.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from phantom.canvas import Posture
from phantom.shapes import Point

__all__ = ["SUBJECTS", "VISITS", "Exam", "LesionPlan", "Subject"]

VISITS = ("baseline", "month-2", "month-3", "month-5")

Size = tuple[float, float]


@dataclass(frozen=True)
class LesionPlan:
    """A lesion as it really is.

    Parameters
    ----------
    sizes_mm : tuple of Size or None
        Long and short axis in the plane of the scan at each visit; None where
        it is not there.
    role : str
        What it is to the study: target, non-target or new.
    angle_degrees : float
        Of the long axis against the rows of the image.
    """

    name: str
    role: str
    organ: str
    compartment: str
    scan: str
    place_mm: Point
    angle_degrees: float
    sizes_mm: tuple[Size | None, Size | None, Size | None, Size | None]
    nodal: bool = False


@dataclass(frozen=True)
class Exam:
    """Dates and postures of one visit."""

    ct_date: dt.date
    mri_date: dt.date
    ct_posture: Posture
    mri_posture: Posture


@dataclass(frozen=True)
class Subject:
    """A drawn patient."""

    name: str
    sex: str
    build: float
    reference_date: dt.date
    exams: tuple[Exam, Exam, Exam, Exam]
    lesions: tuple[LesionPlan, ...]
    ct_spacing_mm: tuple[float, float] = (2.0, 2.0)
    mri_tilt_degrees: Point = (0.0, 0.0, 0.0)
    effusion: bool = False
    shuffled_names: bool = False
    reversed_visits: tuple[str, ...] = ()
    artefact_visits: tuple[str, ...] = ()
    mass_scar: bool = field(default=False)


def _exams(dates: tuple[tuple[str, str], ...], wobble: int) -> tuple[Exam, Exam, Exam, Exam]:
    """Return four exams; `wobble` varies how the patient lay from subject to subject."""
    lay: tuple[tuple[Point, float, float, Point, float], ...] = (
        ((0.0, 4.0, 0.0), 0.4, 0.0, (1.0, 0.0, 0.5), -0.6),
        ((4.5, 2.0, -3.0), -1.3, 6.0, (-3.0, 2.0, -2.0), 1.1),
        ((-3.5, 6.0, 4.0), 1.6, -4.0, (2.5, -1.5, 3.0), -1.4),
        ((2.0, 3.0, 6.5), -0.8, 9.0, (-1.5, 1.0, -1.0), 0.7),
    )
    exams = []
    for number, (ct_date, mri_date) in enumerate(dates):
        shift, turn, breath, mri_shift, mri_turn = lay[(number + wobble) % 4]
        if wobble % 2:
            shift, turn = (-shift[0], shift[1], shift[2] * 0.6), -turn
        exams.append(
            Exam(
                dt.date.fromisoformat(ct_date),
                dt.date.fromisoformat(mri_date),
                Posture(shift, turn, breath),
                Posture(mri_shift, mri_turn),
            )
        )
    first, second, third, fourth = exams
    return (first, second, third, fourth)


SUBJECTS = (
    Subject(
        name="RK-001",
        sex="M",
        build=1.0,
        reference_date=dt.date(2011, 1, 17),
        exams=_exams(
            (
                ("2011-01-10", "2011-01-11"),
                ("2011-03-16", "2011-03-17"),
                ("2011-04-18", "2011-04-18"),
                ("2011-06-20", "2011-06-21"),
            ),
            0,
        ),
        lesions=(
            LesionPlan(
                "rectal-mass",
                "target",
                "rectum",
                "primary",
                "mri",
                (-13.0, 47.0, 18.0),
                12.0,
                ((52.0, 34.0), (32.0, 18.0), (31.0, 17.5), (30.0, 17.0)),
            ),
            LesionPlan(
                "node",
                "target",
                "lymph-node",
                "primary",
                "mri",
                (33.0, 50.0, 54.0),
                80.0,
                ((20.0, 16.0), (14.0, 10.5), (13.5, 10.4), (13.0, 10.2)),
                nodal=True,
            ),
            LesionPlan(
                "liver-1",
                "target",
                "liver",
                "distant",
                "ct",
                (-88.0, 0.0, 295.0),
                25.0,
                ((32.0, 27.0), (33.0, 28.0), (34.5, 29.0), (52.0, 43.0)),
            ),
            LesionPlan(
                "liver-2",
                "target",
                "liver",
                "distant",
                "ct",
                (-98.0, -24.0, 246.0),
                -40.0,
                ((24.0, 20.0), (24.0, 20.0), (25.5, 21.0), (40.0, 33.0)),
            ),
            LesionPlan(
                "lung-nodule",
                "non-target",
                "lung",
                "distant",
                "ct",
                (84.0, 22.0, 402.0),
                0.0,
                ((6.5, 6.0), (6.5, 6.0), (6.5, 6.0), (7.0, 6.5)),
            ),
        ),
        reversed_visits=("month-3",),
    ),
    Subject(
        name="RK-002",
        sex="M",
        build=0.95,
        reference_date=dt.date(2011, 2, 14),
        exams=_exams(
            (
                ("2011-02-07", "2011-02-08"),
                ("2011-04-13", "2011-04-12"),
                ("2011-05-16", "2011-05-16"),
                ("2011-07-18", "2011-07-19"),
            ),
            1,
        ),
        lesions=(
            LesionPlan(
                "rectal-mass",
                "target",
                "rectum",
                "primary",
                "mri",
                (-10.0, 48.0, 20.0),
                -18.0,
                ((41.0, 25.0), None, None, None),
            ),
            LesionPlan(
                "node",
                "target",
                "lymph-node",
                "primary",
                "mri",
                (-32.0, 52.0, 56.0),
                98.0,
                ((21.0, 17.0), (10.0, 7.5), (9.0, 7.0), (8.5, 6.5)),
                nodal=True,
            ),
            LesionPlan(
                "liver-1",
                "target",
                "liver",
                "distant",
                "ct",
                (-96.0, 10.0, 286.0),
                60.0,
                ((36.0, 30.0), (22.0, 18.0), (19.5, 16.0), (18.0, 15.0)),
            ),
            LesionPlan(
                "lung-1",
                "target",
                "lung-right",
                "distant",
                "ct",
                (-84.0, 4.0, 438.0),
                10.0,
                ((16.0, 13.5), (9.5, 8.0), (7.0, 6.0), (2.6, 2.4)),
            ),
            LesionPlan(
                "lung-nodule",
                "non-target",
                "lung-left",
                "distant",
                "ct",
                (78.0, 18.0, 436.0),
                0.0,
                ((6.0, 5.5), (5.0, 4.5), (5.0, 4.5), (5.0, 4.5)),
            ),
        ),
        mri_tilt_degrees=(22.0, 0.0, 0.0),
        shuffled_names=True,
        mass_scar=True,
    ),
    Subject(
        name="RK-003",
        sex="F",
        build=0.93,
        reference_date=dt.date(2011, 3, 21),
        exams=_exams(
            (
                ("2011-03-14", "2011-03-15"),
                ("2011-05-18", "2011-05-18"),
                ("2011-06-20", "2011-06-21"),
                ("2011-08-22", "2011-08-23"),
            ),
            2,
        ),
        lesions=(
            LesionPlan(
                "rectal-mass",
                "target",
                "rectum",
                "primary",
                "mri",
                (12.0, 48.0, 16.0),
                8.0,
                ((48.0, 28.0), (42.0, 25.0), (40.0, 24.0), (39.0, 23.5)),
            ),
            LesionPlan(
                "node",
                "target",
                "lymph-node",
                "primary",
                "mri",
                (-32.0, 52.0, 50.0),
                100.0,
                ((19.0, 16.0), (16.5, 13.2), (16.0, 12.8), (15.5, 12.5)),
                nodal=True,
            ),
            LesionPlan(
                "liver-1",
                "target",
                "liver",
                "distant",
                "ct",
                (-94.0, -4.0, 292.0),
                -15.0,
                ((40.0, 33.0), (26.5, 22.0), (30.0, 24.5), (30.5, 25.0)),
            ),
            LesionPlan(
                "liver-2",
                "target",
                "liver",
                "distant",
                "ct",
                (-96.0, -30.0, 240.0),
                70.0,
                ((28.0, 24.0), (18.5, 15.5), (20.0, 16.5), (20.5, 17.0)),
            ),
            LesionPlan(
                "liver-3",
                "non-target",
                "liver",
                "distant",
                "ct",
                (16.0, -48.0, 300.0),
                20.0,
                ((24.0, 19.0), (20.5, 16.5), (21.0, 17.0), (21.0, 17.0)),
            ),
            LesionPlan(
                "new-liver",
                "new",
                "liver",
                "distant",
                "ct",
                (-54.0, 34.0, 276.0),
                40.0,
                (None, None, None, (14.0, 12.0)),
            ),
        ),
        ct_spacing_mm=(2.4, 1.9),
        mri_tilt_degrees=(14.0, 0.0, 7.0),
    ),
    Subject(
        name="RK-004",
        sex="M",
        build=1.04,
        reference_date=dt.date(2011, 4, 18),
        exams=_exams(
            (
                ("2011-04-11", "2011-04-12"),
                ("2011-06-15", "2011-06-16"),
                ("2011-07-18", "2011-07-19"),
                ("2011-09-19", "2011-09-20"),
            ),
            3,
        ),
        lesions=(
            LesionPlan(
                "rectal-mass",
                "target",
                "rectum",
                "primary",
                "mri",
                (-13.0, 47.0, 14.0),
                -8.0,
                ((50.0, 30.0), (35.0, 22.0), (34.8, 22.0), (34.5, 21.5)),
            ),
            LesionPlan(
                "node",
                "target",
                "lymph-node",
                "primary",
                "mri",
                (33.0, 49.0, 48.0),
                84.0,
                ((20.0, 16.0), (14.5, 11.2), (14.5, 11.2), (14.0, 11.2)),
                nodal=True,
            ),
            LesionPlan(
                "liver-1",
                "target",
                "liver",
                "distant",
                "ct",
                (-98.0, 4.0, 290.0),
                35.0,
                ((30.0, 25.0), (29.0, 24.0), (31.0, 26.0), (34.5, 29.0)),
            ),
            LesionPlan(
                "liver-2",
                "target",
                "liver",
                "distant",
                "ct",
                (-94.0, -32.0, 246.0),
                -25.0,
                ((22.0, 18.0), (21.5, 18.0), (23.0, 19.0), (26.0, 21.5)),
            ),
            LesionPlan(
                "lung-nodule",
                "non-target",
                "lung-left",
                "distant",
                "ct",
                (88.0, -14.0, 456.0),
                0.0,
                ((7.0, 6.5), (7.0, 6.5), (7.0, 6.5), (7.5, 7.0)),
            ),
        ),
        mri_tilt_degrees=(-6.0, 0.0, 0.0),
        effusion=True,
        artefact_visits=("month-3",),
    ),
)
