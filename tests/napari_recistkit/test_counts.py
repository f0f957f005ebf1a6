"""How much a reader has to do: drags and keys through real window events, counted."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest

from recistkit.model.mark import Ruler
from recistkit.model.series import Vector
from tests.napari_recistkit.reader import Reader
from tests.napari_recistkit.seats import open_case, seat
from tests.napari_recistkit.small_study import axes_of, opened, read_baseline, write_study

pytestmark = pytest.mark.e2e

MOST_DRAGS = 7
MOST_KEYS = 7
MOST_LETTERS = 3


@pytest.fixture(scope="module")
def sitting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    folder = write_study(tmp_path_factory.mktemp("study"))
    with opened(folder) as session:
        read_baseline(session)
        session.go_to_visit("baseline")  # where it was left when it was signed
    with seat(folder) as reader:
        yield reader


def ends(ruler: Ruler) -> tuple[Vector, Vector]:
    return (ruler.start_mm, ruler.end_mm)


def draw_where_it_stands(reader: Reader, ruler: Ruler) -> None:
    """Drag on the slice that is shown: the room has gone there by itself."""
    canvas = reader.room.present
    assert canvas.grid is not None
    assert canvas.slice_number == canvas.grid.slice_of(canvas.plane, ruler.start_mm)
    reader.draw(ends(ruler))


def test_a_follow_up_of_eight_lesions_takes_seven_drags_and_seven_keys(sitting: Reader) -> None:
    """From opening to the signature: the case list's own key opens, and all after it is counted."""
    sitting.press("F3")
    sitting.keys = sitting.drags = sitting.clicks = 0
    sitting.wait_for_scans()
    assert sitting.session.visit == "week-8"
    for name in ("T1", "T2", "T3"):
        assert sitting.session.lesion == name
        draw_where_it_stands(sitting, axes_of(name, 0.5)[0])
    for name in ("T4", "T5"):
        assert sitting.session.lesion == name
        for ruler in axes_of(name, 0.75):
            draw_where_it_stands(sitting, ruler)
    for name in ("NT1", "NT2", "NT3"):
        assert sitting.session.lesion == name
        sitting.press("U")
    sitting.press(".")
    sitting.press(",")
    sitting.press("Ctrl+Return")
    sitting.press("Return")
    assert sitting.session.draft.signed.keys() == {"baseline", "week-8"}
    assert (sitting.drags, sitting.keys, sitting.clicks) == (MOST_DRAGS, MOST_KEYS, 0)
    sizes = [row.present for row in sitting.session.rows() if row.axes]
    pixel_mm = Decimal(str(1 / sitting.room.present.zoom))
    expected = [Decimal(size) for size in ("12", "12", "12", "13.5", "13.5")]
    assert all(
        size is not None and abs(size - wanted) <= 2 * pixel_mm
        for size, wanted in zip(sizes, expected, strict=True)
    )
    assert sitting.session.evaluation().at("week-8")[-1]["response"] == "PR"


@pytest.mark.parametrize(
    ("tool", "lesion", "letters", "organ", "drags"),
    [
        ("T", "T1", "liv", "liver", 1),
        ("N", "T4", "ing", "inguinal lymph node", 2),
        ("O", "NT1", "ple", "pleura", 1),
    ],
)
def test_a_lesion_of_the_baseline_takes_its_drags_three_letters_and_return(
    sitting: Reader, tool: str, lesion: str, letters: str, organ: str, drags: int
) -> None:
    if sitting.room.open_case_ is None or sitting.session.subject != "S2":
        open_case(sitting, "S2")
    sitting.press(tool)
    longest, _ = axes_of(lesion)
    canvas = sitting.room.present
    assert canvas.grid is not None
    sitting.scroll_to(longest.start_mm)
    sitting.keys = sitting.drags = sitting.clicks = 0
    for ruler in axes_of(lesion)[:drags]:
        sitting.draw(ends(ruler))
    sitting.type(letters)
    sitting.press("Return")
    added = sitting.session.rows()[-1]
    assert (added.lesion.organ, added.missing) == (organ, ())
    assert (sitting.drags, sitting.clicks) == (drags, 0)
    assert sitting.keys == MOST_LETTERS + 1
    sitting.press("Esc")
