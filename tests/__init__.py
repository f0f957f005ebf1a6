"""Tests, in the same rooms as the package; named by the behaviour that they show."""
