"""Tests of recistkit.study."""
