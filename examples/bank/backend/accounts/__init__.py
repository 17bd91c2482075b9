"""The bank's own part: requests of its customers, and decisions of its staff."""
