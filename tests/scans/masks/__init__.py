"""Tests of recistkit.scans.masks."""
