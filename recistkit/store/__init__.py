"""Store: what is kept on disk of a study: chains of records, drafts, and the tables they make."""
