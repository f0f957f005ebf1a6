"""Reading: what one reader is doing now, without a window.

The session with its commands and journal, the folder of cases and its
settings, and whatever else the reading room shows but must not decide.
"""
