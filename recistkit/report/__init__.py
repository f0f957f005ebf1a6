"""Figures of what the tables say, as SVG; no arithmetic of its own."""
