"""The arrow of ``check``: reads and visits in, the findings table out."""

from __future__ import annotations

import polars as pl

from recistkit.findings.baseline import baseline_too_early, non_target_without_baseline
from recistkit.findings.consistency import (
    node_not_marked,
    node_without_compartment,
    organ_changed,
    size_not_used,
    sizes_finer_than_a_tenth,
)
from recistkit.findings.drift import drift_findings
from recistkit.findings.sizes import size_findings
from recistkit.findings.table import READ, sorted_findings
from recistkit.findings.targets import baseline_lesions, too_many_per_organ, too_many_targets
from recistkit.findings.visits import baseline_after_reference, visits_overlap
from recistkit.model.limits import SelectionLimits

__all__ = ["check_reads"]


def check_reads(reads: pl.DataFrame, visits: pl.DataFrame, limits: SelectionLimits) -> pl.DataFrame:
    """Return the selection and data findings of all reads.

    Visits before the baseline take part in nothing and are not looked at.

    Parameters
    ----------
    reads : polars.DataFrame
        Reads table, faultless and typed: one row per reader, subject,
        timepoint, lesion and fragment; lengths in whole micrometres.
    visits : polars.DataFrame
        One row per read and timepoint with ``position`` (0 is the baseline),
        the dates and the subject's ``reference_date``.
    limits : SelectionLimits
        Limits of the criteria in force.

    Returns
    -------
    polars.DataFrame
        ``subject, reader, timepoint, lesion, code, message``, sorted; no rows
        where nothing was found. ``timepoint`` is empty where a finding
        concerns the whole read, ``lesion`` where it concerns several lesions.
    """
    visit = [*READ, "timepoint"]
    followed = (
        reads.join(visits.select(*visit, "position"), on=visit)
        .filter(pl.col("position") >= 0)
        .with_columns(pl.col("nodal").fill_null(value=False))
    )
    lesions = baseline_lesions(followed)
    return sorted_findings(
        [
            *too_many_targets(lesions, limits),
            *too_many_per_organ(lesions, limits),
            *size_findings(lesions, limits),
            *baseline_too_early(visits, limits),
            baseline_after_reference(visits),
            visits_overlap(visits.filter(pl.col("position") >= 0)),
            non_target_without_baseline(followed),
            *drift_findings(followed, limits),
            organ_changed(followed),
            size_not_used(followed),
            sizes_finer_than_a_tenth(followed),
            node_without_compartment(followed),
            node_not_marked(followed),
        ]
    )
