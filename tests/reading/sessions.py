"""Sessions for tests: a case of a few visits, and what a reader draws on it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Final

from recistkit.criteria import load
from recistkit.model.mark import Ruler
from recistkit.reading.evaluation import SideTables
from recistkit.reading.session import ReadSession
from recistkit.reading.visits import VisitFacts
from recistkit.store.journal import Journal
from recistkit.study.charter import Charter, ShowResponse

__all__ = [
    "SIGNED_AT",
    "SUBJECT",
    "charter",
    "complete_statements",
    "complete_visit",
    "facts",
    "line",
    "open_session",
    "read_baseline",
    "sign",
]

SUBJECT: Final = "RK-001"
SIGNED_AT: Final = dt.datetime(2011, 9, 1, 12, 0, tzinfo=dt.UTC)


def line(length_mm: float, *, at: float = 0.0, upright: bool = False) -> Ruler:
    """Return a ruler of a length (mm), lying or upright, `at` mm along the body."""
    half = length_mm / 2
    ends = ((0.0, -half, at), (0.0, half, at)) if upright else ((-half, 0.0, at), (half, 0.0, at))
    return Ruler(start_mm=ends[0], end_mm=ends[1])


def facts(labels: Sequence[str] = ("baseline", "month-2", "month-4")) -> tuple[VisitFacts, ...]:
    """Return visits two months apart."""
    first = dt.date(2011, 1, 10)
    days = [first + dt.timedelta(days=60 * number) for number in range(len(labels))]
    return tuple(
        VisitFacts(label=label, date_first=day, date_last=day)
        for label, day in zip(labels, days, strict=True)
    )


def charter(
    criteria: str = "recist-1.1",
    *,
    compartments: Sequence[str] = (),
    show_response: ShowResponse = "after-measurement",
) -> Charter:
    """Return the charter of the study RK."""
    return Charter(
        study="RK",
        criteria=load(criteria),
        resolution_mm=Decimal("0.1"),
        compartments=tuple(compartments),
        show_response=show_response,
    )


def open_session(
    folder: Path,
    rules: Charter | None = None,
    *,
    visits: Sequence[VisitFacts] | None = None,
    side: SideTables | None = None,
    journal: Journal | None = None,
) -> ReadSession:
    """Open the case in a folder, as reader A, where it was left."""
    return ReadSession.open(
        journal or Journal.open(folder / "readers" / "A.db", "A"),
        rules or charter(),
        subject=SUBJECT,
        visits=facts() if visits is None else visits,
        reads_folder=folder / "reads",
        side=side or SideTables(),
        clock=lambda: SIGNED_AT,
    )


def complete_statements(session: ReadSession) -> None:
    """State that the visit is complete, adequate, and after the baseline without new lesions."""
    session.state_visit(coverage="complete", image_quality="adequate")
    if "new-lesions" in {item.what for item in session.missing()}:
        session.state_new_lesions("none")


def read_baseline(session: ReadSession) -> None:
    """Read a target in the liver (50 x 30 mm), a node (30 x 20 mm) and a non-target."""
    session.add_lesion("target", longest=line(50), short=line(30, upright=True))
    session.set_organ("liver")
    session.add_lesion("target", nodal=True, longest=line(30), short=line(20, upright=True))
    session.set_organ("mesorectal lymph node")
    session.add_lesion("non-target", position_mm=(1.0, 2.0, 3.0))
    session.set_organ("lung")
    complete_statements(session)


def sign(session: ReadSession) -> None:
    """Sign the visit."""
    session.sign("Reader A", "read")


def complete_visit(session: ReadSession) -> None:
    """Say everything that the visit still lacks."""
    while session.missing():
        item = session.missing()[0]
        if item.what == "lesion":
            session.add_lesion("target", longest=line(40), short=line(20, upright=True))
        elif item.lesion:
            session.go_to_lesion(item.lesion)
            _complete_lesion(session, item.what)
        else:
            complete_statements(session)


def _complete_lesion(session: ReadSession, what: str) -> None:
    """Say what the current lesion lacks."""
    lesion = session.draft.lesions[session.lesion or ""]
    if what == "organ":
        session.set_organ("liver")
    elif what == "compartment":
        session.set_compartment((session.charter.compartments or ("primary",))[0])
    elif what == "certainty":
        session.set_certainty("unequivocal")
    elif what == "fragment":
        session.add_fragment(line(12), line(11, upright=True))
    elif lesion.role == "target" and what != "state" and _fragments(session):
        for fragment in _fragments(session):
            session.measure(line(12), line(11, upright=True), fragment=fragment)
    elif lesion.role == "target":
        session.measure(line(30), line(20, upright=True))
    else:
        session.set_state("present")


def _fragments(session: ReadSession) -> list[str]:
    """Return the fragments of the current lesion at this visit."""
    marks = session.draft.marks_of(session.lesion or "", session.visit or "")
    return [mark.fragment for mark in marks if mark.fragment is not None]
