-- PostgreSQL makes its function anew here. SQLite has none, and the dialects keep the same steps.
SELECT 1;
