"""Scans into a study, without the patients: search, place, copy, record, verify."""
