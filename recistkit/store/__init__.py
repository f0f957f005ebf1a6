"""Store: what is kept on disk while a read is made, one SQLite file per reader."""
