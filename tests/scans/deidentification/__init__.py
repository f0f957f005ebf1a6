"""Tests of recistkit.scans.deidentification."""
