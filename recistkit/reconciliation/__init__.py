"""Two reads of each subject: where they differ and why, which one is accepted, how they agree."""

from __future__ import annotations

from recistkit.reconciliation.arrow import Reconciliation, reconcile

__all__ = ["Reconciliation", "reconcile"]
