"""One series UID, several stacks: told apart by what their headers say, or left together.

What cannot be one grid (another orientation, another matrix, a localizer) is
parted first; then slices at the same places, by the fewest of `DISTINCTIONS`
that tell all of them apart. Nothing is ever parted by the order of files.
"""

from __future__ import annotations

import hashlib
import itertools
import math
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from recistkit.scans.dicom.header import DISTINCTIONS, SliceHeader
from recistkit.scans.dicom.refusals import PARALLEL_TOLERANCE, StackError
from recistkit.scans.dicom.stack import DUPLICATE_MM, places_along_normal

__all__ = ["Part", "parts_of"]

_MOST_TOGETHER: Final = 3
_MOST_ORIENTATIONS: Final = 64
_NUMBER: Final = re.compile(r"-?[0-9]{1,4}(\.[0-9]{1,6})?")
"""Numbers that are repeated in messages; a longer one may be a patient's."""
_IMAGE_WORDS: Final = frozenset(
    {
        *("ORIGINAL", "DERIVED", "PRIMARY", "SECONDARY", "AXIAL", "VOLUME", "MPR", "MIP", "SUB"),
        *("M", "P", "R", "I", "MAGNITUDE", "PHASE", "PHASE MAP", "REAL", "IMAGINARY", "DIXON"),
        *("W", "F", "IP", "OP", "WATER", "FAT", "IN_PHASE", "OUT_PHASE", "OPP_PHASE", "ADC"),
        *("DIFFUSION", "TRACEW", "FA", "B0", "NORM", "ND", "M_FFE", "M_SE", "ADD", "NONE"),
    }
)
"""Words of an image type that are repeated in messages; another may be anything."""
_ORIENTED: Final = 6


@dataclass(frozen=True, slots=True)
class Part:
    """Slices of one series UID that belong together.

    Parameters
    ----------
    headers : list of SliceHeader
    said : str
        What tells it apart from the others; empty where it is the whole series.
    key : str
        The same, complete, for a UID of its own.
    """

    headers: list[SliceHeader]
    said: str
    key: str

    def uid(self) -> str:
        """Return a UID that follows from the series UID and what tells this part apart.

        Source: DICOM PS3.5, B.2.
        """
        text = f"{self.headers[0].series_uid}\n{self.key}"
        digest = hashlib.sha256(text.encode()).digest()
        return f"2.25.{int.from_bytes(digest[:16], 'big')}"


def parts_of(headers: Sequence[SliceHeader]) -> list[Part]:
    """Return the parts of a series, in an order that does not depend on that of the files.

    Parameters
    ----------
    headers : sequence of SliceHeader
        All of one series UID; at least one.
    """
    parts = [
        Part(group, ", ".join(filter(None, (shape.said, told))), f"{shape.key}|{key}")
        for shape in sorted(_by_shape(headers), key=lambda shape: shape.key)
        for group, told, key in _by_distinctions(shape.headers)
    ]
    return [Part(parts[0].headers, "", "")] if len(parts) == 1 else parts


def _by_shape(headers: Sequence[SliceHeader]) -> list[Part]:
    """Return the slices that may be of one grid, and what tells them apart from the others."""
    groups: dict[tuple[str, int, int], list[list[SliceHeader]]] = defaultdict(list)
    for header in headers:
        kind = "localizer" if "LOCALIZER" in header.image_type else ""
        similar = groups[kind, header.columns, header.rows]
        like = next((one for one in similar if _parallel(one[0], header)), None)
        if like is not None:
            like.append(header)
        elif len(similar) < _MOST_ORIENTATIONS:
            similar.append([header])
        else:
            similar[0].append(header)  # which is refused for it
    sizes = {(columns, rows) for _, columns, rows in groups}
    found = []
    for (kind, columns, rows), similar in groups.items():
        words = [kind] if kind else []
        words += [f"{columns} x {rows}"] if len(sizes) > 1 else []
        for one in similar:
            cosines = min(header.orientation for header in one)
            turned = "orientation " + " ".join(f"{part:.3f}" for part in cosines)
            said = ", ".join([*words, turned] if len(similar) > 1 else words)
            exact = " ".join(f"{part:.6f}" for part in cosines) if len(similar) > 1 else ""
            found.append(Part(one, said, f"{', '.join(words)} {exact}"))
    return found


def _parallel(one: SliceHeader, other: SliceHeader) -> bool:
    """Tell whether two slices have the same directions."""
    pairs = itertools.zip_longest(one.orientation, other.orientation, fillvalue=float("inf"))
    return all(abs(a - b) <= PARALLEL_TOLERANCE for a, b in pairs)


def _by_distinctions(headers: list[SliceHeader]) -> list[tuple[list[SliceHeader], str, str]]:
    """Return slices with no two at one place, told apart by as little as possible; else all."""
    places = _places(headers)
    if places is None or max(Counter(places).values()) == 1:
        return [(headers, "", "")]
    names = list(DISTINCTIONS)
    varying = [
        index
        for index in range(len(names))
        if len({one.distinctions[index] for one in headers}) > 1
    ]
    for count in range(1, _MOST_TOGETHER + 1):
        found = [
            groups
            for chosen in itertools.combinations(varying, count)
            if (groups := _told_apart(headers, places, chosen))
        ]
        if found:
            return min(found, key=len)
    return [(headers, "", "")]


def _told_apart(
    headers: list[SliceHeader], places: list[int], chosen: tuple[int, ...]
) -> list[tuple[list[SliceHeader], str, str]]:
    """Return the slices by some distinctions; nothing if these leave two at one place.

    A distinction that also tells slices at different places apart (a number of
    its own for each slice) would leave stacks of single slices, and is none.
    """
    groups: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for index, header in enumerate(headers):
        groups[tuple(header.distinctions[one] for one in chosen)].append(index)
    most = max(Counter(places).values())
    if any(len({places[one] for one in group}) < len(group) for group in groups.values()):
        return []
    if (
        len(set(places)) > 1
        and any(len(group) == 1 for group in groups.values())
        and len(groups) > most
    ):
        return []
    names = list(DISTINCTIONS)
    return [
        (
            [headers[index] for index in group],
            ", ".join(_said(names[one], text) for one, text in zip(chosen, key, strict=True)),
            repr([(names[one], text) for one, text in zip(chosen, key, strict=True)]),
        )
        for key, group in sorted(groups.items(), key=lambda item: list(map(_rank, item[0])))
    ]


def _rank(text: str) -> tuple[float, str]:
    """Return what texts are sorted by: none at all, numbers by their size, other texts."""
    if not text:
        return -math.inf, ""
    try:
        return float(text), ""
    except ValueError:
        return math.inf, text


def _said(name: str, text: str) -> str:
    """Return a distinction in words; a header may hold anything, and not all is repeated."""
    what = DISTINCTIONS[name]
    if not text:
        return f"no {what}"
    if name == "ImageType":
        known = [word for word in text.split("\\") if word.strip().upper() in _IMAGE_WORDS]
        return f"{what} {' '.join(known)}"
    return f"{what} {text}" if _NUMBER.fullmatch(text) else f"another {what}"


def _places(headers: Sequence[SliceHeader]) -> list[int] | None:
    """Return a number for each place along the normal; None where slices have none."""
    if any(len(one.position_mm) != 3 or len(one.orientation) != _ORIENTED for one in headers):  # noqa: PLR2004
        return None
    try:
        along = places_along_normal(headers)
    except (StackError, OverflowError, ZeroDivisionError):
        return None
    order = sorted(range(len(along)), key=along.__getitem__)
    numbers, number = [0] * len(along), 0
    for before, after in itertools.pairwise(order):
        number += along[after] - along[before] >= DUPLICATE_MM
        numbers[after] = number
    return numbers
