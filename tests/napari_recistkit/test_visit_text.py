"""What the panel and the title say, and what they do not say too early."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from napari_recistkit import panel_html
from napari_recistkit.panel_html import FindingLine
from napari_recistkit.visit_text import finding_lines, findings_html, title_text, visit_html
from recistkit.reading.panel import PanelLine
from recistkit.reading.session import ReadSession
from recistkit.study.charter import ShowResponse
from tests.reading.sessions import charter, complete_statements, line, open_session, sign

WORDS_OF_A_RESPONSE = ("PR", "SD", "PD", "CR", "NE", "overall", "-40", "30.0")
HIDDEN = "The response is shown when every lesion has its state and the statements are made."


@pytest.fixture
def sessions() -> Iterator[list[ReadSession]]:
    made: list[ReadSession] = []
    yield made
    for session in made:
        session.close()


def follow_up(
    folder: Path, sessions: list[ReadSession], show_response: ShowResponse
) -> ReadSession:
    """Return a session at the follow-up of one target of 50 mm, measured again as 30 mm."""
    session = open_session(folder, charter(show_response=show_response))
    sessions.append(session)
    session.add_lesion("target", longest=line(50), short=line(30, upright=True))
    session.set_organ("liver")
    session.add_lesion("non-target", position_mm=(1.0, 2.0, 3.0))
    session.set_organ("lung")
    complete_statements(session)
    sign(session)
    session.go_to_visit("month-2")
    session.go_to_lesion("T1")
    session.measure(line(30), line(20, upright=True))
    return session


def said(session: ReadSession) -> str:
    """Return everything that is shown of the visit besides the table."""
    title = title_text(session, "baseline", "baseline", None)
    return f"{title} {visit_html(session)} {findings_html(session)} {session.summary()}"


def finish(session: ReadSession) -> None:
    session.go_to_lesion("NT1")
    session.set_state("present")
    complete_statements(session)


def test_the_response_waits_for_every_state_and_both_statements(
    tmp_path: Path, sessions: list[ReadSession]
) -> None:
    session = follow_up(tmp_path, sessions, "after-measurement")
    shows = []
    steps: list[Callable[[], object]] = [
        lambda: session.go_to_lesion("NT1"),
        lambda: session.set_state("present"),
        lambda: session.state_new_lesions("none"),
        lambda: session.state_visit(coverage="complete", image_quality="adequate"),
        session.undo,
        session.redo,
    ]
    for step in steps:
        step()
        shows.append("<b>PR</b>" in visit_html(session))
        if not shows[-1]:
            panel = visit_html(session)
            assert HIDDEN in panel
            assert not any(word in panel for word in WORDS_OF_A_RESPONSE)
            assert "overall" not in session.summary()
    assert shows == [False, False, False, True, False, True]


def test_always_shows_it_from_the_start(tmp_path: Path, sessions: list[ReadSession]) -> None:
    session = follow_up(tmp_path, sessions, "always")
    assert "overall" in visit_html(session)
    assert "30" in visit_html(session)


def test_never_shows_it_not_even_signed(tmp_path: Path, sessions: list[ReadSession]) -> None:
    session = follow_up(tmp_path, sessions, "never")
    steps: list[Callable[[], object]] = [lambda: finish(session), lambda: sign(session)]
    for step in steps:
        step()
        text = said(session)
        assert "In this study the reader does not see the response." in text
        assert not any(word in text for word in ("PR", "overall", "-40"))


def test_what_is_still_to_be_stated_is_said_in_bold(
    tmp_path: Path, sessions: list[ReadSession]
) -> None:
    session = follow_up(tmp_path, sessions, "after-measurement")
    assert visit_html(session).count("<b>still to say</b>") == 3
    complete_statements(session)
    assert "still to say" not in visit_html(session)


def test_a_new_lesion_is_its_own_statement(tmp_path: Path, sessions: list[ReadSession]) -> None:
    session = follow_up(tmp_path, sessions, "after-measurement")
    session.add_lesion("new", position_mm=(1.0, 2.0, 3.0), certainty="unequivocal")
    assert "<td>N1</td>" in visit_html(session)


def test_findings_that_say_the_same_stand_once_newest_visit_and_open_ones_first(
    tmp_path: Path, sessions: list[ReadSession]
) -> None:
    session = open_session(tmp_path)
    sessions.append(session)
    for organ in ("liver", "spleen", "kidney"):
        session.add_lesion("target", longest=line(8), short=line(5, upright=True))
        session.set_organ(organ)
    (message,) = {finding.message for finding in session.open_findings()}
    assert finding_lines(session) == (FindingLine("baseline: T1, T2, T3", message, is_open=True),)
    session.acknowledge(session.open_findings()[0], "typical")
    assert finding_lines(session) == (
        FindingLine("baseline: T2, T3", message, is_open=True),
        FindingLine("baseline: T1", message, is_open=False),
    )


def test_the_title_says_what_is_read(tmp_path: Path, sessions: list[ReadSession]) -> None:
    session = follow_up(tmp_path, sessions, "after-measurement")
    criteria = session.charter.criteria.reference
    assert title_text(session, "baseline", "nadir", "new") == (
        f"RK-001, reader A · month-2 · beside baseline (nadir) · drag: new · {criteria}"
    )
    session.go_to_visit("baseline")
    assert title_text(session, None, "nadir", None) == (
        f"RK-001, reader A · baseline, signed · {criteria}"
    )


def test_outside_words_are_shown_as_they_are() -> None:
    evil = "<b>&x"
    panel_line = PanelLine(
        compartment=evil,
        sum="10.0 mm",
        from_baseline="",
        from_nadir="",
        response="NON-CR/NON-PD",
        reason=evil,
        flags=evil,
    )
    html = panel_html.visit_html([("coverage", evil)], [panel_line], evil)
    html += panel_html.findings_html([FindingLine(evil, evil, is_open=True)])
    assert evil not in html
    assert html.count("&lt;b&gt;&amp;x") == 7
