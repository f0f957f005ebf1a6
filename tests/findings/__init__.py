"""Selection and data findings."""
