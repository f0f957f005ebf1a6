"""Tests of recistkit.scans.dicom."""
