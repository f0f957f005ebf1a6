"""The findings table: how lengths are written."""

from __future__ import annotations

import polars as pl

from recistkit.findings.table import lengths


def test_lengths_are_written_with_the_digits_that_they_have() -> None:
    frame = pl.DataFrame({"length_um": range(1_000_001)})
    expected = [f"{length_um / 1000:.15g}" for length_um in range(1_000_001)]
    assert frame.select(lengths("length_um")).to_series().to_list() == expected
