"""What the tests of the core share: a clock to set, databases to open, tables to read."""
