"""Faults of lesion rows: within a row, within a lesion at a visit, and within a lesion's course."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from recistkit.errors import Fault
from recistkit.exchange.columns import ParsedTable, Wrong
from recistkit.exchange.numbering import first_rows, numbers, repeated
from recistkit.terms import LESION_STATES, OVERALL

__all__ = ["lesion_faults"]

READ = ("subject", "reader")
VISIT = (*READ, "timepoint")

MEASURABLE = (pl.col("role") == "target") | (
    (pl.col("role") == "new") & (pl.col("kind") == "target")
)
MEASURABLE_UM = 10_000
"""Smallest axis that can be measured (Eisenhauer 2009, 3)."""
MOST_COMPARTMENTS = 100
"""More different words are something else in that column."""
SIZED = pl.col("longest_um").is_not_null() | pl.col("short_um").is_not_null()
MERGED = ((pl.col("state") == "merged") & MEASURABLE).fill_null(value=False)
ZERO = (pl.col("longest_um") == 0) | (pl.col("short_um") == 0)


def lesion_faults(table: ParsedTable) -> None:
    """Add every fault that the reads table shows by itself."""
    table.add(*_states(table), *_sizes(table), *_fragments(), *_mergers())
    _compartments(table)
    _baselines(table)
    _repeated_rows(table)
    _merged_lesions(table)
    _changed_lesions(table)


def _states(table: ParsedTable) -> Iterator[Wrong]:
    state, role = pl.col("state"), pl.col("role")
    known = table.fine("state", "role") & role.is_not_null()
    silent = known & state.is_null()
    yield Wrong(
        silent & (role == "target") & table.fine("longest_mm", "short_mm"),
        "state",
        "a target without a size needs a state: nothing follows from silence",
    )
    yield Wrong(
        silent & (role == "non-target"),
        "state",
        "a non-target needs a state: nothing follows from silence",
    )
    target_kind = (role == "new") & (pl.col("kind") == "target")
    known &= (role != "new") | table.fine("kind")
    kinds = (
        (role == "target", LESION_STATES["target"], "target"),
        (role == "non-target", LESION_STATES["non-target"], "non-target"),
        (
            (role == "new") & ~target_kind.fill_null(value=False),
            LESION_STATES["new", "non-target"],
            "new lesion",
        ),
        (target_kind, LESION_STATES["new", "target"], "new target"),
    )
    for which, allowed, name in kinds:
        wrong = known & which & ~state.is_in(list(allowed))
        expected = f"of a {name}; expected one of {', '.join(allowed)}"
        yield Wrong(wrong, "state", pl.format("{} is no state {}", state, pl.lit(expected)))
    yield Wrong(
        table.fine("state", "reason") & (state == "not-evaluable") & pl.col("reason").is_null(),
        "reason",
        "not-evaluable needs a reason",
    )


def _sizes(table: ParsedTable) -> Iterator[Wrong]:
    state = pl.col("state")
    fine = table.fine("longest_mm", "short_mm")
    needs_size = fine & MEASURABLE & state.is_in(["measured", "split"])
    yield Wrong(needs_size & ~SIZED, "longest_mm", pl.format("{} without any size", state))
    zero = fine & MEASURABLE & ZERO & state.is_in(["measured", "split", "too-small"])
    yield Wrong(
        zero, "longest_mm", pl.format("{} with a size of 0; a lesion that is gone is absent", state)
    )
    large = (pl.col("longest_um") >= MEASURABLE_UM) | (pl.col("short_um") >= MEASURABLE_UM)
    yield Wrong(
        fine & MEASURABLE & (state == "too-small") & large,
        "longest_mm",
        "too small to measure, yet 10 mm or more",
    )
    yield Wrong(
        fine & (state == "absent") & SIZED, "longest_mm", "an absent lesion cannot have a size"
    )
    yield Wrong(
        fine & (pl.col("short_um") > pl.col("longest_um")),
        "short_mm",
        "the short axis is longer than the longest diameter",
    )


def _fragments() -> Iterator[Wrong]:
    split, fragment = pl.col("state") == "split", pl.col("fragment")
    yield Wrong(
        fragment.is_not_null() & ~split,
        "fragment",
        "belongs to a lesion whose state is split",
    )
    yield Wrong(split & fragment.is_null(), "fragment", "a split lesion needs one for each row")


def _mergers() -> Iterator[Wrong]:
    holder = pl.col("merged_into")
    yield Wrong(
        (pl.col("state") != "merged") & holder.is_not_null(),
        "merged_into",
        "belongs to a lesion whose state is merged",
    )
    yield Wrong(MERGED & holder.is_null(), "merged_into", "a merged lesion needs one")


def _compartments(table: ParsedTable) -> None:
    compartment = pl.col("compartment")
    if "compartment" not in table.present:
        return
    different = table.frame["compartment"].drop_nulls().unique()
    if len(different) > MOST_COMPARTMENTS:
        message = (
            f"has {len(different)} different compartments; expected at most {MOST_COMPARTMENTS}"
        )
        table.faults.append(Fault(0, "compartment", message))
        return
    if OVERALL in {word.lower() for word in different}:
        table.add_rows(
            table.frame.filter(compartment.str.to_lowercase() == OVERALL),
            "compartment",
            f"{OVERALL!r} is reserved for the whole patient",
        )
    table.add_unless_all_or_none("compartment", "compartments")


def _baselines(table: ParsedTable) -> None:
    if "baseline" not in table.present:
        return
    named = pl.all_horizontal(pl.col(VISIT).is_not_null())
    marked = table.frame.filter(pl.col("baseline") & named)
    first = marked.unique("visit_no", keep="first", maintain_order=True)
    if not first.height:
        return
    second = first.filter(pl.struct(READ).is_first_distinct().not_())
    table.add_rows(
        second,
        "baseline",
        pl.format("timepoint {} is a second baseline of this read", pl.col("timepoint")),
    )
    denied = table.frame.filter(~pl.col("baseline"))
    if denied.height:
        against = denied.join(first, on="visit_no", how="semi")
        table.add_rows(against, "baseline", "is false where another row of the timepoint says true")


def _repeated_rows(table: ParsedTable) -> None:
    split = pl.col("state") == "split"
    crowded = repeated(table.frame["spot_no"].to_numpy())
    if not crowded.any():
        return
    named = pl.all_horizontal(pl.col([*VISIT, "lesion"]).is_not_null())
    rows = table.frame.filter(pl.Series(crowded)).filter(named)
    again = rows.filter(
        ~pl.struct("spot_no", "fragment").is_first_distinct(),
        ~(split & pl.col("fragment").is_null()).fill_null(value=False),
    )
    table.add_rows(
        again,
        "lesion",
        pl.format("lesion {} has more than one row at this timepoint", pl.col("lesion")),
    )
    whole = ~split & split.any().over("spot_no")
    table.add_rows(
        rows.filter(whole),
        "state",
        "the lesion is split at this timepoint: all its rows say split",
    )


def _merged_lesions(table: ParsedTable) -> None:
    holder = pl.col("merged_into")
    rows = table.frame.filter(MERGED & holder.is_not_null() & table.fine("merged_into"))
    if not rows.height:
        return
    perhaps_target = (pl.col("role") == "target").fill_null(value=True)
    holders = table.frame.filter(perhaps_target).select(
        *VISIT,
        pl.lit(value=True).alias("is_there"),
        pl.col("lesion").alias("merged_into"),
        pl.col("state").alias("holder_state"),
        pl.col("compartment").alias("holder_compartment"),
    )
    holders = holders.unique([*VISIT, "merged_into"], keep="first", maintain_order=True)
    pairs = rows.join(holders, on=[*VISIT, "merged_into"], how="left", maintain_order="left")
    itself = pl.col("merged_into") == pl.col("lesion")
    nowhere = pl.col("is_there").is_null() | itself
    table.add_rows(
        pairs.filter(nowhere),
        "merged_into",
        pl.format("{} is no other target of this read and timepoint", holder),
    )
    sizeless = ~nowhere & pl.col("holder_state").is_in(["absent", "merged"])
    table.add_rows(
        pairs.filter(sizeless),
        "merged_into",
        pl.format(
            "{} is {}; the lesion that holds the common size has one",
            holder,
            pl.col("holder_state"),
        ),
    )
    elsewhere = ~nowhere & (pl.col("holder_compartment") != pl.col("compartment"))
    table.add_rows(
        pairs.filter(elsewhere),
        "merged_into",
        pl.format("{} lies in another compartment", holder),
    )


def _changed_lesions(table: ParsedTable) -> None:
    """A lesion's role, nodal flag and compartment never change within a read."""
    for column in ("role", "nodal", "compartment"):
        if column not in table.present:
            continue
        stated = table.frame[["row", "subject", "lesion", "lesion_no", column]]
        lesions = stated["lesion_no"].to_numpy()
        if any(stated.null_count().row(0)):
            stated = stated.drop_nulls()
            lesions = numbers(stated["lesion_no"].to_numpy())
        was = stated[column].gather(first_rows(lesions)[lesions])
        changes = stated[column] != was
        if not changes.any():
            continue
        table.add_rows(
            stated.with_columns(was=was).filter(changes),
            column,
            pl.format(
                "lesion {} was {} and is now {}; it never changes within a read",
                pl.col("lesion"),
                pl.col("was").cast(pl.String),
                pl.col(column).cast(pl.String),
            ),
        )
