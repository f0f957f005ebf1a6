"""Tests of the reading room: its logic without a display, its windows in one."""
