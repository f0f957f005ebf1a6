"""Findings: what a reader chose or recorded against the rules of selection; never an error."""

from __future__ import annotations

from recistkit.findings.check import check_reads
from recistkit.findings.table import FINDING_COLUMNS

__all__ = ["FINDING_COLUMNS", "check_reads"]
