"""Tests of recistkit.measure."""
