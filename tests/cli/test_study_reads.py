"""``recistkit study import``, ``sign`` and ``merge``: words and exit codes."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.study.small_trial import acting_as, begin_trial, read_all


@pytest.fixture
def trial(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return begin_trial(tmp_path)


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A copy of the trial in which A has read."""
    (tmp_path / "elsewhere").mkdir()
    copy = begin_trial(tmp_path / "elsewhere")
    read_all(copy, "A", 0.5)
    return copy


def test_documents_are_imported_once(run: Run, trial: Path, elsewhere: Path) -> None:
    documents = str(elsewhere / "readers" / "A")
    with acting_as("M"):
        ended = run("study", "import", "trial", documents)
        again = run("study", "import", "trial", documents)
        audit = run("study", "export", "trial", "--output", "exported")
    assert (ended.code, ended.err) == (0, "imported 2 reads\n")
    assert (again.code, again.err) == (0, "imported 0 reads; 2 reads imported before\n")
    assert audit.code == 0
    trail = (trial.parent / "exported" / "audit.csv").read_text(encoding="utf-8")
    assert (trail.count(",manager,IMPORT,"), trail.count(",SIGN,")) == (2, 0)
    for document in sorted((elsewhere / "readers" / "A").glob("*.json")):
        original = hashlib.sha256(document.read_bytes()).hexdigest()
        assert f'""original_sha256"": ""{original}""' in trail


@pytest.mark.usefixtures("trial")
def test_documents_with_faults_are_refused(run: Run, elsewhere: Path) -> None:
    (document,) = (elsewhere / "readers" / "A").glob("S1*.json")
    document.write_text("{}", encoding="utf-8")
    with acting_as("M"):
        ended = run("study", "import", "trial", str(document))
    assert ended.code == 1
    assert ended.err == (
        "documents: 1 fault\n"
        "  column 'S1_reader-A.json: schema_version': "
        "expected '1', the one schema that this version loads\n"
    )


SIGN = ("study", "sign", "trial", "--subject", "S1", "--reader", "A")
SUMMARY = """\
baseline, scan of 2011-01-03
T1 liver: measured 24.0 x 18.0 mm
T2 left lung: measured 24.0 x 18.0 mm
NT1 bone: present 24.0 x 18.0 mm
coverage: complete
image quality: adequate
criteria: recist-1.1 1 d2fd17d72025
"""


def test_a_visit_is_signed_from_a_shell_when_the_answer_is_yes(run: Run, trial: Path) -> None:
    read_all(trial, "A", 0.5, ("S1",), visits=1, sign=False)
    with acting_as("A"):
        for answer in ("", "n\n"):
            refused = run(*SIGN, stdin=answer)
            assert refused.code == 1
            assert refused.err.startswith(SUMMARY)
            assert refused.err.endswith("nothing was signed\n")
        ended = run(*SIGN, "--name", "Dr A", stdin="y\n")
        status = run("study", "status", "trial")
    assert ended.code == 0
    assert ended.err == (
        f"{SUMMARY}sign S1 baseline as Dr A, meaning read? [y/N]: "
        "S1 baseline is signed by Dr A: read\n"
    )
    assert "S1,A,reader,in-progress,1,3\n" in status.out
    with acting_as("M"):
        assert run("study", "verify", "trial").code == 0


def test_the_next_visit_is_signed_under_the_same_name_without_a_question(
    run: Run, trial: Path
) -> None:
    read_all(trial, "A", 0.5, ("S1",), visits=1)
    read_all(trial, "A", 0.5, ("S1",), since=1, visits=2, sign=False)
    with acting_as("A"):
        ended = run(*SIGN, "--yes")
    assert (ended.code, ended.err.splitlines()[-1]) == (0, "S1 week-8 is signed by Reader A: read")


def test_what_a_visit_lacks_is_said_as_in_the_room(run: Run, trial: Path) -> None:
    read_all(trial, "A", 0.5, ("S1",), visits=1)
    with acting_as("A"):
        ended = run(*SIGN, "--yes")
        later = run(*SIGN, "--yes", "--visit", "week-16")
        signed = run(*SIGN, "--yes", "--visit", "baseline")
        unknown = run(*SIGN, "--yes", "--visit", "week-9")
    assert ended.code == 1
    assert ended.err.splitlines() == [
        "week-8 cannot be signed yet:",
        "  week-8, T1: what is its state?",
        "  week-8, T2: what is its state?",
        "  week-8, NT1: what is its state?",
        "  week-8: are there new lesions?",
        "  week-8: is the coverage complete?",
        "  week-8: is the image quality adequate?",
    ]
    assert (later.code, signed.code, unknown.code) == (1, 1, 1)
    assert later.err == "week-16 is read after week-8 is signed\n"
    assert signed.err == "baseline is signed; only an amendment with a reason opens it\n"
    assert unknown.err == "there is no visit week-9\n"


def test_every_visit_may_be_signed_already(run: Run, trial: Path) -> None:
    read_all(trial, "A", 0.5, ("S1",))
    with acting_as("A"):
        ended = run(*SIGN)
    assert (ended.code, ended.err) == (1, "every visit of S1 is signed\n")


def test_a_signature_without_a_document_on_disk_is_still_one(run: Run, trial: Path) -> None:
    read_all(trial, "A", 0.5, ("S1",), visits=1, sign=False)
    (trial / "readers" / "A").write_text("no folder", encoding="utf-8")
    with acting_as("A"):
        ended = run(*SIGN, "--yes")
    assert ended.code == 0
    assert ended.err.endswith(
        "warning: S1_reader-A.json: cannot be written: File exists; "
        "the document is written when the case is opened again\n"
        "S1 baseline is signed by A: read\n"
    )


def test_nobody_signs_for_another_or_what_is_not_assigned(run: Run, trial: Path) -> None:
    read_all(trial, "A", 0.5, ("S1",), visits=1, sign=False)
    with acting_as("B"):
        other = run(*SIGN, "--yes")
    with acting_as("M"):
        manager = run(*SIGN, "--yes")
    with acting_as("A"):
        stranger = run(*SIGN[:3], "--subject", "S9", "--reader", "A", "--yes")
    assert (other.code, other.err) == (1, "the login bert may not read as A\n")
    assert (manager.code, manager.err) == (1, "the login mona may not read as A\n")
    assert (stranger.code, stranger.err) == (2, "Error: S9 is not assigned to A\n")


def test_a_file_from_elsewhere_is_merged(run: Run, trial: Path, elsewhere: Path) -> None:
    with acting_as("M"):
        ended = run("study", "merge", "trial", str(elsewhere / "readers" / "A.db"))
        refused = run("study", "merge", str(elsewhere), str(trial / "readers" / "A.db"), "C.db")
        verified = run("study", "verify", "trial")
    assert (ended.code, ended.err) == (0, "reader A: 6 new records of 2 subjects\n")
    assert (refused.code, refused.err) == (
        1,
        "nothing was merged:\n  C.db: expected a file named by a reader of the charter, as A.db\n",
    )
    assert verified.code == 0
