"""Commands of ``manage.py``; Django finds one by the name of its file."""
