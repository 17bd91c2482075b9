"""No models: the ledger's tables belong to groat. Django sends ``post_migrate`` only to apps that have this file."""
