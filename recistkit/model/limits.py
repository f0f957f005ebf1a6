"""Limits of the choice of targets and of the baseline: what ``check`` holds a reader to."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["SelectionLimits"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectionLimits:
    """Limits that a set of criteria puts on a reader's choice; None is no such rule.

    Lengths are whole micrometres (0.001 mm) and the limits themselves are
    allowed: a target of exactly the smallest size may be chosen, and a
    baseline scan exactly `baseline_window_days` before the reference date is
    in time.

    Parameters
    ----------
    maximum_targets : int or None
        Targets that one reader may choose in a patient.
    maximum_per_organ : int or None
        Targets in one organ; paired organs, and all nodes, are one organ.
    minimum_longest_um : int or None
        Smallest longest diameter of a target at baseline.
    minimum_node_short_um : int or None
        Smallest short axis of a nodal target. Without it, a node is held to
        the rule of the other lesions, by its longest diameter.
    normal_node_short_um : int or None
        A node with a short axis below this is normal.
    slice_thickness_factor : float or None
        A target measures at least this many times its own slice thickness.
    baseline_window_days : int or None
        Days before the reference date that a baseline scan may lie.
    """

    maximum_targets: int | None = None
    maximum_per_organ: int | None = None
    minimum_longest_um: int | None = None
    minimum_node_short_um: int | None = None
    normal_node_short_um: int | None = None
    slice_thickness_factor: float | None = None
    baseline_window_days: int | None = None
