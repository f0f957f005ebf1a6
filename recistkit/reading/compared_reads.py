"""Two signed reads of a subject beside each other, as A and B: where they differ and agree.

Who read is in none of this: both documents bear the letters that the
adjudicator knows them by before anything is made of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from recistkit.criteria import Criteria
from recistkit.exchange.sources import tables_of_documents
from recistkit.model.mark import Mark
from recistkit.model.read import Lesion, Read
from recistkit.reading.draft import Draft
from recistkit.reading.evaluation import SideTables
from recistkit.reconciliation import reconcile
from recistkit.reconciliation.matching import match_lesions
from recistkit.study.check import reads_of
from recistkit.study.classify import Classification, classify

if TYPE_CHECKING:
    import polars as pl

__all__ = ["SIDES", "ComparedReads", "ComparedValue", "LesionPair", "Side", "classified"]

Side = Literal["A", "B"]
SIDES: Final[tuple[Side, Side]] = ("A", "B")

_NONE: Final = "\N{EN DASH}"


@dataclass(frozen=True, slots=True)
class LesionPair:
    """A lesion of A, a lesion of B, or both where they are the same; at least one is there.

    Attributes
    ----------
    a, b : Lesion or None
    distance_mm : float or None
        Between the two where they were matched by their places.
    """

    a: Lesion | None
    b: Lesion | None
    distance_mm: float | None = None

    @property
    def name(self) -> str:
        """What the pair is called, such as ``T1/T2``, or ``T3/–`` where B has no such lesion."""
        return f"{_name(self.a)}/{_name(self.b)}"

    @property
    def organ(self) -> str:
        """The organ, or both where the reads name it otherwise."""
        named = (one.organ for one in (self.a, self.b) if one is not None and one.organ)
        return ", ".join(dict.fromkeys(named))

    def of(self, side: Side) -> Lesion | None:
        """Return the lesion of one read."""
        return self.a if side == "A" else self.b


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedValue:
    """One compared variable of one compartment, and of a lesion that its difference comes from.

    Attributes
    ----------
    compartment, variable : str
    a, b : str
        Both values as text; empty for none.
    differs : bool
    cause : str
        ``selection``, ``measurement``, ``non-target``, ``new-lesion``, ``date``,
        ``undetermined``; empty where the reads agree.
    text : str
        The same in words, with the lesions named.
    visit : str or None
        Which shows the cause.
    pair : str or None
        Name of the `LesionPair` that is concerned.
    """

    compartment: str
    variable: str
    a: str
    b: str
    differs: bool
    cause: str = ""
    text: str = ""
    visit: str | None = None
    pair: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedReads:
    """Two reads of one subject; see `ComparedReads.of`.

    Attributes
    ----------
    drafts : mapping of Side to Draft
        What each read holds.
    pairs : tuple of LesionPair
        Every lesion of both reads once: A's in their order, then B's own.
    values : tuple of ComparedValue
        What differs, in the order of compartments and variables; then what agrees.
    responses : polars.DataFrame
        Responses table of both; ``reader`` is A or B.
    """

    drafts: Mapping[Side, Draft]
    pairs: tuple[LesionPair, ...]
    values: tuple[ComparedValue, ...]
    responses: pl.DataFrame

    @classmethod
    def of(
        cls, a: Read, b: Read, criteria: Criteria, variables: Sequence[str], side: SideTables
    ) -> ComparedReads:
        """Compare two reads.

        Parameters
        ----------
        a, b : Read
            Of one subject; who read is not looked at.
        criteria : Criteria
            In force in the study.
        variables : sequence of str
            Columns of the best table that are compared.
        side : SideTables
            Of the subject.

        Raises
        ------
        TableError, OptionError
            If they cannot be compared.
        """
        named = [
            read.model_copy(update={"reader": name})
            for name, read in zip(SIDES, (a, b), strict=True)
        ]
        result = classified(named, criteria, side)
        reads = reads_of(result.study.tables)
        both = reconcile(
            result.best, result.responses, readers=SIDES, reads=reads, compare=variables
        )
        drafts: dict[Side, Draft] = dict(zip(SIDES, map(_draft, named), strict=True))
        pairs = _pairs(drafts, match_lesions(reads, SIDES).pairs)
        return cls(
            drafts=drafts,
            pairs=pairs,
            values=_values(both.reconciled, both.differences),
            responses=result.responses,
        )

    @property
    def differing(self) -> tuple[ComparedValue, ...]:
        """What differs."""
        return tuple(value for value in self.values if value.differs)

    @property
    def visits(self) -> tuple[str, ...]:
        """Labels of the visits of either read in order, from the first baseline on."""
        known = {
            label: draft.timepoints[label].date_first
            for draft in self.drafts.values()
            for label in draft.visits
        }
        return tuple(sorted(known, key=lambda label: (known[label], label)))

    def pair(self, name: str | None) -> LesionPair | None:
        """Return a pair by its name; None where there is none."""
        return next((one for one in self.pairs if one.name == name), None)

    def marks_of(self, pair: LesionPair, side: Side, visit: str) -> tuple[Mark, ...]:
        """Return the marks of one read's lesion of a pair at a visit."""
        lesion = pair.of(side)
        return () if lesion is None else self.drafts[side].marks_of(lesion.id, visit)


def classified(reads: Sequence[Read], criteria: Criteria, side: SideTables) -> Classification:
    """Return what reads come to, by the arrow that the commands take.

    Raises
    ------
    TableError
        If they cannot be classified.
    """
    table, visits = tables_of_documents(reads)
    return classify(
        table, criteria=criteria, visits=visits, subjects=side.subjects, events=side.events
    )


def _name(lesion: Lesion | None) -> str:
    return _NONE if lesion is None else lesion.id


def _draft(read: Read) -> Draft:
    """Return what a document holds."""
    return Draft(
        timepoints={item.label: item for item in read.timepoints},
        lesions={item.id: item for item in read.lesions},
        marks={(item.lesion, item.timepoint, item.fragment): item for item in read.marks},
    )


def _pairs(drafts: Mapping[Side, Draft], matched: pl.DataFrame) -> tuple[LesionPair, ...]:
    """Return every lesion of both reads once, those that are the same together."""
    partners = {row["lesion_1"]: row for row in matched.iter_rows(named=True)}
    lesions_b = drafts["B"].lesions
    pairs = []
    for lesion in drafts["A"].lesions.values():
        row = partners.get(lesion.id)
        other = None if row is None else lesions_b[row["lesion_2"]]
        pairs.append(LesionPair(lesion, other, None if row is None else row["distance_mm"]))
    taken = {pair.b.id for pair in pairs if pair.b is not None}
    pairs += [LesionPair(None, one) for one in lesions_b.values() if one.id not in taken]
    return tuple(pairs)


def _values(reconciled: pl.DataFrame, differences: pl.DataFrame) -> tuple[ComparedValue, ...]:
    """Return what differs, one per lesion or pair that is concerned, and then what agrees."""
    on = ("compartment", "variable")
    causes: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in differences.iter_rows(named=True):
        causes.setdefault((row["compartment"], row["variable"]), []).append(row)
    differing, agreed = [], []
    for row in reconciled.iter_rows(named=True):
        said = {name: row[name] for name in on} | {
            name: row[f"value_{number}"] or "" for number, name in enumerate("ab", start=1)
        }
        if row["status"] == "agreed":
            agreed.append(ComparedValue(**said, differs=False))
            continue
        differing += [
            ComparedValue(
                **said,
                differs=True,
                cause=cause["cause"] or "",
                text=cause["text"] or "",
                visit=cause["timepoint"],
                pair=_pair_name(cause["lesion_1"], cause["lesion_2"]),
            )
            for cause in causes[row["compartment"], row["variable"]]
        ]
    return (*differing, *agreed)


def _pair_name(a: str | None, b: str | None) -> str | None:
    return None if a is None and b is None else f"{a or _NONE}/{b or _NONE}"
