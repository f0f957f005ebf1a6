"""Tests of recistkit.exchange."""
