"""Cases of a folder: visits in order of their scans, what is wrong, and how far a reader is."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import shutil
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import pytest

from recistkit.errors import JournalError, OptionError, ScanError
from recistkit.exchange.read_document import load_read_document, save_read_document
from recistkit.reading.case_state import with_states
from recistkit.reading.cases import Case, find_cases, require_cases, with_state
from recistkit.reading.opening import open_session
from recistkit.reading.paths import fit_for_file_name, journal_path
from recistkit.reading.session import ReadSession
from recistkit.store.journal import Journal
from recistkit.study.example_study import example_folder
from recistkit.study.settings import load_settings
from tests.reading.folders import DATES, write_case, write_scan, write_small_folder
from tests.reading.sessions import charter, complete_visit

OPENED: Final[list[str]] = []
WATCHING: Final[list[bool]] = []


def _note(event: str, arguments: tuple[Any, ...]) -> None:
    if WATCHING and event in {"open", "sqlite3.connect"}:
        OPENED.append(str(arguments[0]))


sys.addaudithook(_note)


def only(folder: Path, reader: str = "A") -> Case:
    (case,) = find_cases(folder, reader)
    return case


def opened(folder: Path, case: Case, reader: str = "A") -> ReadSession:
    return ReadSession.open(
        Journal.open(journal_path(folder, reader), reader),
        charter(),
        subject=case.subject,
        visits=case.facts,
        reads_folder=folder / "reads",
    )


def test_subjects_come_by_name_and_visits_by_their_scan_dates(tmp_path: Path) -> None:
    cases = find_cases(write_small_folder(tmp_path), "A")
    assert [case.subject for case in cases] == ["S1", "S2"]
    assert [visit.label for visit in cases[0].visits] == ["baseline", "week-8", "week-16"]
    assert [case.state for case in cases] == ["not started", "not started"]
    assert all(case.can_be_read and not case.notes for case in cases)


def test_a_visit_has_its_series_and_the_span_of_their_dates(tmp_path: Path) -> None:
    write_scan(tmp_path / "S1" / "baseline", "1.2.1", "2011-01-05", "late")
    write_scan(tmp_path / "S1" / "baseline" / "deeper", "1.2.2", "2011-01-03", "early")
    (facts,) = only(tmp_path).facts
    assert (facts.label, facts.date_first, facts.date_last) == (
        "baseline",
        dt.date(2011, 1, 3),
        dt.date(2011, 1, 5),
    )
    assert facts.series_dates == {"1.2.1": facts.date_last, "1.2.2": facts.date_first}


def test_two_visits_of_the_same_day_are_a_fault_before_anything_is_read(tmp_path: Path) -> None:
    write_case(tmp_path, "S1", {"b": "2011-03-07", "a": "2011-03-07"})
    case = only(tmp_path)
    assert [visit.label for visit in case.visits] == ["a", "b"]
    fault = "a and b: scans of the same day, 2011-03-07; put them into the folder of one visit"
    assert (case.faults, case.notes) == ((fault,), ())


def test_visits_whose_dates_overlap_are_noted(tmp_path: Path) -> None:
    write_case(tmp_path, "S1", {"a": "2011-03-07", "b": "2011-03-08"})
    write_scan(tmp_path / "S1" / "a", "1.2.9", "2011-03-09", "late")
    case = only(tmp_path)
    assert case.notes == ("a and b: their scan dates overlap",)
    assert case.can_be_read


def test_folders_that_hold_no_scans_are_no_cases(tmp_path: Path) -> None:
    write_case(tmp_path, "S1", {"baseline": "2011-01-03"})
    for other in ("reads", "readers", "protocol/versions", ".hidden/visit", "__cache__/visit"):
        (tmp_path / other).mkdir(parents=True)
    shutil.copytree(tmp_path / "S1", tmp_path / "reads" / "S9")
    assert [case.subject for case in find_cases(tmp_path, "A")] == ["S1"]


def test_a_visit_without_a_scan_date_is_left_out_and_the_others_are_read(tmp_path: Path) -> None:
    write_case(tmp_path, "S1", {"baseline": "2011-01-03", "week-8": None, "week-16": "2011-05-02"})
    case = only(tmp_path)
    assert (case.faults, case.unusable) == ((), ("week-8",))
    assert case.notes == ("week-8: no scan states its date, and it is left out",)
    assert [facts.label for facts in case.facts] == ["baseline", "week-16"]


def test_a_case_with_no_date_at_all_cannot_be_read_and_the_other_cases_can(
    tmp_path: Path,
) -> None:
    write_case(tmp_path, "S1", {"baseline": None, "week-8": None})
    write_case(tmp_path, "S2", {"baseline": "2011-01-03"})
    undated, sound = find_cases(tmp_path, "A")
    assert undated.faults == (
        "baseline: no scan states its date",
        "week-8: no scan states its date",
    )
    assert undated.notes == ()
    assert sound.can_be_read


def test_a_scan_that_is_refused_is_noted_with_its_reason_and_without_its_file(
    tmp_path: Path,
) -> None:
    write_case(tmp_path, "S1", {"baseline": "2011-01-03"})
    (tmp_path / "S1" / "baseline" / "DOE_JOHN.nii.gz").write_bytes(b"no image")
    case = only(tmp_path)
    (visit,) = case.visits
    assert [found.uid for found in visit.series] == ["1.2.1"]
    (refused,) = visit.refused
    assert refused.startswith("a scan of 1 file: cannot be understood as NIfTI")
    assert case.notes == (f"baseline: {refused}",)
    assert case.can_be_read


def test_a_case_of_unreadable_scans_only_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "S1" / "baseline").mkdir(parents=True)
    (tmp_path / "S1" / "baseline" / "ct.nii.gz").write_bytes(b"no image")
    case = only(tmp_path)
    assert case.faults == ("baseline: no scan states its date",)


def test_what_is_odd_is_noted_and_the_case_can_be_read(tmp_path: Path) -> None:
    write_case(tmp_path, "S1", {"baseline": "2011-01-03"})
    write_scan(tmp_path / "S1" / "baseline", "1.2.8", None, "undated")
    (tmp_path / "S1" / "week-8").mkdir()
    case = only(tmp_path)
    assert case.notes == ("week-8: holds no scans", "baseline: MR of 1 file: states no date")
    assert case.can_be_read


def test_scans_beside_the_visits_are_a_fault(tmp_path: Path) -> None:
    write_case(tmp_path, "S1", {"baseline": "2011-01-03"})
    write_scan(tmp_path / "S1", "1.2.9", "2011-02-03")
    fault = "scans lie beside the folders of the visits; each belongs into one of them"
    assert only(tmp_path).faults == (fault,)


def test_a_subject_whose_name_fits_no_file_is_a_fault(tmp_path: Path) -> None:
    write_case(tmp_path, "S1_reader-B", {"baseline": "2011-01-03"})
    (fault,) = only(tmp_path).faults
    assert fault == "the name of this subject cannot be part of a file name on every system"


def test_progress_counts_the_visits(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    find_cases(
        write_small_folder(tmp_path),
        "A",
        on_progress=lambda done, total: seen.append((done, total)),
    )
    assert seen == [(number, 6) for number in range(1, 7)]


class Stopped(Exception):  # noqa: N818  it is no error
    """What ends a search from outside."""


def test_a_search_can_be_ended_before_every_file(tmp_path: Path) -> None:
    write_small_folder(tmp_path)
    (tmp_path / "S1" / "notes.txt").write_text("", encoding="utf-8")
    calls: list[None] = []
    cases = find_cases(tmp_path, "A", on_file=lambda: calls.append(None))
    count = len(calls)
    assert [case.subject for case in cases] == ["S1", "S2"]
    assert count > sum(1 for path in tmp_path.rglob("*"))
    for last in range(1, count + 1):
        left = itertools.count(1)

        def stop(left: itertools.count[int] = left, last: int = last) -> None:
            if next(left) == last:
                raise Stopped

        with pytest.raises(Stopped):
            find_cases(tmp_path, "A", on_file=stop)
        assert next(left) == last + 1


@pytest.mark.parametrize(
    "reader", ["A/B", "..", "a:b", "A_reader-B", "CON", "nul.txt", "A.", "", "=A"]
)
def test_a_reader_whose_name_fits_no_file_is_refused(reader: str, tmp_path: Path) -> None:
    with pytest.raises(OptionError, match=r"^(this|the name of this) reader"):
        find_cases(tmp_path, reader)


def test_a_name_may_have_letters_of_any_language_and_spaces_but_not_be_endless() -> None:
    assert fit_for_file_name("Jürgen B 2", of="reader") == "Jürgen B 2"
    with pytest.raises(
        OptionError, match=r"^the name of this reader is longer than 64 characters$"
    ):
        fit_for_file_name("x" * 65, of="reader")


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ScanError, match=r"^nowhere: there is no such folder$"):
        find_cases(tmp_path / "nowhere", "A")


def test_a_folder_without_cases_is_refused_where_one_is_needed(tmp_path: Path) -> None:
    (tmp_path / "S1" / "baseline").mkdir(parents=True)
    assert find_cases(tmp_path, "A") == ()
    with pytest.raises(ScanError, match=r"holds no cases: expected scans in <subject>/<visit>/$"):
        require_cases(tmp_path)
    write_case(tmp_path, "S1", {"baseline": "2011-01-03"})
    require_cases(tmp_path)


def test_the_state_is_that_of_the_document_where_there_is_no_journal() -> None:
    cases = find_cases(example_folder(), "B")
    assert [case.state for case in cases] == ["signed"] * 4
    assert cases[0].signed == ("baseline", "month-2", "month-3", "month-5")


def test_a_document_of_fewer_visits_than_there_are_now_is_a_draft(tmp_path: Path) -> None:
    read = load_read_document(example_folder() / "reads" / "RK-001_reader-A.json")
    dates = {item.label: item.date_first.isoformat() for item in read.timepoints}
    write_case(tmp_path, "RK-001", dates | {"month-8": "2011-09-14"})
    shutil.copytree(example_folder() / "reads", tmp_path / "reads")
    case = only(tmp_path)
    assert (case.state, case.signed) == ("draft", ("baseline", "month-2", "month-3", "month-5"))


def test_a_document_with_faults_keeps_its_case_from_being_read(tmp_path: Path) -> None:
    write_small_folder(tmp_path)
    (tmp_path / "reads").mkdir()
    path = tmp_path / "reads" / "S1_reader-A.json"
    path.write_text("{", encoding="utf-8")
    case, sound = find_cases(tmp_path, "A")
    assert case.faults[0].startswith("S1_reader-A.json: 1 fault")
    assert with_state(tmp_path, "A", case) == case
    assert sound.can_be_read
    shutil.copy(example_folder() / "reads" / "RK-001_reader-A.json", path)
    (fault,) = find_cases(tmp_path, "A")[0].faults
    assert fault == "S1_reader-A.json: is the document of another subject or reader"


def test_the_state_follows_the_journal_from_opening_to_the_last_signature(tmp_path: Path) -> None:
    write_case(tmp_path, "RK-001", DATES)
    case = only(tmp_path)
    session = opened(tmp_path, case)
    states = [with_state(tmp_path, "A", case)]
    for visit in ("baseline", "week-8", "week-16"):
        session.go_to_visit(visit)
        complete_visit(session)
        session.sign("Reader A", "read")
        states.append(with_state(tmp_path, "A", case))
    session.amend("measured again")
    states.append(with_state(tmp_path, "A", case))
    assert [(one.state, len(one.signed)) for one in states] == [
        ("not started", 0),
        ("draft", 1),
        ("draft", 2),
        ("signed", 3),
        ("draft", 2),
    ]
    assert find_cases(tmp_path, "A")[0] == states[-1]
    assert find_cases(tmp_path, "B")[0].state == "not started"


def test_folders_of_the_room_are_no_subjects_however_they_are_written(tmp_path: Path) -> None:
    write_case(tmp_path, "S1", DATES)
    for name in ("Reads", "READERS"):
        write_case(tmp_path, name, DATES)
    assert only(tmp_path).subject == "S1"


def test_a_started_read_is_a_draft(tmp_path: Path) -> None:
    write_case(tmp_path, "RK-001", DATES)
    opened(tmp_path, only(tmp_path)).state_visit(coverage="complete", image_quality="adequate")
    assert only(tmp_path).state == "draft"


def test_an_imported_draft_is_a_draft_before_and_after_it_is_opened(tmp_path: Path) -> None:
    shutil.copytree(example_folder() / "reads", tmp_path / "reads")
    path = tmp_path / "reads" / "RK-001_reader-A.json"
    read = load_read_document(path).model_copy(update={"state": "draft", "signature": None})
    save_read_document(read, path)
    dates = {item.label: item.date_first.isoformat() for item in read.timepoints}
    write_case(tmp_path, "RK-001", dates)
    settings = load_settings(example_folder())
    assert only(tmp_path).state == "draft"
    with closing(Journal.open(journal_path(tmp_path, "A"), "A")) as journal:
        open_session(tmp_path, only(tmp_path), journal, settings)
    assert only(tmp_path).state == "draft"


def test_a_signed_case_without_its_document_says_so_until_it_is_opened(tmp_path: Path) -> None:
    write_case(tmp_path, "RK-001", DATES)
    session = opened(tmp_path, only(tmp_path))
    complete_visit(session)
    session.sign("Reader A", "read")
    session.document.unlink()
    case = only(tmp_path)
    note = "its signed document is not there; opening the case writes it again"
    assert (case.state, case.notes) == ("draft", (note,))
    assert with_state(tmp_path, "A", case) == case
    opened(tmp_path, case)
    assert with_state(tmp_path, "A", case).notes == ()


def test_looking_at_the_cases_changes_no_journal_and_makes_none(tmp_path: Path) -> None:
    write_case(tmp_path, "RK-001", DATES)
    opened(tmp_path, only(tmp_path)).state_visit(coverage="complete")
    path = journal_path(tmp_path, "A")
    before = path.read_bytes()
    path.chmod(0o444)
    assert only(tmp_path).state == "draft"
    assert find_cases(tmp_path, "B")[0].state == "not started"
    assert (path.read_bytes(), [one.name for one in path.parent.iterdir()]) == (before, ["A.db"])


def test_a_file_that_a_crash_left_empty_is_no_journal_yet(tmp_path: Path) -> None:
    write_case(tmp_path, "RK-001", DATES)
    path = journal_path(tmp_path, "A")
    path.parent.mkdir()
    path.touch()
    assert only(tmp_path).state == "not started"


def test_the_list_parses_only_the_events_that_sign(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_small_folder(tmp_path)
    for case in find_cases(tmp_path, "A"):
        session = opened(tmp_path, case)
        complete_visit(session)
        session.sign("Reader A", "read")
        session.close()
    cases, parsed = find_cases(tmp_path, "A"), list[str]()
    monkeypatch.setattr("recistkit.store.journal.json.loads", watched(json.loads, parsed))
    assert [case.state for case in with_states(tmp_path, "A", cases)] == ["draft", "draft"]
    assert len(parsed) == 2


def watched(parse: Callable[[str], Any], parsed: list[str]) -> Callable[[str], Any]:
    """Return a function that keeps what it parses."""

    def parse_and_keep(text: str) -> Any:  # noqa: ANN401  JSON is anything
        parsed.append(text)
        return parse(text)

    return parse_and_keep


def test_a_journal_of_another_reader_is_refused(tmp_path: Path) -> None:
    write_small_folder(tmp_path)
    Journal.open(journal_path(tmp_path, "B"), "B").close()
    journal_path(tmp_path, "B").replace(journal_path(tmp_path, "A"))
    with pytest.raises(JournalError, match=r"^A\.db: is the journal of another reader$"):
        find_cases(tmp_path, "A")


def test_no_file_of_another_reader_is_opened(tmp_path: Path) -> None:
    write_small_folder(tmp_path)
    shutil.copytree(example_folder() / "reads", tmp_path / "reads")
    for subject in ("S1", "S2"):
        for reader in ("A", "B"):
            path = tmp_path / "reads" / f"{subject}_reader-{reader}.json"
            path.write_text("{", encoding="utf-8")
    for reader in ("A", "B"):
        Journal.open(journal_path(tmp_path, reader), reader).close()
    OPENED.clear()
    WATCHING.append(True)
    try:
        find_cases(tmp_path, "A")
    finally:
        WATCHING.clear()
    names = {Path(path).name for path in OPENED if Path(path).parent.name in {"reads", "readers"}}
    assert names == {"A.db", "S1_reader-A.json", "S2_reader-A.json"}
