"""A Django app with rows of its own beside the ledger's, for tests."""
