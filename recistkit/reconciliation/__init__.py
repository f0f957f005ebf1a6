"""Two reads of each subject: where they differ and why, which one is accepted, how they agree."""

from __future__ import annotations

from recistkit.reconciliation.arrow import Reconciliation, reconcile
from recistkit.reconciliation.options import COMPARABLE, DEFAULT_COMPARED

__all__ = ["COMPARABLE", "DEFAULT_COMPARED", "Reconciliation", "reconcile"]
