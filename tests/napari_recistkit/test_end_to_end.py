"""A reader at a real window: a baseline and a follow-up, signed, opened again, and classified."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from qtpy.QtTest import QTest

import recistkit
from napari_recistkit.launch import open_room
from napari_recistkit.sample import copy_example_study
from recistkit.reading.panel import panel_lines
from recistkit.study.classify import Classification
from recistkit.study.settings import load_settings
from tests.napari_recistkit.driving import settle
from tests.napari_recistkit.reader import Reader, truth

pytestmark = pytest.mark.e2e


@pytest.fixture
def study(tmp_path: Path) -> Path:
    return copy_example_study(tmp_path)


@pytest.fixture
def sit_down(make_napari_viewer: Callable[..., Any], study: Path) -> Iterator[Callable[[], Reader]]:
    """Open the window on the study; what was opened is closed at the end."""
    rooms = []

    def open_window() -> Reader:
        viewer = make_napari_viewer(show=True)
        viewer.window.resize(1280, 800)
        room = open_room(viewer, study, "A")
        rooms.append(room)
        settle(400)
        room.window().activateWindow()
        assert QTest.qWaitForWindowActive(room.window(), 3000)
        reader = Reader(room, viewer)
        reader.wait_for_cases()
        return reader

    yield open_window
    while rooms:
        rooms.pop().shut()
    settle(100)
    gc.collect()


def read_baseline(reader: Reader) -> None:
    """Read the baseline of RK-001: two liver targets, rectal mass, node, a lung nodule."""
    seen = truth("RK-001", "baseline")
    reader.press("T")
    for name, letters in (("liver-1", "liv"), ("liver-2", "liv")):
        reader.draw(seen[name].long_axis)
        reader.type(letters)
        reader.press("Return")
    reader.press("O")
    reader.draw(seen["lung-nodule"].long_axis)
    reader.type("lun")
    reader.press("Return")
    reader.press("R")
    reader.press("T")
    reader.draw(seen["rectal-mass"].long_axis)
    reader.type("rec")
    reader.press("Return")
    reader.press("N")
    reader.draw(seen["node"].long_axis)
    reader.draw(seen["node"].short_axis)
    reader.type("mes")
    reader.press("Return")


def read_follow_up(reader: Reader) -> None:
    """Read month-2 of RK-001 in the order in which the table goes on by itself."""
    seen = truth("RK-001", "month-2")
    reader.draw(seen["liver-1"].long_axis)
    reader.draw(seen["liver-2"].long_axis)
    reader.press("U")
    reader.draw(seen["rectal-mass"].long_axis)
    reader.draw(seen["node"].long_axis)
    reader.draw(seen["node"].short_axis)
    reader.press(".")
    reader.press(",")


def test_baseline_and_follow_up_from_opening_to_the_batch_command(
    sit_down: Callable[[], Reader], study: Path
) -> None:
    reader = sit_down()
    reader.shoot("cases")
    reader.press("Return")
    reader.wait_for_scans()
    reader.shoot("baseline-open")
    read_baseline(reader)
    reader.shoot("baseline-measured")
    reader.press(",")
    reader.press("Ctrl+Return")
    reader.shoot("baseline-signing")
    reader.press("Return")
    assert reader.session.locked
    reader.shoot("baseline-signed")
    reader.press("]")
    assert reader.session.visit == "month-2"
    reader.shoot("follow-up-open")
    read_follow_up(reader)
    reader.shoot("follow-up-measured")
    assert near_the_truth(reader, "month-2")
    reader.press("Ctrl+Return")
    reader.shoot("follow-up-signing")
    reader.press("Return")
    assert reader.session.locked
    reader.shoot("follow-up-signed")
    shown = reader.session.evaluation().responses
    panel = reader.panel_text
    reader.stand_up()

    result = classify_folder(study)
    signed = result.responses.filter(pl.col("timepoint").is_in(["baseline", "month-2"]))
    assert_frame_equal(signed, shown)
    assert shown["response"].to_list()[1::2] == ["PR", "SD", "SD"]
    for line in panel_lines(signed, "month-2", result.criteria):
        assert all(escape(text) in panel for text in (line.compartment, line.response, line.reason))

    again = sit_down()
    again.press("Return")
    again.wait_for_scans()
    assert (again.session.visit, again.session.locked) == ("month-3", False)
    again.session.go_to_visit("month-2")
    assert (again.session.visit, again.session.locked) == ("month-2", True)
    assert_frame_equal(again.session.evaluation().responses, shown)
    again.shoot("opened-again")
    assert sorted(path.name for path in study.rglob("key-images/**/*.png")) == [
        f"{visit}_T{number}.png" for visit in ("baseline", "month-2") for number in range(1, 5)
    ]


def near_the_truth(reader: Reader, visit: str) -> bool:
    """Tell whether every target has its true size, to two pixels of the screen."""
    seen = truth("RK-001", visit)
    expected = {
        "T1": seen["liver-1"].longest_mm,
        "T2": seen["liver-2"].longest_mm,
        "T3": seen["rectal-mass"].longest_mm,
        "T4": seen["node"].short_mm,
    }
    pixel_mm = 1 / reader.room.present.zoom
    found = {row.lesion.id: row.present for row in reader.session.rows() if row.axes}
    return all(abs(float(found[name]) - float(expected[name])) < 2 * pixel_mm for name in expected)


def classify_folder(study: Path) -> Classification:
    """Classify what was signed, as the command does."""
    return recistkit.classify(
        study / "reads",
        criteria=load_settings(study).load_criteria(study),
        subjects=study / "subjects.csv",
        events=study / "events.csv",
    )
