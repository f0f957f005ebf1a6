"""What a disagreement comes from, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["Row", "lesion_text", "text_without_lesions"]

_ARTICLES = {"target": "a target", "non-target": "a non-target", "new": "a new lesion"}
_UM_PER_MM = 1000

Row = Mapping[str, Any]


def lesion_text(row: Row, readers: Sequence[str]) -> str:
    """Return what two readers made of one lesion.

    Parameters
    ----------
    row : mapping
        A row of the lesions that `recistkit.reconciliation.concerned` finds.
    readers : sequence of str
        The two readers.
    """
    if row["cause"] == "measurement":
        return _sizes_text(row, readers)
    if row["cause"] in {"non-target", "new-lesion"} and row["concerns_1"] and row["concerns_2"]:
        word = "state" if row["cause"] == "non-target" else "certainty"
        return ", ".join(
            f"{row[f'lesion_{n}']} of {readers[n - 1]} {row[f'{word}_{n}'] or 'unequivocal'}"
            for n in (1, 2)
        )
    return _one_sided_text(row, readers)


def text_without_lesions(row: Row, readers: Sequence[str]) -> str:
    """Return why no lesion is named for a disagreement."""
    if not (row["has_1"] and row["has_2"]):
        return f"read by {readers[0 if row['has_1'] else 1]} only"
    if row["cause"] == "date":
        first, second = (row[f"value_{n}"] or "none" for n in (1, 2))
        return f"{readers[0]} {first}, {readers[1]} {second}: the same responses on other dates"
    if row["cause"] == "undetermined":
        return _undetermined_text(row, readers)
    if row["cause"] == "new-lesion":
        return "no row of a new lesion at this visit tells them apart"
    return "the lesions of the two reads cannot be told apart one by one"


def _undetermined_text(row: Row, readers: Sequence[str]) -> str:
    """Return whether one of the readers lacks the visit; else nothing is known."""
    if row["timepoint"] is not None and row["visit_1"] != row["visit_2"]:
        return f"only {readers[0 if row['visit_1'] else 1]} has a response at this visit"
    return "nothing in the tables tells why"


def _one_sided_text(row: Row, readers: Sequence[str]) -> str:
    """Return what only one reader says of a lesion, and what the other has in its place."""
    mine = 1 if row["concerns_1"] else 2
    other = 3 - mine
    role = _ARTICLES[row[f"role_{mine}"]]
    lesion = f"{row[f'lesion_{mine}']} of {readers[mine - 1]}, {role}"
    if row["cause"] == "non-target" and row[f"state_{mine}"]:
        lesion += f" ({row[f'state_{mine}']})"
    partner = row[f"lesion_{other}"]
    if partner is None:
        return f"{lesion}, is no lesion of {readers[other - 1]}"
    there = _ARTICLES[row[f"role_{other}"]]
    if there == role:
        there += " elsewhere" if row["cause"] == "selection" else " not seen here"
    return f"{lesion}, is {partner} of {readers[other - 1]}, {there}"


def _sizes_text(row: Row, readers: Sequence[str]) -> str:
    """Return both sizes of a target now, and where they differed first."""
    names = " and ".join(f"{row[f'lesion_{n}']} of {readers[n - 1]}" for n in (1, 2))
    now = " and ".join(_size(row, f"_{n}") for n in (1, 2))
    text = f"{names}: {now}"
    if row["is_earlier"]:
        then = " and ".join(_size(row, f"_{n}_first") for n in (1, 2))
        text += f"; at {row['timepoint_first']} {then}"
    return text


def _size(row: Row, suffix: str) -> str:
    """Return a size as text: both axes where both were measured, the state where none was."""
    lengths = [row[f"{axis}_um{suffix}"] for axis in ("longest", "short")]
    known = [f"{length / _UM_PER_MM:.15g}" for length in lengths if length is not None]
    if not known:
        return row[f"state{suffix}"] or "no size"
    text = f"{' x '.join(known)} mm"
    state = row[f"state{suffix}"]
    return text if state in {"measured", None} else f"{text} ({state})"
