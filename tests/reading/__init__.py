"""Tests of what one reader does: settings, cases, session, key images; no window."""
