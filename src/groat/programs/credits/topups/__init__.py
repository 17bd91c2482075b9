"""Alerts of low balances, and automatic top-ups: both act on lines that accounts cross."""
