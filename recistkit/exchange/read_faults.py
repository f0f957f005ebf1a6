"""What must hold between the fields of a read document, beyond each field for itself.

Every check takes the parts that could be understood, with the place where
each stands, so that one fault in a document does not hide the others.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from recistkit.errors import Fault
from recistkit.measure.ruler import commit_ruler
from recistkit.model.mark import Mark, Ruler
from recistkit.model.read import Lesion, Read, Timepoint, content_hash
from recistkit.terms import LESION_STATES, OVERALL

__all__ = ["Parts", "part_faults", "parts_of", "signature_faults"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The parts of a document that could be understood, by their dotted paths.

    `known_timepoints` and `known_lesions` also hold the names of parts that
    have faults of their own, so that naming them is no second fault.
    """

    timepoints: Mapping[str, Timepoint]
    lesions: Mapping[str, Lesion]
    marks: Mapping[str, Mark]
    known_timepoints: Collection[str]
    known_lesions: Collection[str]
    resolution_mm: Decimal | None
    complete: bool = True


def parts_of(read: Read) -> Parts:
    """Return the parts of a read that has no faults in single fields."""
    return Parts(
        timepoints={f"timepoints.{index}": item for index, item in enumerate(read.timepoints)},
        lesions={f"lesions.{index}": item for index, item in enumerate(read.lesions)},
        marks={f"marks.{index}": item for index, item in enumerate(read.marks)},
        known_timepoints={item.label for item in read.timepoints},
        known_lesions={item.id for item in read.lesions},
        resolution_mm=read.resolution_mm,
    )


def part_faults(parts: Parts) -> list[Fault]:
    """Return every fault between the parts of a document."""
    found: list[Fault] = []
    for check in (_timepoint_faults, _lesion_faults, _mark_faults, _repeated_marks, _unmarked):
        found.extend(Fault(0, path, message) for path, message in check(parts))
    return found


def signature_faults(read: Read) -> list[Fault]:
    """Return what is wrong with the signature: too early, missing, or of another content."""
    if read.state == "draft":
        message = "a draft has no signature"
        return [Fault(0, "signature", message)] if read.signature else []
    if read.signature is None:
        return [Fault(0, "signature", "is missing, and the state is 'signed'")]
    if read.signature.hash != content_hash(read):
        message = "does not fit the document: its content is not what was signed"
        return [Fault(0, "signature.hash", message)]
    return []


def _repeated(names: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield the path of every name that stood before, and where it stood first."""
    first: dict[str, str] = {}
    for path, name in names:
        if name in first:
            yield path, f"{name!r} stands already in {first[name]}"
        first.setdefault(name, path)


def _timepoint_faults(parts: Parts) -> Iterator[tuple[str, str]]:
    """Yield faults of dates and their order, of repeated labels and of the baseline."""
    yield from _repeated((f"{path}.label", item.label) for path, item in parts.timepoints.items())
    for path, item in parts.timepoints.items():
        if item.date_last < item.date_first:
            yield f"{path}.date_last", f"{item.date_last} is before date_first {item.date_first}"
    for (_, before), (path, after) in pairwise(parts.timepoints.items()):
        if after.date_first <= before.date_first:
            message = (
                f"{after.date_first} is not after {before.date_first} of the timepoint before it"
            )
            yield f"{path}.date_first", message
    baselines = [path for path, item in parts.timepoints.items() if item.baseline]
    for path in baselines[1:]:
        yield f"{path}.baseline", f"a second baseline; the first is {baselines[0]}"


def _lesion_faults(parts: Parts) -> Iterator[tuple[str, str]]:
    """Yield faults of repeated lesions, of kinds, and of compartments given for some only."""
    yield from _repeated((f"{path}.id", item.id) for path, item in parts.lesions.items())
    some = any(item.compartment is not None for item in parts.lesions.values())
    for path, item in parts.lesions.items():
        if item.compartment == OVERALL:
            yield f"{path}.compartment", f"{OVERALL!r} is reserved for the whole patient"
        if item.compartment is None and some:
            yield f"{path}.compartment", "is missing, while other lesions have one"
        if item.kind is not None and item.role != "new":
            yield f"{path}.kind", f"only new lesions have a kind, and this is a {item.role}"


def _mark_faults(parts: Parts) -> Iterator[tuple[str, str]]:
    """Yield the faults of each mark: what it names, its state, its lengths."""
    lesions = {item.id: item for item in parts.lesions.values()}
    timepoints = {item.label: item for item in parts.timepoints.values()}
    for path, mark in parts.marks.items():
        if mark.lesion not in parts.known_lesions:
            yield f"{path}.lesion", f"there is no lesion {mark.lesion!r}"
        if mark.timepoint not in parts.known_timepoints:
            yield f"{path}.timepoint", f"there is no timepoint {mark.timepoint!r}"
        rows = [*_date_faults(mark, timepoints.get(mark.timepoint)), *_size_faults(mark)]
        rows += [*_state_faults(mark, lesions.get(mark.lesion)), *_merger_faults(mark, parts)]
        rows += [*_ruler_faults(mark, parts.resolution_mm), *_mask_faults(mark)]
        yield from ((f"{path}.{name}", message) for name, message in rows)


def _date_faults(mark: Mark, timepoint: Timepoint | None) -> Iterator[tuple[str, str]]:
    """Yield a fault when a mark's scan lies outside its timepoint."""
    if timepoint is None or timepoint.date_last < timepoint.date_first:
        return
    if timepoint.date_first <= mark.date <= timepoint.date_last:
        return
    dates = f"{timepoint.date_first} to {timepoint.date_last}"
    yield "date", f"{mark.date} lies outside the timepoint {timepoint.label!r}, {dates}"


def _state_faults(mark: Mark, lesion: Lesion | None) -> Iterator[tuple[str, str]]:
    """Yield faults of a state that the lesion's role does not have, and of what goes with it."""
    if mark.state == "not-evaluable" and mark.reason is None:
        yield "reason", "is missing: why is the lesion not evaluable?"
    if lesion is None:
        return
    key = lesion.role if lesion.role != "new" else ("new", lesion.kind or "non-target")
    if mark.state not in LESION_STATES[key]:
        words = ", ".join(LESION_STATES[key])
        kind = f" ({key[1]})" if isinstance(key, tuple) else ""
        yield (
            "state",
            f"{mark.state!r} is no state of a {lesion.role}{kind} lesion; expected one of {words}",
        )
    if lesion.role == "new" and mark.certainty is None:
        yield "certainty", "is missing: a new lesion is equivocal or unequivocal"
    if lesion.role != "new" and mark.certainty is not None:
        yield "certainty", f"only new lesions have a certainty, and this is a {lesion.role}"


def _merger_faults(mark: Mark, parts: Parts) -> Iterator[tuple[str, str]]:
    """Yield faults of fragments without a split, and of mergers that point nowhere."""
    if mark.state == "split" and mark.fragment is None:
        yield "fragment", "is missing: each fragment of a split lesion has its name"
    if mark.state != "split" and mark.fragment is not None:
        yield "fragment", f"only a split lesion has fragments, and the state is {mark.state!r}"
    if mark.state == "merged" and mark.merged_into is None:
        yield "merged_into", "is missing: which lesion holds the common size now?"
    if mark.merged_into is None:
        return
    if mark.state != "merged":
        yield "merged_into", f"only a merged lesion has one, and the state is {mark.state!r}"
    if mark.merged_into == mark.lesion:
        yield "merged_into", "a lesion cannot be merged into itself"
    elif mark.merged_into not in parts.known_lesions:
        yield "merged_into", f"there is no lesion {mark.merged_into!r}"


def _size_faults(mark: Mark) -> Iterator[tuple[str, str]]:
    """Yield faults of lengths that a state cannot have, or cannot do without."""
    longest, short = mark.longest_mm, mark.short_mm
    if longest is not None and short is not None and short > longest:
        yield "short_mm", f"{short} mm is longer than the longest diameter, {longest} mm"
    if mark.state == "measured" and longest is None and short is None:
        yield "longest_mm", "is missing: a measured lesion has a size"
    for name, length in (("longest_mm", longest), ("short_mm", short)):
        if length is None:
            continue
        if mark.state == "absent":
            yield name, f"an absent lesion has no size, and {length} mm is given"
        if mark.state in {"measured", "split"} and length == 0:
            yield name, f"a {mark.state} lesion cannot be {length} mm"


def _ruler_faults(mark: Mark, resolution_mm: Decimal | None) -> Iterator[tuple[str, str]]:
    """Yield faults between rulers and committed lengths."""
    pairs = (("longest", mark.longest, mark.longest_mm), ("short", mark.short, mark.short_mm))
    for name, ruler, length in pairs:
        if ruler is not None and resolution_mm is not None:
            yield from _length_faults(name, ruler, length, resolution_mm)
    if mark.position_mm is not None and (mark.longest or mark.short):
        yield "position_mm", "a mark with a ruler has its position already"


def _mask_faults(mark: Mark) -> Iterator[tuple[str, str]]:
    """Yield a fault of a volume that nothing says where it comes from."""
    if mark.volume_mm3 is not None and mark.mask is None:
        yield "volume_mm3", f"{mark.volume_mm3} mm3 is given, and there is no mask"


def _length_faults(
    name: str, ruler: Ruler, length: Decimal | None, resolution_mm: Decimal
) -> Iterator[tuple[str, str]]:
    """Yield a fault when a committed length is not its ruler's length, rounded."""
    expected = commit_ruler(ruler, resolution_mm)
    if length is None:
        yield f"{name}_mm", f"is missing, while its ruler is {expected} mm long"
    elif length != expected:
        yield f"{name}_mm", f"{length} mm is given, and its ruler is {expected} mm long"


def _repeated_marks(parts: Parts) -> Iterator[tuple[str, str]]:
    """Yield a fault for every second mark of one lesion (and fragment) at one timepoint."""
    places: dict[tuple[str, str], dict[str | None, str]] = defaultdict(dict)
    for path, mark in parts.marks.items():
        before = places[mark.lesion, mark.timepoint]
        what = f"lesion {mark.lesion!r} at {mark.timepoint!r}"
        if mark.fragment in before:
            piece = f", fragment {mark.fragment!r}," if mark.fragment else ""
            yield path, f"{what}{piece} stands already in {before[mark.fragment]}"
        elif None in before or (before and mark.fragment is None):
            yield path, f"{what} is split and whole at once; see {next(iter(before.values()))}"
        before.setdefault(mark.fragment, path)


def _unmarked(parts: Parts) -> Iterator[tuple[str, str]]:
    """Yield faults of what tables cannot say: a lesion, or a later baseline, without marks."""
    if not parts.complete:
        return
    marked = {mark.lesion for mark in parts.marks.values()}
    for path, lesion in parts.lesions.items():
        if lesion.id not in marked:
            yield path, f"lesion {lesion.id!r} has no mark at any timepoint"
    visited = {mark.timepoint for mark in parts.marks.values()}
    for path, timepoint in list(parts.timepoints.items())[1:]:
        if timepoint.baseline and timepoint.label not in visited:
            yield f"{path}.baseline", "only the first timepoint may be a baseline without a mark"
