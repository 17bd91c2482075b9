"""Ready-made uses of the ledger and its streams: each program adds commands, tables and events of its own."""
