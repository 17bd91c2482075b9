"""What customers ask the bank for, and what its staff decide."""
