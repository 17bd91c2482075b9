"""The Django project of the bank."""
