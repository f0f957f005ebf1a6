"""Read documents: loaded with all their faults at once, saved whole, signed once."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recistkit.errors import DocumentError, Fault, OutputError
from recistkit.exchange import read_document
from recistkit.exchange.read_document import (
    load_read_document,
    load_read_documents,
    parse_read_document,
    read_document_schema,
    read_document_text,
    read_faults,
    save_read_document,
)
from recistkit.model.read import Read, sign_read
from tests.exchange.read_documents import (
    NO_DECIMAL,
    changed,
    example,
    example_text,
    faults_of,
    mark,
    reads,
)

SIGNED_AT = dt.datetime(2011, 5, 4, 9, 30, tzinfo=dt.UTC)
SCHEMA = Path(read_document.__file__).with_name("read_document.schema.json")


def signed_example() -> Read:
    return sign_read(example(), name="A. Reader", meaning="read", signed_at=SIGNED_AT)


def test_the_published_schema_is_that_of_the_read() -> None:
    assert json.loads(SCHEMA.read_text(encoding="utf-8")) == read_document_schema()


def test_the_example_of_the_documentation_follows_the_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(read_document_schema())
    jsonschema.validate(json.loads(example_text()), read_document_schema())
    jsonschema.validate(json.loads(read_document_text(signed_example())), read_document_schema())


def test_a_document_comes_back_as_it_was_saved(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    save_read_document(signed_example(), path)
    first = path.read_bytes()
    assert load_read_document(path) == signed_example()
    save_read_document(load_read_document(str(path)), path)
    assert path.read_bytes() == first
    assert [item.name for item in tmp_path.iterdir()] == ["a.json"]


@settings(max_examples=50)
@given(read=reads())
def test_any_read_comes_back_from_its_text(read: Read) -> None:
    assert read_faults(read) == []
    text = read_document_text(read)
    assert parse_read_document(text.encode(), "a.json") == read
    jsonschema.validate(json.loads(text), read_document_schema())


def test_a_byte_order_mark_is_no_fault() -> None:
    assert parse_read_document(b"\xef\xbb\xbf" + example_text().encode(), "a.json") == example()


def test_all_faults_are_named_at_once() -> None:
    def many(content: dict[str, Any]) -> None:
        content["marks"][0]["longest_mm"] = "50.1"
        content["marks"][1]["longest_mm"] = 23.4
        content["marks"][2]["lesion"] = "T9"
        content["marks"][3]["reason"] = None
        content["timepoints"][1]["date_last"] = "2011-05-02"
        content["lesions"][0]["nodal"] = "no"
        content["extra"] = 1
        content["resolution_mm"] = "0.10"

    assert faults_of(changed(many)) == [
        "column 'extra': is not a field of a read document",
        "column 'lesions.0.nodal': expected true or false",
        "column 'marks.0.longest_mm': 50.1 mm is given, and its ruler is 50.00 mm long",
        f"column 'marks.1.longest_mm': {NO_DECIMAL}",
        "column 'marks.2.lesion': there is no lesion 'T9'",
        "column 'marks.3.reason': is missing: why is the lesion not evaluable?",
        "column 'timepoints.1.date_last': 2011-05-02 is before date_first 2011-05-03",
    ]


def test_a_name_of_a_part_with_faults_is_no_second_fault() -> None:
    def faulty(content: dict[str, Any]) -> None:
        content["lesions"][0]["role"] = "main"
        content["timepoints"][1]["date_first"] = "May"
        content["resolution_mm"] = 0.1

    assert faults_of(changed(faulty)) == [
        "column 'lesions.0.role': expected 'target', 'non-target' or 'new'",
        f"column 'resolution_mm': {NO_DECIMAL}",
        "column 'timepoints.1.date_first': expected an ISO date, such as 2011-03-04",
    ]


def test_no_message_says_what_stands_in_a_field_of_free_form() -> None:
    def named(content: dict[str, Any]) -> None:
        content["Jane"] = "Jane Doe 1950-01-02"
        content["study"] = ["Jane Doe"]
        content["marks"][0]["state"] = "Jane Doe"
        content["marks"][1]["date"] = "1950-01-02 Doe"

    assert "Doe" not in "\n".join(faults_of(changed(named)))
    assert "1950" not in "\n".join(faults_of(changed(named)))


def test_another_schema_is_refused_before_anything_else() -> None:
    def later(content: dict[str, Any]) -> None:
        content.update(schema_version="2", novelty=1)

    assert faults_of(changed(later)) == [
        "column 'schema_version': expected '1', the one schema that this version loads"
    ]


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", "is not JSON: Expecting value at line 1, column 1"),
        (b'{"a": }', "is not JSON: Expecting value at line 1, column 7"),
        (b"[1]", "expected one JSON object"),
        (b"\xff\xfe", "is not text in UTF-8"),
        (b'{"a": NaN}', "is not JSON: NaN is not a number"),
        (b'{"a": ' + b"1" * 5000 + b"}", "is not JSON: a number has too many digits"),
        (b"[" * 100_000, "is nested too deeply"),
        (b'{"schema_version": "1", "a": ' + b"[" * 500 + b"]" * 500 + b"}", "is nested too deeply"),
        (
            b'{"schema_version": 1e999}',
            "column 'schema_version': expected '1', the one schema that this version loads",
        ),
        (b'{"a": 1, "b": {"c": 1, "c": 2}}', "column 'c': stands twice in one object"),
    ],
)
def test_what_is_no_single_json_object_is_refused(data: bytes, fault: str) -> None:
    assert faults_of(data) == [fault]


JUNK: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=4,
)


@settings(max_examples=100)
@given(data=st.data())
def test_a_damaged_document_is_a_read_or_a_document_error(data: st.DataObject) -> None:
    content: Any = json.loads(example_text())
    place = content
    while True:
        keys = sorted(place) if isinstance(place, dict) else range(len(place))
        key = data.draw(st.sampled_from(keys))
        if not (isinstance(place[key], dict | list) and place[key] and data.draw(st.booleans())):
            break
        place = place[key]
    place[key] = data.draw(JUNK)
    with contextlib.suppress(DocumentError):
        parse_read_document(json.dumps(content).encode(), "a.json")


def test_text_that_no_file_can_hold_is_refused() -> None:
    data = example_text().replace("segment 6", "segment \\ud800").encode()
    (fault,) = faults_of(data)
    assert fault == "holds text that is no text: half of a surrogate pair"


def test_a_document_too_large_is_refused_before_it_is_parsed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read_document, "MAX_DOCUMENT_BYTES", 1024**2)
    path = tmp_path / "a.json"
    path.write_bytes(b" " * (1024**2 + 1))
    with pytest.raises(DocumentError) as raised:
        load_read_document(path)
    assert str(raised.value) == (
        "a.json: 1 fault\n  is larger than 1 MiB, which no read document is"
    )


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DocumentError) as raised:
        load_read_document(tmp_path / "a.json")
    assert str(raised.value) == "a.json: 1 fault\n  cannot be opened: No such file or directory"


def test_a_change_after_signing_is_a_fault() -> None:
    content = json.loads(read_document_text(signed_example()))
    content["lesions"][0]["organ"] = "colon"
    assert faults_of(json.dumps(content).encode()) == [
        "column 'signature.hash': does not fit the document: its content is not what was signed"
    ]


def test_a_draft_has_no_signature() -> None:
    content = json.loads(read_document_text(signed_example()))
    content["state"] = "draft"
    assert faults_of(json.dumps(content).encode()) == [
        "column 'signature': a draft has no signature"
    ]


def test_a_read_with_faults_is_not_saved(tmp_path: Path) -> None:
    read = example()
    marks = (read.marks[0].model_copy(update={"longest_mm": None}), *read.marks[1:])
    with pytest.raises(DocumentError) as raised:
        save_read_document(read.model_copy(update={"marks": marks}), tmp_path / "a.json")
    message = "is missing, while its ruler is 50.0 mm long"
    assert raised.value.faults[-1] == Fault(0, "marks.0.longest_mm", message)
    assert list(tmp_path.iterdir()) == []


def test_what_was_there_stays_when_saving_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    path = tmp_path / "a.json"
    path.write_text("before", encoding="utf-8")
    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OutputError, match=r"^a\.json: cannot be written: No space left on device$"):
        save_read_document(example(), path)
    assert path.read_text(encoding="utf-8") == "before"
    assert [item.name for item in tmp_path.iterdir()] == ["a.json"]


def test_a_document_is_on_disk_before_it_takes_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, done = tmp_path / "a.json", list[str]()
    sync = os.fsync

    def noted(file: int) -> None:
        done.append("named" if path.exists() else f"{len(list(tmp_path.iterdir()))} unnamed")
        sync(file)

    monkeypatch.setattr(os, "fsync", noted)
    save_read_document(example(), path)
    assert done[0] == "1 unnamed"
    assert done[1:] in (["named"], [])  # no folder can be opened on Windows


def test_a_folder_that_cannot_be_opened_keeps_no_document_from_being_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refused)
    save_read_document(example(), tmp_path / "a.json")
    monkeypatch.undo()
    assert load_read_document(tmp_path / "a.json") == example()


def test_a_folder_of_documents_is_loaded_in_order(tmp_path: Path) -> None:
    for name, reader in (("1.json", "B"), ("2.json", "A")):
        save_read_document(example().model_copy(update={"reader": reader}), tmp_path / name)
    (tmp_path / "notes.txt").write_text("no document", encoding="utf-8")
    assert [read.reader for read in load_read_documents(tmp_path)] == ["A", "B"]


def test_the_faults_of_all_documents_of_a_folder_are_named(tmp_path: Path) -> None:
    save_read_document(example(), tmp_path / "1.json")
    save_read_document(example(), tmp_path / "2.json")
    (tmp_path / "3.json").write_text("[]", encoding="utf-8")
    (tmp_path / "4.json").write_bytes(changed(mark(1, longest_mm=None)))
    with pytest.raises(DocumentError) as raised:
        load_read_documents(tmp_path)
    assert [str(fault) for fault in raised.value.faults] == [
        "column '2.json': is of subject 'RK-001' and reader 'A', as is 1.json",
        "column '3.json': expected one JSON object",
        "column '4.json: marks.1.longest_mm': is missing: a measured lesion has a size",
    ]


@pytest.mark.parametrize("name", ["", "nowhere"])
def test_a_folder_without_documents_is_a_fault(tmp_path: Path, name: str) -> None:
    with pytest.raises(DocumentError) as raised:
        load_read_documents(tmp_path / name)
    (fault,) = raised.value.faults
    assert fault.message == "there is no read document (*.json) in this folder"
