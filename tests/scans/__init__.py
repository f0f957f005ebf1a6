"""Tests of recistkit.scans."""
