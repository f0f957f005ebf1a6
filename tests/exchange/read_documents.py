"""Read documents for tests: the example of the documentation, and any that could be."""

from __future__ import annotations

import copy
import datetime as dt
import json
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st

from recistkit.errors import DocumentError
from recistkit.exchange.read_document import parse_read_document
from recistkit.model.mark import ImagePlace, Mark
from recistkit.model.read import CriteriaReference, Lesion, Read, Timepoint

DOCUMENTATION = Path(__file__).resolve().parents[2] / "docs" / "read-document.md"

NO_DECIMAL = 'expected a decimal in quotes, such as "12.3", with at most three decimals'

Change = Callable[[dict[str, Any]], object]


def example_text() -> str:
    """Return the example document of the documentation."""
    found = re.search(r"```json\n(.*?)```", DOCUMENTATION.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    return found.group(1)


def example() -> Read:
    """Return the example document as a read."""
    return parse_read_document(example_text().encode(), "example")


def changed(change: Change) -> bytes:
    """Return the example document after a change of its JSON."""
    content = json.loads(example_text())
    content = copy.deepcopy(content)
    change(content)
    return json.dumps(content).encode()


def faults_of(data: bytes) -> list[str]:
    """Return the faults of a document as texts without the head."""
    with pytest.raises(DocumentError) as raised:
        parse_read_document(data, "a.json")
    return [str(fault) for fault in raised.value.faults]


def mark(index: int, **fields: object) -> Change:
    """Return a change of one mark; None takes a field away."""

    def change(content: dict[str, Any]) -> None:
        target = content["marks"][index]
        target.update(fields)
        for name in [name for name, value in fields.items() if value is None]:
            del target[name]

    return change


NAMES = st.text(
    st.characters(codec="utf-8", exclude_categories=("C", "Z")),
    min_size=1,
    max_size=8,
).filter(lambda text: text[0] not in "=+@-")
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=12)
LENGTHS = st.integers(1, 1_000_000).map(lambda steps: Decimal(steps).scaleb(-3))
PLACES = st.tuples(*[st.integers(-900_000, 900_000).map(lambda steps: steps / 1000)] * 3)
IMAGES = st.builds(
    ImagePlace,
    series=st.none() | st.from_regex(r"[1-9](\.[1-9]){0,5}", fullmatch=True),
    slice=st.none() | st.integers(0, 500),
    frame_of_reference=st.none() | st.from_regex(r"[1-9](\.[1-9]){0,5}", fullmatch=True),
    modality=st.none() | st.sampled_from(["CT", "MR"]),
    slice_thickness_mm=st.none() | LENGTHS,
    plane=st.none() | st.sampled_from(["axial", "coronal", "sagittal", "oblique"]),
    contrast=st.none() | st.sampled_from(["given", "enteral", "none", "not-stated"]),
)


def _optional(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Return what may also be nothing."""
    return st.none() | strategy


@st.composite
def timepoints(draw: st.DrawFn) -> tuple[Timepoint, ...]:
    """Return timepoints in order, at most one of them a baseline."""
    labels = draw(st.lists(NAMES, min_size=1, max_size=4, unique=True))
    baseline = draw(st.integers(-1, len(labels) - 1))
    first = dt.date(2011, 1, 1)
    return tuple(
        Timepoint(
            label=label,
            date_first=first + dt.timedelta(days=60 * index),
            date_last=first + dt.timedelta(days=60 * index + draw(st.integers(0, 40))),
            baseline=index == baseline,
            new_lesions=draw(_optional(st.sampled_from(["none", "equivocal", "unequivocal"]))),
            coverage=draw(_optional(TEXTS)),
            image_quality=draw(_optional(TEXTS)),
            tumour_marker=draw(_optional(st.sampled_from(["normal", "elevated", "not-done"]))),
            comment=draw(_optional(TEXTS)),
        )
        for index, label in enumerate(labels)
    )


def _mark(draw: st.DrawFn, lesion: Lesion, visit: Timepoint) -> Mark:
    """Return a mark that its lesion may have."""
    state = draw(
        st.sampled_from(
            ["measured", "too-small", "absent", "not-evaluable"]
            if lesion.role == "target"
            else ["present", "absent", "progressed", "not-evaluable"]
        )
    )
    lengths = sorted([draw(LENGTHS), draw(LENGTHS)])
    sized = state == "measured"
    image = draw(_optional(IMAGES))
    certainty = draw(st.sampled_from(["equivocal", "unequivocal"]))
    return Mark.model_validate(
        {
            "lesion": lesion.id,
            "timepoint": visit.label,
            "date": visit.date_first,
            "state": state,
            "reason": draw(TEXTS) if state == "not-evaluable" else None,
            "certainty": certainty if lesion.role == "new" else None,
            "longest_mm": lengths[1] if sized else None,
            "short_mm": lengths[0] if sized and draw(st.booleans()) else None,
            "image": None if image == ImagePlace() else image,
            "position_mm": draw(_optional(PLACES)),
        }
    )


@st.composite
def reads(draw: st.DrawFn, subject: str = "S1", reader: str = "A") -> Read:
    """Return a read whose every word the tables can say, lesions in order of their marks."""
    visits = draw(timepoints())
    ids = draw(st.lists(NAMES, max_size=4, unique=True))
    compartments = draw(st.booleans())
    lesions = [
        Lesion(
            id=name,
            role=draw(st.sampled_from(["target", "non-target", "new"])),
            organ=draw(_optional(NAMES)),
            nodal=draw(_optional(st.booleans())),
            compartment=draw(st.sampled_from(["primary", "distant"])) if compartments else None,
        )
        for name in ids
    ]
    marks = [_mark(draw, lesion, visits[0]) for lesion in lesions]
    marks += [
        _mark(draw, lesion, visit)
        for visit in visits[1:]
        for lesion in lesions
        if visit.baseline or draw(st.booleans())
    ]
    marked = {mark.timepoint for mark in marks}
    kept = tuple(
        visit if visit.label in marked else visit.model_copy(update={"baseline": False})
        for visit in visits
    )
    return Read(
        schema_version="1",
        study="S",
        subject=subject,
        reader=reader,
        criteria=CriteriaReference(id="recist-1.1"),
        state="draft",
        timepoints=kept,
        lesions=tuple(lesions),
        marks=tuple(marks),
    )
