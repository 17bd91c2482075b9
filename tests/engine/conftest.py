from tests.helpers.fixtures import clock, database, groat, sqlite

__all__ = ["clock", "database", "groat", "sqlite"]
