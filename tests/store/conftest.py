from tests.helpers.fixtures import clock, database, groat

__all__ = ["clock", "database", "groat"]
