"""The store: the ledger's tables, its one writer, and everything that is read from them."""
