"""Damaged files, thousands of them, through every door that takes a file of a scan or a mask.

Each must be loaded or refused with a `ScanError` that names the file and a
reason: no other exception, no crash, no hang, no memory above the limit, and
not a word of the file in any message. ``make fuzz`` runs it; a sample is in
``make test``.
"""
