"""Read, mark and signature: the noun that is a document."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any, get_args, get_type_hints

import pytest
from pydantic import ValidationError

from recistkit.model.mark import Certainty, ImagePlace, Mark, MaskReference, Ruler, State
from recistkit.model.read import (
    CriteriaReference,
    Lesion,
    Read,
    Role,
    Signature,
    Timepoint,
    content_hash,
    sign_read,
)
from recistkit.terms import (
    CERTAINTIES,
    KINDS,
    NEW_LESION_STATEMENTS,
    ROLES,
    STATES,
    TUMOUR_MARKERS,
)

SIGNED_AT = dt.datetime(2011, 5, 4, 9, 30, tzinfo=dt.UTC)


def mark_with(**changes: object) -> Mark:
    fields: dict[str, Any] = {
        "lesion": "T1",
        "timepoint": "baseline",
        "date": dt.date(2011, 3, 1),
        "state": "measured",
        "longest_mm": "30.0",
    }
    return Mark(**(fields | changes))


def draft() -> Read:
    return Read(
        schema_version="1",
        study="S",
        subject="RK-001",
        reader="A",
        criteria=CriteriaReference(id="recist-1.1"),
        state="draft",
        timepoints=(
            Timepoint(
                label="baseline", date_first=dt.date(2011, 3, 1), date_last=dt.date(2011, 3, 1)
            ),
        ),
        lesions=(Lesion(id="T1", role="target"),),
        marks=(mark_with(),),
    )


def signed() -> Read:
    return sign_read(draft(), name="A. Reader", meaning="read", signed_at=SIGNED_AT)


def words_of(model: type[object], name: str) -> set[str]:
    """Return the words that an optional field may hold."""
    return {word for part in get_args(get_type_hints(model)[name]) for word in get_args(part)}


def test_words_are_the_controlled_terms() -> None:
    assert get_args(Role) == ROLES
    assert get_args(State) == STATES
    assert get_args(Certainty) == CERTAINTIES
    assert words_of(Lesion, "kind") == set(KINDS)
    assert words_of(Timepoint, "new_lesions") == set(NEW_LESION_STATEMENTS)
    assert words_of(Timepoint, "tumour_marker") == set(TUMOUR_MARKERS)


def test_a_length_keeps_the_digits_of_its_text() -> None:
    assert str(mark_with(longest_mm="30.10").longest_mm) == "30.10"
    assert mark_with(longest_mm=Decimal("30.1")).longest_mm == Decimal("30.1")
    assert mark_with(longest_mm="30.10").model_dump(mode="json")["longest_mm"] == "30.10"


@pytest.mark.parametrize(
    "length",
    [30.1, 30, True, "30.1234", "-1", "1e2", "NaN", "", " 3", "3,5", "030", "10000", "٣", "3.\n"],
)
def test_a_length_is_a_decimal_text_and_nothing_else(length: object) -> None:
    with pytest.raises(ValidationError) as raised:
        mark_with(longest_mm=length)
    (fault,) = raised.value.errors()
    assert fault["msg"] == (
        'expected a decimal in quotes, such as "12.3", with at most three decimals'
    )


def test_nothing_can_be_rounded_to_zero() -> None:
    with pytest.raises(ValidationError, match="expected a decimal above zero"):
        Read.model_validate(draft().model_dump() | {"resolution_mm": "0.0"})


def test_the_resolution_is_a_tenth_of_a_millimetre_unless_stated() -> None:
    assert draft().resolution_mm == Decimal("0.1")


def test_a_mark_lies_at_the_middle_of_its_ruler() -> None:
    ruler = Ruler(start_mm=(0.0, 2.0, -4.0), end_mm=(10.0, 4.0, -6.0))
    assert mark_with(longest=ruler).place_mm() == (5.0, 3.0, -5.0)
    assert mark_with(short=ruler).place_mm() == (5.0, 3.0, -5.0)


def test_a_mark_without_a_ruler_lies_where_it_says() -> None:
    assert mark_with(position_mm=(1.0, 2.0, 3.0)).place_mm() == (1.0, 2.0, 3.0)
    assert mark_with().place_mm() is None


def test_a_signature_fits_its_content() -> None:
    read = signed()
    assert read.state == "signed"
    assert read.signature is not None
    assert read.signature.hash == content_hash(read)
    assert read.signature.hash != content_hash(draft())


def test_the_hash_is_the_same_for_the_same_content() -> None:
    assert content_hash(draft()) == content_hash(draft())
    assert content_hash(draft()) == (
        "a8fa8a9ede198f12b35745bcfd558817ed02606ab1ddcdd2c7fe852650282bcd"
    )


def with_image_and_mask(
    *, contrast: str | None, sha256: str | None, volume_mm3: str | None
) -> Read:
    image = ImagePlace.model_validate({"series": "1.2.3", "plane": "axial", "contrast": contrast})
    mask = MaskReference(file="masks/a.nii.gz", label=1, sha256=sha256)
    mark = mark_with(image=image, mask=mask, volume_mm3=volume_mm3)
    return draft().model_copy(update={"marks": (mark,)})


def test_the_hash_of_a_document_without_later_fields_is_what_it_was_before_them() -> None:
    assert content_hash(with_image_and_mask(contrast=None, sha256=None, volume_mm3=None)) == (
        "cbb087d56406e1bd7d63465edb960f0bafb36cb398677d36172ac8c1d0857a86"
    )


def test_what_later_fields_say_is_signed_too() -> None:
    said: dict[str, str | None] = {"contrast": None, "sha256": None, "volume_mm3": None}
    others = [{"contrast": "given"}, {"sha256": "0" * 64}, {"volume_mm3": "0"}]
    hashes = {content_hash(with_image_and_mask(**(said | one))) for one in ({}, *others)}
    assert len(hashes) == 4


@pytest.mark.parametrize("volume", [12.5, "1e3", "-1", "1.2345", "100000000.1"])
def test_a_volume_is_a_decimal_text_too(volume: object) -> None:
    with pytest.raises(ValidationError) as raised:
        mark_with(volume_mm3=volume)
    assert [item["type"] for item in raised.value.errors()] == [
        "too_large_for_a_body" if volume == "100000000.1" else "decimal_text"
    ]


def test_a_signed_read_is_not_signed_again() -> None:
    with pytest.raises(ValueError, match="is signed already, and a signed read is never changed"):
        sign_read(signed(), name="B", meaning="read", signed_at=SIGNED_AT)


def test_a_signature_is_dated_in_utc() -> None:
    elsewhere = dt.timezone(dt.timedelta(hours=8))
    with pytest.raises(ValidationError, match="expected a time in UTC"):
        Signature(
            name="A", meaning="read", signed_at=SIGNED_AT.astimezone(elsewhere), hash="0" * 64
        )


def test_a_read_is_never_changed_in_place() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        draft().subject = "RK-002"  # type: ignore[misc]


@pytest.mark.parametrize(
    "file", ["/a.nii", "../a.nii", "a/../b.nii", "C:a.nii", "a\\b.nii", "..", "b/.."]
)
def test_a_mask_lies_below_its_document(file: str) -> None:
    with pytest.raises(ValidationError, match="expected a file below the document's folder"):
        MaskReference(file=file, label=1)


def test_a_mask_may_lie_in_a_folder_of_its_document() -> None:
    assert MaskReference(file="masks/a..b.nii.gz", label=1).file == "masks/a..b.nii.gz"
