"""Figures: what they show, that they are the same bytes, and that names from outside stay text."""
