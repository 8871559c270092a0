"""Privacy: a caller's number enters here and leaves as a keyed hash."""
