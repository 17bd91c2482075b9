"""The rules of the ledger: values, commands, decide(), refusals. Pure: no I/O, no clock, no randomness, no SQL."""
