"""Hints that something was committed elsewhere. They follow the commit and may be lost; the log may not."""
