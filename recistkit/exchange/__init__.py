"""What comes in and goes out as files: read documents, tables, standards."""
