"""Where the ledger is kept: flows that yield named statements, SQL files per dialect, and drivers that run them."""
