"""Django's record that groat is installed; the tables are made by groat's own steps, after ``migrate``."""
