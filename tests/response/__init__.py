"""Tests of the response rules: patients in, responses out."""
