"""The databases and the clock of the workflow's tests."""

from tests.helpers.fixtures import clock, database, sqlite

__all__ = ["clock", "database", "sqlite"]
