"""A study in real windows: two readers read blind, they differ, an adjudicator decides."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Final

import polars as pl
import pytest
from qtpy.QtCore import Qt

from napari_recistkit.lesion_layer import COLOURS
from recistkit.cli import main
from recistkit.model.series import Vector
from tests.napari_recistkit.pictures import shows
from tests.napari_recistkit.reader import Reader
from tests.napari_recistkit.seats import seat
from tests.napari_recistkit.small_study import axes_of
from tests.napari_recistkit.two_reads import SUBJECTS, begin_study
from tests.study.small_trial import acting_as, verified

pytestmark = pytest.mark.e2e

TARGETS: Final[dict[str, dict[str, str]]] = {
    "S1": {"T1": "liv", "T2": "lun"},
    "S2": {"T1": "liv"},
}
"""The targets of each subject, and what is typed of their organs."""

Sizes = dict[str, list[str]]
"""By subject: what a reader's targets measure at the follow-up, in mm."""


def long_axis(lesion: str, share: float) -> tuple[Vector, Vector]:
    ruler = axes_of(lesion, share)[0]
    return ruler.start_mm, ruler.end_mm


def sign(reader: Reader) -> None:
    """State that all is well, and sign."""
    reader.press(",")
    reader.press("Ctrl+Return")
    reader.press("Return")
    assert reader.session.locked


def read_case(reader: Reader, share: float) -> list[str]:
    """Read baseline and follow-up, where lesions have a share of it; return their sizes there."""
    targets = TARGETS[reader.session.subject]
    reader.press("T")
    for lesion, letters in targets.items():
        reader.draw(long_axis(lesion, 1.0))
        reader.type(letters)
        reader.press("Return")
    sign(reader)
    reader.press("]")
    for lesion in targets:
        reader.draw(long_axis(lesion, share))
    reader.press(".")
    sign(reader)
    return [str(row.present) for row in reader.session.rows()]


def states(reader: Reader) -> dict[str, str]:
    return {case.subject: case.state for case in reader.room.cases}


def read_both(trial: Path, name: str, shares: tuple[float, float]) -> Sizes:
    """Read both subjects as somebody who gets to know of nobody else's read."""
    sizes: Sizes = {}
    with acting_as(name), seat(trial, name) as reader:
        assert states(reader) == dict.fromkeys(SUBJECTS, "not started")
        for subject, share in zip(SUBJECTS, shares, strict=True):
            reader.press("Return" if subject == "S1" else "F3")
            reader.wait_for_scans()
            assert (reader.session.subject, reader.room.present.rulers) == (subject, ())
            sizes[subject] = read_case(reader, share)
            if subject == "S1":
                reader.shoot(f"study-{name}-signed")
        reader.press("F2")
        assert states(reader) == dict.fromkeys(SUBJECTS, "signed")
    return sizes


def try_reader_keys(judge: Reader) -> None:
    """Press what changes a read, and drag: nothing of it does anything."""
    before, rulers = judge.session.reads, judge.room.present.rulers
    for keys in ("T", "X", "Delete", "Ctrl+Z", "Ctrl+Return", "."):
        judge.press(keys)
        assert said(judge) == "this key is for a reader; in an adjudication no read is changed"
    judge.draw(long_axis("T1", 1.0))
    assert judge.session.reads is before
    assert judge.room.present.rulers == rulers
    assert not any(ruler.pullable for ruler in rulers)


def said(judge: Reader) -> str:
    return judge.room._pages.adjudication.line.whole_text


def decide(judge: Reader, choice: str, reason: str) -> None:
    """Choose by a key, say why, look at the summary, and sign."""
    judge.press(f"Shift+{choice}")
    judge.press("Return")  # without a reason it goes nowhere
    assert judge.room._situation == "question"
    judge.type(reason)
    judge.press("Return")
    assert judge.session.decision == ""
    judge.shoot("adjudication-summary")
    judge.press("Return")
    assert judge.session.decision == choice


def adjudicate(trial: Path, of_a: Sizes, of_b: Sizes) -> None:
    """Decide S1 for the reader who halved the lesions, whichever letter stands for that read."""
    with acting_as("J"), seat(trial, "J") as judge:
        assert states(judge) == {"S1": "to adjudicate", "S2": "agreed"}
        judge.shoot("adjudication-cases")
        judge.press("Return")
        judge.wait_for_scans()
        page = judge.room._pages.adjudication
        assert page.isVisible()
        assert (judge.session.visit, judge.session.lesion) == ("week-8", "T1/T1")
        letter = "A" if page.values.rows[0][2] == "PR" else "B"
        in_order = ("PR", "SD") if letter == "A" else ("SD", "PR")
        assert page.values.rows[0][1:5] == ("best response", *in_order, "measurement")
        seen = list(zip(of_a["S1"], of_b["S1"], strict=True))
        shown = [pair if letter == "A" else pair[::-1] for pair in seen]
        assert [row[1:3] for row in page.pairs.rows] == [(f"{a} mm", f"{b} mm") for a, b in shown]
        labels = {one.label for one in judge.room.present.rulers}
        assert labels >= {f"A: T1 {shown[0][0]} mm", f"B: T1 {shown[0][1]} mm"}
        picture = judge.shoot("adjudication-open")
        assert all(shows(picture, COLOURS[one], (0, 100, 630, 400)) for one in ("read-a", "read-b"))
        try_reader_keys(judge)
        decide(judge, letter, "edge of T1")
        assert said(judge) == f"S1: {letter} is on record"
        judge.shoot("adjudication-decided")
        judge.press("F2")
        assert states(judge) == {"S1": "decided", "S2": "agreed"}
        table = judge.room._pages.cases.table.model()
        cells = [table.index(row, 3).data() for row in range(table.rowCount())]
        header = table.headerData(3, Qt.Orientation.Horizontal)
        assert (header, cells) == ("accepted", [letter, ""])
        words = [cell for row in (*page.values.rows, *page.pairs.rows) for cell in row]
        assert not [word for word in words if "anna" in word or "bert" in word]


def on_record(trial: Path, folder: Path, sizes: dict[str, Sizes], status: str) -> None:
    """Tables, status and audit trail say what the windows showed."""
    found = pl.read_csv(io.StringIO(status)).filter(role="adjudicator")
    assert found.select("subject", "state").rows() == [("S1", "decided"), ("S2", "open")]
    reconciled = pl.read_csv(folder / "results" / "reconciled.csv")
    first = reconciled.row(0, named=True)
    assert (first["subject"], first["variable"]) == ("S1", "best_response")
    assert (first["value_1"], first["value_2"], first["cause"]) == ("PR", "SD", "measurement")
    assert (first["status"], first["accepted_reader"]) == ("adjudicated", "A")
    reads = pl.read_csv(folder / "export" / "reads.csv", infer_schema=False)
    for reader, of_reader in sizes.items():
        for subject, lengths in of_reader.items():
            rows = reads.filter(reader=reader, subject=subject, timepoint="week-8")
            assert rows.sort("lesion")["longest_mm"].to_list() == lengths
    audit = pl.read_csv(folder / "export" / "audit.csv", infer_schema=False)
    signed = audit.filter(action="SIGN").group_by("login").len().sort("login")
    assert signed.rows() == [("anna", 4), ("bert", 4)]
    (decision,) = audit.filter(action="ADJUDICATE").iter_rows(named=True)
    assert (decision["login"], decision["role"]) == ("judy", "adjudicator")
    assert decision["reason"] == "edge of T1"
    assert 'accepted_reader="A"' in decision["what"]
    assert verified(trial) == ()


def test_two_blind_reads_a_decision_and_what_stands_on_record(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    trial = begin_study(tmp_path)
    sizes = {
        "A": read_both(trial, "A", (0.5, 0.9)),
        "B": read_both(trial, "B", (0.9, 0.9)),
    }
    adjudicate(trial, sizes["A"], sizes["B"])
    with acting_as("M"):
        results, export = str(tmp_path / "results"), str(tmp_path / "export")
        assert main(["reconcile", str(trial), "--readers", "A,B", "--output", results]) == 0
        assert main(["study", "export", str(trial), "--output", export]) == 0
        capfd.readouterr()
        assert main(["study", "status", str(trial)]) == 0
    on_record(trial, tmp_path, sizes, capfd.readouterr().out)
