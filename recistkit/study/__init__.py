"""One module per arrow, for a whole study: what every door calls."""
