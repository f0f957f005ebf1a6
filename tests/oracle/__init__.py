"""A second engine: slow and plain, to be checked line by line against the rules.

It shares no code with ``recistkit``: one patient at a time, plain Python,
whole numbers and fractions. ``generate`` makes boundary-heavy tables,
``compare`` holds both engines against each other, ``python -m tests.oracle.run``
does so for as many reads as one has patience for.
"""
