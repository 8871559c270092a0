"""How quickly pages are there: every page of the real service over a large ledger, beside the rows asked the same."""
