"""What the panel says of a visit: statements, responses if they are shown, findings; no Qt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from napari_recistkit import panel_html
from napari_recistkit.panel_html import FindingLine
from recistkit.reading.commands_statements import first_sightings
from recistkit.reading.panel import PanelLine, panel_lines

if TYPE_CHECKING:
    from recistkit.model.finding import Finding
    from recistkit.reading.session import ReadSession

__all__ = ["finding_lines", "findings_html", "ordered_findings", "title_text", "visit_html"]

_HIDDEN: Final = {
    "after-measurement": "The response is shown when every lesion has its state and the "
    "statements are made.",
    "always": "",
    "never": "In this study the reader does not see the response.",
}
_STATED: Final = {"coverage": "coverage", "image_quality": "quality"}


def visit_html(session: ReadSession) -> str:
    """Return statement, sums and responses of the current visit."""
    visit = session.visit
    if visit is None:
        return panel_html.visit_html((), (), "this case has no visit that can be read")
    evaluation = session.shown_evaluation()
    lines: tuple[PanelLine, ...] = ()
    note = _HIDDEN[session.charter.show_response]
    if evaluation is not None:
        note = "; ".join(evaluation.faults)
        if evaluation.responses is not None:
            lines = panel_lines(evaluation.responses, visit, session.charter.criteria)
    return panel_html.visit_html(_statement(session, visit), lines, note)


def findings_html(session: ReadSession) -> str:
    """Return the findings of the read, and what its scans and it have otherwise."""
    found = finding_lines(session) if session.visit is not None else ()
    notices = [FindingLine("", notice, is_open=True) for notice in session.notices]
    return panel_html.findings_html([*found, *notices])


def title_text(session: ReadSession, beside: str | None, comparison: str, armed: str | None) -> str:
    """Return what is read: subject, reader, visit, what stands beside it, what a drag draws."""
    locked = ", signed" if session.locked else ""
    said = [f"{session.subject}, reader {session.reader}", f"{session.visit}{locked}"]
    said += [f"beside {beside} ({comparison})"] if beside else []
    said += [f"drag: {armed}"] if armed else []
    return " · ".join([*said, session.charter.criteria.reference])


def ordered_findings(session: ReadSession) -> list[tuple[Finding, str | None]]:
    """Return the findings with the reasons why they stay, the newest visit first."""
    age = {label: -number for number, label in enumerate(session.draft.order)}
    return sorted(session.findings(), key=lambda item: age.get(item[0].timepoint, 0))


def finding_lines(session: ReadSession) -> tuple[FindingLine, ...]:
    """Return one line for all findings that say the same: open ones first, newest visit first."""
    alike: dict[tuple[bool, str], list[Finding]] = {}
    for finding, reason in ordered_findings(session):
        alike.setdefault((reason is None, finding.message), []).append(finding)
    return tuple(
        FindingLine(_where(found), message, is_open=is_open)
        for (is_open, message), found in sorted(alike.items(), key=lambda item: not item[0][0])
    )


def _where(found: Sequence[Finding]) -> str:
    """Return visits and lesions, such as ``month-2: T1, T2``."""
    visits: dict[str, list[str]] = {}
    for finding in found:
        lesions = visits.setdefault(finding.timepoint, [])
        lesions += [finding.lesion] if finding.lesion else []
    said = [": ".join(filter(None, (visit, ", ".join(names)))) for visit, names in visits.items()]
    return "; ".join(said)


def _statement(session: ReadSession, visit: str) -> list[tuple[str, str]]:
    """Return what is stated of a visit, and in what words; empty words are open."""
    stated = session.draft.timepoints[visit]
    said = [(text, getattr(stated, name) or "") for name, text in _STATED.items()]
    if visit != session.baseline:
        said.insert(0, ("new lesions", _new_lesions(session, visit)))
    if stated.tumour_marker:
        said.append(("tumour marker", stated.tumour_marker))
    return said


def _new_lesions(session: ReadSession, visit: str) -> str:
    """Return what is stated; where lesions are recorded as new, they say it themselves."""
    stated = session.draft.timepoints[visit].new_lesions
    first, _ = first_sightings(session.draft, visit)
    return stated or ", ".join(first)
