"""Two readers: their differences, the decisions on them, and how far they agree."""
