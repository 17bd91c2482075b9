"""The ledger's storage: flows that yield named statements, SQL files per dialect, and drivers that run them."""
