"""Every single fault of a read document is named, with its place."""

from __future__ import annotations

from typing import Any

import pytest

from recistkit.exchange.read_document import parse_read_document
from tests.exchange.read_documents import NO_DECIMAL, Change, changed, faults_of, mark


def part(name: str, index: int, **fields: object) -> Change:
    """Return a change of a timepoint or lesion."""
    return lambda content: content[name][index].update(fields)


def second_mark(**fields: object) -> Change:
    """Return a change that repeats the first mark, which has a ruler, with other fields."""
    bare = {"lesion": "T1", "timepoint": "baseline", "date": "2011-03-01"}
    return lambda content: content["marks"].append(bare | fields)


SINGLE_FAULTS: dict[str, tuple[Change, str]] = {
    "a number for a length": (
        mark(1, longest_mm=23.4),
        f"column 'marks.1.longest_mm': {NO_DECIMAL}",
    ),
    "an unknown field": (
        lambda content: content.update(patient_name="Jane"),
        "column 'patient_name': is not a field of a read document",
    ),
    "a missing field": (
        lambda content: content.pop("study"),
        "column 'study': is missing",
    ),
    "no text": (part("lesions", 0, organ=3), "column 'lesions.0.organ': expected text"),
    "an empty text": (
        part("timepoints", 0, comment=""),
        "column 'timepoints.0.comment': expected text, or null where nothing is said",
    ),
    "a name with spaces around it": (
        part("lesions", 0, organ=" liver"),
        (
            "column 'lesions.0.organ': expected one line of 1 to 200 characters, without spaces "
            "at its ends"
        ),
    ),
    "no true or false": (
        part("lesions", 0, nodal="no"),
        "column 'lesions.0.nodal': expected true or false",
    ),
    "an unknown word": (
        lambda content: content.update(state="final"),
        "column 'state': expected 'draft' or 'signed'",
    ),
    "no date": (
        mark(1, date="1.3.2011"),
        "column 'marks.1.date': expected an ISO date, such as 2011-03-04",
    ),
    "a time for a date": (
        mark(1, date="2011-03-01T10:00:00"),
        "column 'marks.1.date': expected an ISO date, such as 2011-03-04",
    ),
    "no list": (
        lambda content: content.update(timepoints={}, marks=[], lesions=[]),
        "column 'timepoints': expected a list",
    ),
    "two coordinates": (
        mark(4, position_mm=[1, 2]),
        "column 'marks.4.position_mm.2': is missing",
    ),
    "four coordinates": (
        mark(4, position_mm=[1, 2, 3, 4]),
        "column 'marks.4.position_mm': expected three coordinates, x, y and z",
    ),
    "an endless coordinate": (
        mark(4, position_mm=[float("1e6"), 2, 3]),
        "column 'marks.4.position_mm.0': expected less than or equal to 100000",
    ),
    "a length beyond any body": (
        mark(1, longest_mm="1000.1"),
        "column 'marks.1.longest_mm': expected at most 1000 mm",
    ),
    "a name that a spreadsheet would run": (
        part("lesions", 0, organ="=1+1"),
        "column 'lesions.0.organ': begins like a formula, which a spreadsheet would run",
    ),
    "a name with a hidden character": (
        part("lesions", 0, organ="li\u200bver"),
        "column 'lesions.0.organ': holds a character that cannot be seen",
    ),
    "a mask elsewhere": (
        mark(1, mask={"file": "masks/../../a.nii", "label": 1}),
        (
            "column 'marks.1.mask.file': expected a file below the document's folder, such as "
            "masks/a.nii.gz"
        ),
    ),
    "a volume of nothing": (
        mark(0, volume_mm3="120.5"),
        "column 'marks.0.volume_mm3': 120.5 mm3 is given, and there is no mask",
    ),
    "a volume beyond any body": (
        mark(1, volume_mm3="100000001"),
        "column 'marks.1.volume_mm3': expected at most 100000000 mm3",
    ),
    "no UID": (
        mark(1, image={"series": "CT abdomen"}),
        "column 'marks.1.image.series': expected a DICOM UID: digits and dots",
    ),
    "no hash": (
        lambda content: content.update(criteria={"id": "x", "hash": "?"}),
        "column 'criteria.hash': expected text of the form ^(sha256:)?[0-9a-f]{8,64}$",
    ),
    "dates the wrong way round": (
        part("timepoints", 1, date_last="2011-05-02"),
        "column 'timepoints.1.date_last': 2011-05-02 is before date_first 2011-05-03",
    ),
    "timepoints out of order": (
        part("timepoints", 1, date_first="2011-03-01"),
        (
            "column 'timepoints.1.date_first': 2011-03-01 is not after 2011-03-01 of the timepoint "
            "before it"
        ),
    ),
    "two baselines": (
        part("timepoints", 1, baseline=True),
        "column 'timepoints.1.baseline': a second baseline; the first is timepoints.0",
    ),
    "a lesion twice": (
        lambda content: content["lesions"].append(content["lesions"][0]),
        "column 'lesions.3.id': 'T1' stands already in lesions.0.id",
    ),
    "a lesion without a mark": (
        lambda content: content["marks"].pop(),
        "column 'lesions.2': lesion 'N1' has no mark at any timepoint",
    ),
    "a reserved compartment": (
        part("lesions", 0, compartment="overall"),
        "column 'lesions.0.compartment': 'overall' is reserved for the whole patient",
    ),
    "a compartment for some": (
        part("lesions", 0, compartment=None),
        "column 'lesions.0.compartment': is missing, while other lesions have one",
    ),
    "a kind of a target": (
        part("lesions", 0, kind="target"),
        "column 'lesions.0.kind': only new lesions have a kind, and this is a target",
    ),
    "an unknown lesion": (
        second_mark(lesion="T9", state="measured", longest_mm="1"),
        "column 'marks.5.lesion': there is no lesion 'T9'",
    ),
    "an unknown timepoint": (
        second_mark(timepoint="week-9", state="measured", longest_mm="1"),
        "column 'marks.5.timepoint': there is no timepoint 'week-9'",
    ),
    "a scan outside its timepoint": (
        mark(1, date="2011-03-03"),
        (
            "column 'marks.1.date': 2011-03-03 lies outside the timepoint 'baseline', 2011-03-01 "
            "to 2011-03-02"
        ),
    ),
    "a state of another role": (
        mark(1, state="progressed"),
        (
            "column 'marks.1.state': 'progressed' is no state of a target lesion; expected one of "
            "measured, too-small, absent, not-evaluable, split, merged"
        ),
    ),
    "a state of another kind": (
        mark(4, state="too-small"),
        (
            "column 'marks.4.state': 'too-small' is no state of a new (non-target) lesion; "
            "expected one of present, absent, progressed, increased, not-evaluable"
        ),
    ),
    "no reason": (
        mark(3, reason=None),
        "column 'marks.3.reason': is missing: why is the lesion not evaluable?",
    ),
    "no certainty": (
        mark(4, certainty=None),
        "column 'marks.4.certainty': is missing: a new lesion is equivocal or unequivocal",
    ),
    "a certainty of a target": (
        mark(1, certainty="equivocal"),
        "column 'marks.1.certainty': only new lesions have a certainty, and this is a target",
    ),
    "measured without a size": (
        mark(1, longest_mm=None),
        "column 'marks.1.longest_mm': is missing: a measured lesion has a size",
    ),
    "measured as nothing": (
        mark(1, longest_mm="0.0"),
        "column 'marks.1.longest_mm': a measured lesion cannot be 0.0 mm",
    ),
    "absent with a size": (
        mark(2, state="absent", short_mm="3.0"),
        "column 'marks.2.short_mm': an absent lesion has no size, and 3.0 mm is given",
    ),
    "short above long": (
        mark(1, short_mm="23.5"),
        "column 'marks.1.short_mm': 23.5 mm is longer than the longest diameter, 23.4 mm",
    ),
    "a fragment without a name": (
        mark(1, state="split"),
        "column 'marks.1.fragment': is missing: each fragment of a split lesion has its name",
    ),
    "a fragment without a split": (
        mark(1, fragment="a"),
        "column 'marks.1.fragment': only a split lesion has fragments, and the state is 'measured'",
    ),
    "merged with nothing": (
        mark(2, state="merged"),
        "column 'marks.2.merged_into': is missing: which lesion holds the common size now?",
    ),
    "merged with an unknown lesion": (
        mark(2, state="merged", merged_into="T9"),
        "column 'marks.2.merged_into': there is no lesion 'T9'",
    ),
    "merged with itself": (
        mark(2, state="merged", merged_into="T1"),
        "column 'marks.2.merged_into': a lesion cannot be merged into itself",
    ),
    "a merger without the state": (
        mark(2, merged_into="T2"),
        "column 'marks.2.merged_into': only a merged lesion has one, and the state is 'too-small'",
    ),
    "a length that is not its ruler's": (
        mark(0, longest_mm="50.1"),
        "column 'marks.0.longest_mm': 50.1 mm is given, and its ruler is 50.0 mm long",
    ),
    "a ruler without a length": (
        mark(0, short_mm=None),
        "column 'marks.0.short_mm': is missing, while its ruler is 30.0 mm long",
    ),
    "a ruler and a position": (
        mark(0, position_mm=[1, 2, 3]),
        "column 'marks.0.position_mm': a mark with a ruler has its position already",
    ),
    "a mark twice": (
        second_mark(state="measured", longest_mm="1"),
        "column 'marks.5': lesion 'T1' at 'baseline' stands already in marks.0",
    ),
    "split and whole": (
        second_mark(state="split", fragment="a", longest_mm="1"),
        "column 'marks.5': lesion 'T1' at 'baseline' is split and whole at once; see marks.0",
    ),
    "signed without a signature": (
        lambda content: content.update(state="signed"),
        "column 'signature': is missing, and the state is 'signed'",
    ),
}


@pytest.mark.parametrize(("change", "fault"), SINGLE_FAULTS.values(), ids=SINGLE_FAULTS.keys())
def test_a_fault_is_named_with_its_place(change: Change, fault: str) -> None:
    assert faults_of(changed(change)) == [fault]


def test_fragments_are_told_apart_by_their_names() -> None:
    def split(content: dict[str, Any]) -> None:
        content["marks"][1].update(state="split", fragment="a")
        content["marks"].append(content["marks"][1] | {"fragment": "b"})

    assert len(parse_read_document(changed(split), "a.json").marks) == 6

    def twice(content: dict[str, Any]) -> None:
        split(content)
        content["marks"][5]["fragment"] = "a"

    assert faults_of(changed(twice)) == [
        "column 'marks.5': lesion 'T2' at 'baseline', fragment 'a', stands already in marks.1"
    ]


def test_a_whole_lesion_after_its_fragments_is_a_fault() -> None:
    def both(content: dict[str, Any]) -> None:
        content["marks"].append(dict(content["marks"][1]))
        content["marks"][1].update(state="split", fragment="a")

    assert faults_of(changed(both)) == [
        "column 'marks.5': lesion 'T2' at 'baseline' is split and whole at once; see marks.1"
    ]


def test_a_later_baseline_needs_a_mark() -> None:
    def later(content: dict[str, Any]) -> None:
        content["timepoints"][0]["baseline"] = False
        third = {"label": "x", "date_first": "2011-07-01", "date_last": "2011-07-01"}
        content["timepoints"].append(third | {"baseline": True})

    assert faults_of(changed(later)) == [
        "column 'timepoints.2.baseline': only the first timepoint may be a baseline without a mark"
    ]
