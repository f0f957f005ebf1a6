"""The key images on disk are those of the signed document, whatever happened before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from recistkit.errors import OutputError
from recistkit.model.mark import Mark
from recistkit.model.read import Read
from recistkit.reading.key_image_files import images_of, update_key_images
from recistkit.reading.key_images import key_image
from recistkit.reading.session import ReadSession
from tests.reading.grids import straight_grid
from tests.reading.sessions import complete_statements, line, open_session, sign

GRID = straight_grid()


@dataclass
class Painter:
    """Draws key images, unless the scan of a lesion is not there; it keeps what it drew."""

    missing: set[str] = field(default_factory=set)
    drawn: list[str] = field(default_factory=list)

    def draw(self, mark: Mark) -> bytes:
        if mark.lesion in self.missing:
            raise OutputError("its scan is not loaded")
        self.drawn.append(f"{mark.timepoint} {mark.lesion}")
        return key_image(GRID, mark, (40.0, 400.0))


@pytest.fixture
def session(tmp_path: Path) -> Iterator[ReadSession]:
    """Two visits of two targets, both signed."""
    opened = open_session(tmp_path)
    for at in (110, 130):
        opened.add_lesion("target", longest=line(30, at=at))
        opened.set_organ("liver")
    complete_statements(opened)
    sign(opened)
    opened.go_to_visit("month-2")
    for lesion, at in (("T1", 110), ("T2", 130)):
        opened.go_to_lesion(lesion)
        opened.measure(line(20, at=at))
    complete_statements(opened)
    sign(opened)
    yield opened
    opened.close()


@pytest.fixture
def folder(tmp_path: Path, session: ReadSession) -> Path:
    """The images of both visits."""
    made = tmp_path / "key-images"
    assert update_key_images(made, document(session), Painter().draw) == ()
    return made


def document(session: ReadSession) -> Read:
    signed = session.signed_document
    assert signed is not None
    return signed


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def amend(session: ReadSession, visit: str) -> None:
    session.go_to_visit(visit)
    session.amend("wrong slice")
    session.go_to_lesion("T1")


EVERY = ["baseline_T1.png", "baseline_T2.png", "month-2_T1.png", "month-2_T2.png"]


def test_every_visit_of_the_document_has_its_images(folder: Path, session: ReadSession) -> None:
    assert names(folder) == EVERY
    assert sorted(images_of(document(session))) == EVERY


def test_what_is_as_it_was_signed_is_not_drawn_again(folder: Path, session: ReadSession) -> None:
    painter = Painter()
    assert update_key_images(folder, document(session), painter.draw) == ()
    assert painter.drawn == []


def test_a_signature_draws_every_visit_that_it_covers_and_changes(
    folder: Path, session: ReadSession
) -> None:
    amend(session, "month-2")
    session.measure(line(33, at=114))
    amend(session, "baseline")
    session.measure(line(35, at=113))
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    sign(session)
    painter = Painter()
    assert update_key_images(folder, document(session), painter.draw) == ()
    assert painter.drawn == ["baseline T1", "month-2 T1"]
    same = {path.name: path.read_bytes() == before[path.name] for path in folder.iterdir()}
    assert same == {name: name.endswith("T2.png") for name in EVERY}


def test_images_of_lesions_that_are_no_more_go_and_what_is_no_key_image_stays(
    folder: Path, session: ReadSession
) -> None:
    (folder / "mine.png").write_bytes(b"no image at all")
    amend(session, "baseline")
    amend(session, "month-2")
    session.go_to_visit("baseline")
    session.go_to_lesion("T2")
    session.remove_lesion()
    sign(session)
    assert update_key_images(folder, document(session), Painter().draw) == ()
    assert names(folder) == ["baseline_T1.png", "mine.png", "month-2_T1.png"]


def test_no_image_contradicts_the_document_where_the_new_one_cannot_be_drawn(
    folder: Path, session: ReadSession
) -> None:
    amend(session, "month-2")
    session.measure(line(33, at=114))
    sign(session)
    faults = update_key_images(folder, document(session), Painter(missing={"T1"}).draw)
    assert faults == ("month-2 T1: its scan is not loaded",)
    assert names(folder) == [name for name in EVERY if name != "month-2_T1.png"]
    painter = Painter()  # the next opening of the case
    assert update_key_images(folder, document(session), painter.draw) == ()
    assert (painter.drawn, names(folder)) == (["month-2 T1"], EVERY)


def test_an_image_that_cannot_be_removed_is_named(
    folder: Path, session: ReadSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_path: Path) -> None:
        raise PermissionError(13, "Permission denied")

    amend(session, "month-2")
    session.set_state("absent")
    sign(session)
    monkeypatch.setattr(Path, "unlink", refuse)
    assert update_key_images(folder, document(session), Painter().draw) == (
        "month-2_T1.png: cannot be removed: Permission denied",
    )


def test_a_folder_that_is_not_there_holds_no_image(tmp_path: Path, session: ReadSession) -> None:
    assert update_key_images(tmp_path / "none", document(session), Painter().draw) == ()
    assert names(tmp_path / "none") == EVERY
