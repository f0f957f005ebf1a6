"""What an adjudication says: rows of its two tables, and both reads' responses as HTML; no Qt."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, Final

from napari_recistkit.compared_marks import KINDS
from napari_recistkit.lesion_layer import COLOURS
from napari_recistkit.said import marks_said
from recistkit.reading.compared_reads import SIDES, Side
from recistkit.reading.panel import PanelLine, panel_lines

if TYPE_CHECKING:
    from recistkit.model.mark import Mark
    from recistkit.reading.adjudication import AdjudicationSession
    from recistkit.reading.compared_reads import ComparedValue, LesionPair

__all__ = [
    "PAIR_HEADERS",
    "VALUE_HEADERS",
    "legend_html",
    "pair_cells",
    "responses_html",
    "value_cells",
    "what_said",
]

VALUE_HEADERS: Final = ("compartment", "where they differ", "A", "B", "cause", "what")
PAIR_HEADERS: Final = ("A/B", "A", "B", "organ", "kind", "")

_CELL: Final = "padding-right: 8px; white-space: nowrap"
_DRAWN: Final[dict[Side, str]] = {"A": "broad", "B": "narrow, on top"}


def value_cells(value: ComparedValue) -> tuple[str, ...]:
    """Return the cells of a compared value; see `VALUE_HEADERS`."""
    return (
        value.compartment,
        value.variable.replace("_", " "),
        value.a or "none",
        value.b or "none",
        value.cause if value.differs else "agreed",
        what_said(value),
    )


def what_said(value: ComparedValue) -> str:
    """Return what a difference comes from, and at which visit; empty where the reads agree."""
    return ": ".join(word for word in (value.visit, value.text) if word)


def pair_cells(session: AdjudicationSession, pair: LesionPair) -> tuple[str, ...]:
    """Return the cells of a pair of lesions at the current visit; see `PAIR_HEADERS`."""
    visit = session.visit or ""
    marks = [session.reads.marks_of(pair, side, visit) for side in SIDES]
    kinds = (lesion.role for side in SIDES if (lesion := pair.of(side)) is not None)
    kind = " / ".join(dict.fromkeys(kinds))
    return (pair.name, *_sides(pair, marks), pair.organ, kind, _note(pair, marks))


def _sides(pair: LesionPair, marks: Sequence[tuple[Mark, ...]]) -> list[str]:
    """Return what each read says of a pair."""
    said = []
    for side, found in zip(SIDES, marks, strict=True):
        lesion = pair.of(side)
        if lesion is None:
            said.append("no such lesion")
        else:
            said.append(marks_said(found).removeprefix("measured ") if found else "not stated")
    return said


def _note(pair: LesionPair, marks: Sequence[tuple[Mark, ...]]) -> str:
    """Return how two lesions belong together, and whether they stand on different scans."""
    scans = [{mark.image.series for mark in found if mark.image} for found in marks]
    said = [] if pair.distance_mm is None else [f"{pair.distance_mm:.1f} mm apart"]
    if all(scans) and not scans[0] & scans[1]:
        said.append("on different scans (R)")
    return ", ".join(said)


def legend_html() -> str:
    """Return which read is drawn how."""
    return " &nbsp; ".join(
        f"<b>{_coloured(side, f'{chr(0x2501) * 2} read {side}')}</b> ({_DRAWN[side]})"
        for side in SIDES
    )


def responses_html(session: AdjudicationSession) -> str:
    """Return sums and responses of both reads at every visit, per compartment."""
    lines = _lines(session)
    compartments = dict.fromkeys(name for name, _, _ in lines)
    before = f"<p>{escape(session.before)}</p>" if session.before else ""
    return before + "".join(_compartment_html(session, name, lines) for name in compartments)


_Lines = dict[tuple[str, str, Side], PanelLine]


def _lines(session: AdjudicationSession) -> _Lines:
    """Return what each read comes to, by compartment, visit and read."""
    found: _Lines = {}
    for side in SIDES:
        own = session.reads.responses.filter(reader=side)
        for visit in session.visits:
            for line in panel_lines(own, visit, session.criteria):
                found[line.compartment, visit, side] = line
    return found


def _compartment_html(session: AdjudicationSession, name: str, lines: _Lines) -> str:
    """Return the table of one compartment: two rows per visit, one per read."""
    words = (name, "", "sum", "Δ base", "Δ nadir", "")
    head = "".join(
        f"<th align='{'right' if place > 1 else 'left'}' style='{_CELL}'>{escape(word)}</th>"
        for place, word in enumerate(words)
    )
    rows = []
    for visit in session.visits:
        found = {side: lines.get((name, visit, side)) for side in SIDES}
        words_differ = len({line and line.response for line in found.values()}) > 1
        rows += [
            _line_html(
                visit if side == "A" else "",
                side,
                line,
                strong=words_differ,
                is_here=visit == session.visit,
            )
            for side, line in found.items()
        ]
    return f"<table cellspacing='0'><tr>{head}</tr>{''.join(rows)}</table>"


def _line_html(
    visit: str, side: Side, line: PanelLine | None, *, strong: bool, is_here: bool
) -> str:
    """Return one visit of one read; a response that the other does not have is in bold."""
    texts: tuple[str, ...] = ("", "", "", "")
    if line is not None:
        changes = (f"{text} %" if text else "" for text in (line.from_baseline, line.from_nadir))
        texts = (line.sum, *changes, line.response)
    cells = "".join(f"<td align='right' style='{_CELL}'>{escape(text)}</td>" for text in texts[:3])
    response = escape(texts[3])
    response = f"<b>{response}</b>" if strong else response
    where = escape(visit)
    return (
        f"<tr><td style='{_CELL}'>{f'<b>{where}</b>' if is_here else where}</td>"
        f"<td style='{_CELL}'>{_coloured(side, side)}</td>{cells}"
        f"<td align='right' style='{_CELL}'>{_coloured(side, response)}</td></tr>"
    )


def _coloured(side: Side, html: str) -> str:
    return f"<span style='color: {COLOURS[KINDS[side]]}'>{html}</span>"
