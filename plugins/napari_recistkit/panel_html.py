"""The response panel as HTML; every outside word in it is escaped here. No Qt."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from recistkit.reading.panel import PanelLine

__all__ = ["FindingLine", "findings_html", "visit_html"]

_CELL: Final = "padding-right: 6px; white-space: nowrap"


class FindingLine(NamedTuple):
    """Something that the reader should look at: where, what, and whether it is still open."""

    where: str
    message: str
    is_open: bool


def visit_html(statement: Sequence[tuple[str, str]], lines: Sequence[PanelLine], note: str) -> str:
    """Return what is stated of a visit, and what it comes to.

    Parameters
    ----------
    statement : sequence of (str, str)
        What is stated of the visit, and in what words; empty words are open.
    lines : sequence of PanelLine
        None while the response is not shown.
    note : str
        Why nothing is shown, or what the visit still lacks.
    """
    stated = "".join(
        f"<tr><td style='{_CELL}'>{escape(what)}</td><td>{_stated(words)}</td></tr>"
        for what, words in statement
    )
    parts = [f"<table cellspacing='0'>{stated}</table>"]
    if lines:
        parts.append(_lines_html(lines))
    if note:
        parts.append(f"<p>{escape(note)}</p>")
    return "".join(parts)


def findings_html(findings: Sequence[FindingLine]) -> str:
    """Return what the reader should look at."""
    return "".join(map(_finding_html, findings))


def _stated(words: str) -> str:
    return escape(words) if words else "<b>still to say</b>"


def _finding_html(finding: FindingLine) -> str:
    sign = "⚠" if finding.is_open else "✓"
    where = f"<b>{escape(finding.where)}</b> " if finding.where else ""
    return (
        f"<p style='margin-top: 3px; margin-bottom: 0'>{sign} {where}{escape(finding.message)}</p>"
    )


def _lines_html(lines: Sequence[PanelLine]) -> str:
    unit = next((line.sum.partition(" ")[2] for line in lines if line.sum), "")
    words = ("", f"sum {unit}".strip(), "Δ base", "Δ nadir", "")
    head = "".join(f"<th align='right' style='{_CELL}'>{escape(word)}</th>" for word in words)
    return f"<table cellspacing='0'><tr>{head}</tr>{''.join(map(_line_html, lines))}</table>"


def _line_html(line: PanelLine) -> str:
    texts = (
        line.sum.partition(" ")[0],
        *(f"{text} %" if text else "" for text in (line.from_baseline, line.from_nadir)),
    )
    cells = "".join(f"<td align='right' style='{_CELL}'>{escape(text)}</td>" for text in texts)
    why = ", ".join(text for text in (line.reason, line.flags) if text)
    return (
        f"<tr><td>{escape(line.compartment)}</td>{cells}"
        f"<td align='right' style='{_CELL}'><b>{escape(line.response)}</b></td></tr>"
        f"<tr><td></td><td colspan='4'><i>{escape(why)}</i></td></tr>"
    )
