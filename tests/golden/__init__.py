"""Worked cases whose results are kept as files and reviewed as diffs."""
