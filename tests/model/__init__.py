"""Tests of recistkit.model."""
