"""A large study of random reads: the same one as arrays and as a Parquet file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from recistkit.model.batch import NEVER, NO_LENGTH, Layout, Observations
from recistkit.terms import CERTAINTIES, ROLES, STATES

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Shape", "arrays", "write_parquet"]

DAYS_BETWEEN_VISITS = 56
NOT_EVALUABLE_SHARE = 0.02


@dataclass(frozen=True)
class Shape:
    """How large the study is: two compartments and the whole patient."""

    subjects: int
    visits: int = 6
    targets: int = 5

    @property
    def lesion_rows(self) -> int:
        return self.subjects * self.visits * self.targets


def _columns(shape: Shape) -> dict[str, np.ndarray]:
    """Return subject, visit, lesion, size and state of every lesion row."""
    random = np.random.default_rng(20130101)
    rows = shape.lesion_rows
    visit = np.tile(np.repeat(np.arange(shape.visits), shape.targets), shape.subjects)
    size = random.integers(15_000, 60_000, rows) // 100 * 100
    shrinks = random.uniform(0.4, 1.2, rows)
    later = visit > 0
    return {
        "subject": np.repeat(np.arange(shape.subjects), shape.visits * shape.targets),
        "visit": visit,
        "lesion": np.tile(np.arange(shape.targets), shape.subjects * shape.visits),
        "longest_um": np.where(later, (size * shrinks).astype(np.int64) // 100 * 100, size),
        "missing": later & (random.random(rows) < NOT_EVALUABLE_SHARE),
    }


def arrays(shape: Shape) -> tuple[Observations, Layout]:
    """Return the study as the arrays that the engine takes."""
    made = _columns(shape)
    rows = shape.lesion_rows
    state = np.where(made["missing"], STATES.index("not-evaluable"), STATES.index("measured"))
    observations = Observations(
        row=made["subject"] * 3 + (made["lesion"] >= 2),
        visit=made["visit"],
        lesion=made["subject"] * shape.targets + made["lesion"],
        role=np.full(rows, ROLES.index("target"), np.int8),
        state=state.astype(np.int8),
        certainty=np.full(rows, CERTAINTIES.index("unequivocal"), np.int8),
        nodal=made["lesion"] == shape.targets - 1,
        longest_um=np.where(made["missing"], NO_LENGTH, made["longest_um"]),
        short_um=np.where(made["missing"], NO_LENGTH, made["longest_um"] * 3 // 4),
        holder=np.full(rows, -1, np.int64),
        day=(15_000 + made["visit"] * DAYS_BETWEEN_VISITS).astype(np.int32),
    )
    day = (15_000 + np.arange(shape.visits) * DAYS_BETWEEN_VISITS).astype(np.int32)
    visits = np.tile(day, shape.subjects)
    stated = np.full(len(visits), -1, np.int8)
    never = np.full(shape.subjects, NEVER, np.int32)
    layout = Layout(
        read_of_row=np.repeat(np.arange(shape.subjects), 3),
        is_overall=np.tile([False, False, True], shape.subjects),
        n_visits=np.full(shape.subjects, shape.visits),
        first_day=visits,
        last_day=visits,
        marker=stated,
        statement=stated,
        coverage_incomplete=np.zeros(len(visits), bool),
        reference_day=never,
        new_therapy_day=never,
        local_therapy_day=np.repeat(never, 3),
    )
    return observations, layout


def write_parquet(shape: Shape, path: Path) -> None:
    """Write the study as a reads table."""
    made = _columns(shape)
    subjects = pl.Series([f"S{number:07d}" for number in range(shape.subjects)])
    labels = pl.Series([f"month-{2 * number}" for number in range(shape.visits)])
    lesions = pl.Series([f"T{number + 1}" for number in range(shape.targets)])
    missing = pl.Series(made["missing"])
    is_distant = made["lesion"] >= 2
    frame = pl.DataFrame(
        {
            "subject": subjects.gather(made["subject"]),
            "timepoint": labels.gather(made["visit"]),
            "lesion": lesions.gather(made["lesion"]),
            "role": pl.repeat("target", shape.lesion_rows, eager=True),
            "date": pl.Series(15_000 + made["visit"] * DAYS_BETWEEN_VISITS)
            .cast(pl.Int32)
            .cast(pl.Date),
            "compartment": pl.Series(["primary", "distant"]).gather(is_distant.astype(int)),
            "organ": pl.Series(["rectum", "liver"]).gather(is_distant.astype(int)),
            "nodal": made["lesion"] == shape.targets - 1,
            "longest_mm": pl.Series(made["longest_um"] / 1000),
            "short_mm": pl.Series(made["longest_um"] * 3 // 4 / 1000),
            "missing": missing,
        }
    )
    sizes = [
        pl.when(~pl.col("missing")).then(pl.col(name)).alias(name)
        for name in ("longest_mm", "short_mm")
    ]
    gone = pl.when("missing")
    frame.with_columns(
        *sizes,
        state=gone.then(pl.lit("not-evaluable")).otherwise(pl.lit("measured")),
        reason=gone.then(pl.lit("artefact")),
    ).drop("missing").write_parquet(path)
