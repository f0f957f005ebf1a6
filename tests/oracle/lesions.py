"""What one lesion is at one visit: size, whether it blocks CR, whether it shows disease."""

from __future__ import annotations

from dataclasses import dataclass

from tests.oracle.parameters import Parameters
from tests.oracle.tables import Row, Visit


@dataclass(frozen=True)
class Target:
    """A target lesion at a visit."""

    evaluable: bool
    size: int = 0
    imputed: bool = False
    gone: bool = False
    """Absent, or a normal node: does not stand against CR."""
    shows: bool = False
    """There to be seen and no normal node: disease, after a CR (C20)."""
    holder: str | None = None
    """The lesion that holds the common size, where this one has merged."""


NOT_EVALUABLE = Target(evaluable=False)


def thousandths(text: str) -> int:
    """Return a decimal text in mm as a whole number of 0.001 mm."""
    whole, _, rest = text.partition(".")
    return int(whole) * 1000 + int((rest + "000")[:3])


def size_of(row: Row, parameters: Parameters, *, as_node: bool) -> int | None:
    """Return the size in the unit of the criteria; None when an axis that it needs is missing."""
    long, short = row["longest_mm"], row["short_mm"]
    if parameters.product:
        if long is None or short is None:
            return None
        return thousandths(long) * thousandths(short)
    needed = short if as_node else long
    return None if needed is None else thousandths(needed)


def is_node(name: str, visit: Visit, nodal: dict[str, bool], parameters: Parameters) -> bool:
    """Tell whether a lesion counts as a node: not when it holds what is no node (C8)."""
    if parameters.normal_node_below is None:
        return False
    merged = [
        row["lesion"]
        for row in visit.rows
        if row["role"] == "target" and row["state"] == "merged" and row["merged_into"] == name
    ]
    return all(nodal[each] for each in [name, *merged])


def target_at(name: str, visit: Visit, nodal: dict[str, bool], parameters: Parameters) -> Target:
    """Return what a target is at a visit."""
    rows = visit.lesion(name)
    if not rows or rows[0]["state"] == "not-evaluable":
        return NOT_EVALUABLE
    state = rows[0]["state"]
    if state == "absent":
        return Target(evaluable=True, gone=True)
    if state == "merged":
        # C8, A22: counts 0; normal only when the common lesion is a normal node. A merged node
        # shows what its holder shows (C20).
        holder = target_at(rows[0]["merged_into"], visit, nodal, parameters)
        node = nodal[name] and parameters.normal_node_below is not None
        return Target(
            evaluable=True,
            gone=holder.gone,
            shows=holder.shows if node else True,
            holder=rows[0]["merged_into"],
        )
    as_node = is_node(name, visit, nodal, parameters)
    known = [size_of(row, parameters, as_node=as_node) for row in rows]
    imputed = state == "too-small" and known == [None]
    sizes = [parameters.stand_in] if imputed else [size for size in known if size is not None]
    limit = parameters.normal_node_below
    normal = as_node and limit is not None and max(sizes, default=0) < limit
    if len(sizes) < len(rows):
        # C5, C7: seen, but without the size that the criteria need. A node has come back
        # only when a part of it is known to be 10 mm (1.8).
        return Target(evaluable=False, shows=not normal)
    return Target(evaluable=True, size=sum(sizes), imputed=imputed, gone=normal, shows=not normal)


def is_small_node(row: Row, parameters: Parameters, *, nodal: bool) -> bool:
    """Tell whether a non-target node is there with the short axis of a normal node (C14)."""
    limit, short = parameters.normal_node_below, row["short_mm"]
    if row["state"] != "present" or not nodal or limit is None or short is None:
        return False
    return thousandths(short) < limit


def non_target_at(name: str, visits: list[Visit], parameters: Parameters, *, nodal: bool) -> str:
    """Return ``gone``, ``persists``, ``progressed`` or ``not-evaluable``.

    `visits` are those from the baseline up to the one that is asked for.
    """
    rows = visits[-1].lesion(name)
    if not rows or rows[0]["state"] == "not-evaluable":
        return "not-evaluable"
    row = rows[0]
    if row["state"] == "progressed":
        return "progressed"
    if row["state"] == "absent":
        # C16: nobody can tell that a lesion went that was never seen.
        seen = any(
            each["state"] in ("present", "increased", "progressed")
            for visit in visits
            for each in visit.lesion(name)
        )
        return "gone" if seen else "not-evaluable"
    # C14: a node that was as small at the baseline has not gone by being small.
    small_before = any(
        is_small_node(each, parameters, nodal=nodal) for each in visits[0].lesion(name)
    )
    small_now = is_small_node(row, parameters, nodal=nodal)
    return "gone" if small_now and not small_before else "persists"
