"""Tests of recistkit.scans.volume_files."""
